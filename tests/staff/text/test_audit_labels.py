"""Whatever a member does reads as words in the audit log and on the timeline, not as a tag."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import portal
from portal.domain.report import Compartment
from portal.staff.text.audit_labels import ACTIONS, action_label

ROOT = Path(portal.__file__).parent


def recorded() -> Iterator[str]:
    """Every tag that some code gives to an `Act` to record, as it stands there."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_one = node.func.attr in ("record", "record_member") and len(node.args) > 2
                tag = node.args[1] if is_one else None
                if isinstance(tag, ast.Constant):
                    yield str(tag.value)


def test_every_tag_that_is_recorded_has_its_words() -> None:
    tags = set(recorded())
    assert {"case:noted", "member:invited"} < tags, "the search finds what is there"
    assert tags <= ACTIONS.keys()


@pytest.mark.parametrize("part", Compartment)
def test_each_opening_has_its_words(part: Compartment) -> None:
    assert f"case:opened.{part}" in ACTIONS


def test_what_has_no_words_is_shown_as_it_is() -> None:
    assert action_label("no:such 7") == "no:such"
