"""The quick layer of tests stays quick: its tests know no database and no site."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import LAYERS, TESTS

BEYOND = ("sqlalchemy", "flask", "portal.store", "portal.web", "portal.public", "portal.staff")


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def beyond(file: Path) -> list[str]:
    """What a file imports that no unit test may."""
    return [
        name for name in imported(file) if f"{name}.".startswith(tuple(f"{b}." for b in BEYOND))
    ]


UNIT = [file for folder in LAYERS["unit"] for file in sorted((TESTS / folder).rglob("test_*.py"))]


@pytest.mark.parametrize("file", UNIT, ids=lambda file: file.stem)
def test_a_unit_test_knows_no_database(file: Path) -> None:
    assert beyond(file) == []


def test_a_database_is_noticed() -> None:
    assert beyond(TESTS / "store" / "test_audit.py")


def test_every_folder_of_tests_has_one_layer() -> None:
    folders = [folder for layer in LAYERS.values() for folder in layer]
    with_tests = {file.relative_to(TESTS).parts[0] for file in TESTS.rglob("*/test_*.py")}
    assert sorted(folders) == sorted(with_tests)
