"""What the tests measure is printed at the end of a run, also where workers share it."""

from __future__ import annotations

import os
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


def test_figures_stand_at_the_end(tmp_path: Path) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_measuring.py").write_text(MEASURING, "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    end = run.stdout.partition(" figures ")[2]
    assert "pages: 141 in all (en 70, vi 71)" in end
    assert "minutes: 2.7 at most (en 2.7, vi 2.2)" in end
    assert "1 failed, 1 passed" in end
