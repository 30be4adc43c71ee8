"""Guidance is read strictly, and the guidance of this release is whole."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.content.guidance import load_guidance, read_guidance
from portal.domain.errors import GuidanceError
from portal.domain.factors import FACTORS, Priority
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Answer, Audience
from tests.builders.answers import answers_to

CHILD = load_builtin(Audience.CHILD)

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
    for page in load_guidance().advice.values():
        assert page.fits, page.id
        for question, option in page.fits:
            assert CHILD.question(question).option(option), (page.id, question, option)


def ids(answers: dict[str, Answer]) -> list[str]:
    return [page.id for page in load_guidance().choose(Answered(CHILD, answers))]


def test_who_is_near_the_offender_reads_that_first() -> None:
    pressed = ("threat_share", "want_money", "shared", "fake")
    assert ids({"happening": pressed, "who": "at_home"}) == ["known", "threat", "money", "shared"]


def test_no_danger_is_cut_and_money_can_still_be_stopped() -> None:
    told: dict[str, Answer] = {
        "happening": ("threat_share", "want_money", "shared"),
        "dangers": ("suicide", "touching"),
        "paid": "once",
    }
    assert ids(told) == ["suicide", "known", "paid", "threat"]
    assert ids({"happening": ("want_money",), "paid": "more"}) == ["paid", "money"]


BLOCKS = re.compile(r"[Tt]hen block|Report (their|it|each)")


@given(answers_to(CHILD))
def test_whatever_is_told_the_list_is_short_and_safe(answers: dict[str, Answer]) -> None:
    chosen = load_guidance().choose(Answered(CHILD, answers))
    fitting = load_guidance().choose(Answered(CHILD, answers), most=99)
    needed = [page for page in fitting if page.danger or page.urgent]
    assert chosen == fitting[: len(chosen)]
    assert chosen[: len(needed)] == needed
    assert len(chosen) <= max(4, len(needed))
    if "known" in (found := [page.id for page in chosen]):
        before = chosen[: found.index("known")]
        assert not [t for p in before for t in (*p.now, *p.today, *p.week) if BLOCKS.search(t)]


def test_the_advice_to_block_is_found() -> None:
    advice = {page.id: page for page in load_guidance().advice.values()}
    for name in ("meeting", "threat", "money", "shared"):
        assert any(BLOCKS.search(text) for text in advice[name].today), name


def test_every_situation_of_the_design_has_its_page() -> None:
    found = {page.id for page in load_guidance().advice.values()}
    assert found == {
        "threat", "money", "meeting", "shared", "fake", "known", "suicide", "paid", "sent_more",
        "adult",
    }  # fmt: skip
    assert {s.id for s in load_guidance().sheets.values()} == {
        "carers", "teachers", "media", "poster",
    }  # fmt: skip


def test_a_crisis_carries_the_emergency_steps() -> None:
    for page in load_guidance().advice.values():
        options = [CHILD.question(question).option(chosen) for question, chosen in page.fits]
        factors = [option.factor for option in options if option and option.factor]
        is_crisis = any(FACTORS[factor] is Priority.P0 for factor in factors)
        assert page.danger or not is_crisis, page.id


def test_every_crisis_of_a_child_has_its_page() -> None:
    """Not so `safe_now`: that says nothing of what happens."""
    for question in CHILD.questions:
        for option in question.options:
            if option.danger and question.id != "safe_now":
                assert ids({question.id: option.id if question.type.is_one_of else (option.id,)})


def test_nobody_is_told_to_send_or_keep_pictures() -> None:
    texts = [text for _, text in load_guidance().msgids()]
    asked = [t for t in texts if re.search(r"\b(send|upload) (us|it to us|the picture)", t, re.I)]
    assert not [t for t in asked if "Don't" not in t]
