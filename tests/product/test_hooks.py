"""The hooks before a commit run what `make lint` runs, and fetch nothing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def commands_of_hooks() -> list[str]:
    """What each hook runs, in order."""
    return re.findall(r"^ +entry: (.+)$", HOOKS, re.MULTILINE)


def commands_of_lint() -> list[str]:
    """What `make lint` runs once everything is installed and compiled, in order."""
    recipe = re.search(r"^lint:.*\n((?:\t.+\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    lines = recipe[1].replace("$(VENV)", ".venv").replace("$(PY)", ".venv/bin/python")
    return [line for line in lines.split("\n\t") if "$(MAKE)" not in line]


def test_a_commit_is_checked_by_the_commands_of_make_lint() -> None:
    wanted = [line.strip() for line in commands_of_lint()]
    assert wanted, "the recipe of `lint` was not found"
    assert commands_of_hooks() == wanted


def test_every_hook_is_local() -> None:
    assert re.findall(r"^ +- repo: (.+)$", HOOKS, re.MULTILINE) == ["local"]
    assert set(re.findall(r"^ +language: (.+)$", HOOKS, re.MULTILINE)) == {"system"}
