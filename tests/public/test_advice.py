"""Advice is chosen by the answers, and by those that were asked only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.domain.guidance import load_guidance
from portal.domain.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.public.advice import Advised, choose

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
        ({"dangers": ("now",)}, Advised(("danger", "no_more"), (), None)),
        ({"who": "at_home"}, Advised(("danger", "close"), ("known",), None)),
        ({"dangers": ("suicide",)}, Advised(("danger",), ("suicide",), None)),
        ({"shared": "yes", "age": "13_15"}, Advised(("pictures",), ("shared",), False)),
        ({"shared": "yes", "age": "18_plus"}, Advised(("pictures",), ("adult", "shared"), True)),
        ({"shared": "yes", "age": "rather_not"}, Advised(("pictures",), ("shared",), None)),
        (
            {"happening": ("shared", "want_money")},
            Advised(("no_money", "no_more", "pictures"), ("money", "shared"), None),
        ),
        ({"shared": "no", "paid": "no", "safe_now": "dont_know"}, Advised((), (), None)),
    ],
)
def test_the_answers_choose(answers: dict[str, object], fits: Advised) -> None:
    found = choose(CHILD, answers)  # type: ignore[arg-type]
    pages = tuple(load_guidance().advice[number].id for number in found.pages)
    assert replace(found, pages=pages) == fits  # type: ignore[arg-type]


def test_the_most_urgent_stands_first_and_few_are_enough() -> None:
    everything = {q.id: tuple(o.id for o in q.options) for q in CHILD.questions if q.options}
    found = choose(CHILD, everything)  # type: ignore[arg-type]
    first = load_guidance().advice[found.pages[0]]
    assert first.id == "suicide"
    assert len(found.pages) == 4


def test_pages_written_for_a_child_are_for_a_child() -> None:
    carer = load_builtin(Audience.CARER)
    found = choose(carer, {"happening": ("want_money", "shared")})
    assert found.pages == ()
    assert found.lines == ("no_money", "no_more", "pictures")
