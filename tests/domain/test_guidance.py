"""Guidance is read strictly, and the guidance of this release is whole."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import GuidanceError
from portal.domain.guidance import load_guidance, read_guidance
from portal.domain.questionnaire import load_builtin
from portal.domain.report import Audience

ADVICE = """\
reported = ["We read it."]
[[pages]]
id = "threat"
number = 3
title = "A threat"
lead = ["Not your fault."]
now = ["Stop."]
today = ["Block."]
week = ["Talk."]
fits = ["happening:threat_share"]
"""

CIRCLE = """\
[[pages]]
id = "carers"
number = 1
title = "For carers"
lead = "You can do this."
[[pages.sections]]
title = "First"
items = ["Listen."]
"""


def test_a_good_pair_of_files_is_read() -> None:
    found = read_guidance(ADVICE.encode(), CIRCLE.encode())
    assert found.advice[3].fits == {("happening", "threat_share")}
    assert found.sheets[1].sections[0].kind == "do"
    assert ("circle.toml", "Listen.") in set(found.msgids())


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('id = "threat"', 'id = "Threat!"', 3, "a-z"),
        ('now = ["Stop."]', "now = []", 7, "at least one"),
        ('week = ["Talk."]', "", 2, "at least one"),
        ('"happening:threat_share"', '"threat"', 10, "question:option"),
        ("number = 3", 'number = "3"', 4, "whole number"),
        ("number = 3", "number = 3\nshape = 1", 5, "unknown key"),
    ],
)
def test_a_mistake_is_refused_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(GuidanceError, match=reason) as caught:
        read_guidance(ADVICE.replace(old, new).encode(), CIRCLE.encode())
    assert caught.value.line == line
    assert caught.value.file == "advice.toml"


def test_a_number_or_an_id_stands_once() -> None:
    twice = CIRCLE + CIRCLE.replace("number = 1", "number = 2")
    with pytest.raises(GuidanceError, match="id stands twice"):
        read_guidance(ADVICE.encode(), twice.encode())
    twice = CIRCLE + CIRCLE.replace('"carers"', '"others"')
    with pytest.raises(GuidanceError, match="number stands twice"):
        read_guidance(ADVICE.encode(), twice.encode())


def test_an_unknown_kind_of_section_is_refused() -> None:
    wrong = CIRCLE.replace('items = ["Listen."]', 'items = ["Listen."]\nkind = "loud"')
    with pytest.raises(GuidanceError, match="kind is one of"):
        read_guidance(ADVICE.encode(), wrong.encode())


@given(st.integers(0, len(ADVICE)), st.binary(max_size=8))
def test_nothing_else_is_raised_whatever_is_changed(at: int, noise: bytes) -> None:
    changed = ADVICE.encode()[:at] + noise + ADVICE.encode()[at + len(noise) :]
    with contextlib.suppress(GuidanceError):
        read_guidance(changed, CIRCLE.encode())


def test_every_answer_that_chooses_a_page_is_one_that_a_child_can_give() -> None:
    child = load_builtin(Audience.CHILD)
    for page in load_guidance().advice.values():
        assert page.fits or page.id == "sent_more", page.id
        for question, option in page.fits:
            assert child.question(question).option(option), (page.id, question, option)


def test_every_situation_of_the_design_has_its_page() -> None:
    found = {page.id for page in load_guidance().advice.values()}
    assert found == {
        "threat", "money", "meeting", "shared", "fake", "known", "suicide", "paid", "sent_more",
        "adult",
    }  # fmt: skip
    assert {s.id for s in load_guidance().sheets.values()} == {
        "carers", "teachers", "media", "poster",
    }  # fmt: skip


def test_danger_carries_the_emergency_steps() -> None:
    child = load_builtin(Audience.CHILD)
    for page in load_guidance().advice.values():
        is_danger = any(
            option.danger
            for question, chosen in page.fits
            if (option := child.question(question).option(chosen))
        )
        assert page.danger or not is_danger, page.id


def test_nobody_is_told_to_send_or_keep_pictures() -> None:
    texts = [text for _, text in load_guidance().msgids()]
    asked = [t for t in texts if re.search(r"\b(send|upload) (us|it to us|the picture)", t, re.I)]
    assert not [t for t in asked if "Don't" not in t]
