"""Advice is chosen by the answers, and by those that were asked only."""

from __future__ import annotations

import pytest

from portal.domain.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.public.advice import choose

CHILD = load_builtin(Audience.CHILD)


@pytest.mark.parametrize(
    ("answers", "fits"),
    [
        ({}, ()),
        ({"paid": "once"}, ("no_money",)),
        ({"dangers": ("meeting",)}, ("danger",)),
        ({"shared": "yes"}, ("take_down_child",)),
        ({"shared": "yes", "age": "18_plus", "country": "GB"}, ("take_down_adult",)),
        ({"shared": "yes", "age": "rather_not", "country": "GB"}, ("take_down_child", "uk")),
        ({"happening": ("shared", "want_money")}, ("no_money", "no_more", "take_down_child")),
        ({"shared": "no", "paid": "no", "safe_now": "dont_know"}, ()),
    ],
)
def test_the_answers_choose(answers: dict[str, object], fits: tuple[str, ...]) -> None:
    assert choose(CHILD, answers) == fits  # type: ignore[arg-type]
