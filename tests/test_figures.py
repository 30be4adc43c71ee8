"""What the tests measure is printed at the end of a run, also where workers share it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MEASURING = """
import pytest

@pytest.mark.parametrize(("where", "pages", "minutes"), [("en", 70, 2.7), ("vi", 71, 2.2)])
def test_something(record_property, where, pages, minutes):
    record_property("figure", ("pages", where, pages))
    record_property("figure", ("minutes", where, minutes))
    assert where == "en"
"""
"""The second fails: what was measured of it is told all the same."""


def run_all(folder: Path) -> str:
    """What a run of two workers says of the tests in a folder."""
    shutil.copy(ROOT / "conftest.py", folder)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


def test_figures_stand_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "test_measuring.py").write_text(MEASURING, "utf-8")
    end = run_all(tmp_path).partition(" figures ")[2]
    assert "pages: 141 in all (en 70, vi 71)" in end
    assert "minutes: 2.7 at most (en 2.7, vi 2.2)" in end
    assert "1 failed, 1 passed" in end


def test_so_does_where_the_minutes_go(tmp_path: Path) -> None:
    """What fixtures take counts as well, and what fails."""
    for layer, body in (("words", "assert False"), ("web", "assert True")):
        file = tmp_path / "tests" / layer / f"test_{layer}.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"def test_something():\n    {body}\n", "utf-8")
    end = run_all(tmp_path).partition(" where the minutes go ")[2]
    assert re.search(r"^site: \d+\.\d minutes of one worker$", end, re.MULTILINE)
    assert re.search(r"^words: \d+\.\d minutes of one worker$", end, re.MULTILINE)
