"""Advice is chosen by the answers, and by those that were asked only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.public.advice import CLOSE, FITS, Advised, choose
from tests.builders.answers import QUESTIONNAIRES

CHILD = load_builtin(Audience.CHILD)


@pytest.mark.parametrize(
    ("answers", "fits"),
    [
        ({}, Advised((), (), None)),
        ({"paid": "once"}, Advised(("no_money",), ("paid",), None)),
        ({"did": ("threatened",)}, Advised(("no_more", "pictures"), ("threat",), None)),
        ({"did": ("wants_to_meet",)}, Advised((), ("meeting",), None)),
        ({"did": ("recorded",)}, Advised(("pictures",), ("threat",), None)),
        ({"dangers": ("meeting",)}, Advised(("danger",), ("meeting",), None)),
        ({"dangers": ("now",)}, Advised(("danger", "no_more"), ("sent_more",), None)),
        ({"did": ("asked_for_pictures",)}, Advised(("no_more",), ("threat",), None)),
        ({"did": ("threatened_to_harm",)}, Advised(("danger",), ("threat",), None)),
        ({"want": ("pictures",)}, Advised(("no_more",), ("threat",), None)),
        ({"who": "at_home"}, Advised(("danger", "close"), ("known",), None)),
        ({"dangers": ("suicide",)}, Advised(("danger",), ("suicide",), None)),
        ({"shared": "yes", "age": "13_15"}, Advised(("pictures",), ("shared",), False)),
        ({"shared": "yes", "age": "18_plus"}, Advised(("pictures",), ("adult", "shared"), True)),
        ({"shared": "yes", "age": "rather_not"}, Advised(("pictures",), ("shared",), None)),
        (
            {"happening": ("shared", "want_money")},
            Advised(("no_money", "no_more", "pictures"), ("money", "shared"), None),
        ),
        ({"shared": "no", "paid": "no", "safe_now": "dont_know"}, Advised(("danger",), (), None)),
    ],
)
def test_the_answers_choose(answers: dict[str, object], fits: Advised) -> None:
    found = choose(Answered(CHILD, answers))  # type: ignore[arg-type]
    pages = tuple(load_guidance().advice[number].id for number in found.pages)
    assert replace(found, pages=pages) == fits  # type: ignore[arg-type]


def test_the_most_urgent_stands_first_and_few_are_enough() -> None:
    everything = {q.id: tuple(o.id for o in q.options) for q in CHILD.questions if q.options}
    found = choose(Answered(CHILD, {**everything, "paid": "once"}))  # type: ignore[arg-type]
    pages = [load_guidance().advice[number].id for number in found.pages]
    assert pages == ["suicide", "known", "meeting", "sent_more", "paid"]


def test_what_chooses_a_line_can_be_answered_somewhere() -> None:
    told = {(q.id, o.id) for asked in QUESTIONNAIRES for q in asked.questions for o in q.options}
    for pairs in (*FITS.values(), CLOSE):
        assert pairs <= told


def test_fake_pictures_are_taken_down_whoever_tells_of_them() -> None:
    """A child ticks them on the first page, a carer among what was done."""
    assert choose(Answered(CHILD, {"happening": ("fake",)})).lines == ("no_more", "pictures")
    assert choose(Answered(load_builtin(Audience.CARER), {"did": ("fake",)})).lines == ("pictures",)


def test_pages_written_for_a_child_are_for_a_child() -> None:
    carer = load_builtin(Audience.CARER)
    found = choose(Answered(carer, {"happening": ("want_money", "shared")}))
    assert found.pages == ()
    assert found.lines == ("no_money", "no_more", "pictures")
