"""What to do now, chosen by the answers."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.questionnaire import Questionnaire
from portal.domain.report import Answers

_ADULT = ("age", "18_plus")

_FITS: Mapping[str, frozenset[tuple[str, str]]] = {
    "no_money": frozenset(
        {("happening", "want_money"), ("want", "money"), ("paid", "once"), ("paid", "more")}
    ),
    "no_more": frozenset(
        {
            ("happening", "threat_share"), ("happening", "want_money"), ("happening", "fake"),
            ("happening", "want_pictures"), ("happening", "shared"), ("want", "pictures"),
        }
    ),
    "pictures": frozenset(
        {
            ("happening", "threat_share"), ("happening", "shared"), ("happening", "fake"),
            ("did", "recorded"), ("did", "fake"), ("shared", "yes"), ("shared", "say_so"),
        }
    ),
}  # fmt: skip
"""Which answers, as (question, option), call for a piece of advice."""


def choose(asked: Questionnaire, answers: Answers) -> tuple[str, ...]:
    """Name the pieces of advice that fit, in the order in which they help.

    `danger`, `no_money`, `no_more`, and where pictures are about: `take_down_child` (worldwide,
    also where no age was told), `take_down_adult` (from 18), `uk` (a child in the United Kingdom).
    """
    kept = asked.prune(answers)
    options = [(q.id, option) for q in asked.questions for option in q.chosen(kept.get(q.id, ""))]
    chosen = {(question, option.id) for question, option in options}
    pictures, is_adult = bool(chosen & _FITS["pictures"]), _ADULT in chosen
    found = {
        "danger": any(option.danger for _, option in options),
        "no_money": bool(chosen & _FITS["no_money"]),
        "no_more": bool(chosen & _FITS["no_more"]),
        "take_down_child": pictures and not is_adult,
        "take_down_adult": pictures and is_adult,
        "uk": pictures and not is_adult and kept.get("country") == "GB",
    }
    return tuple(name for name, fits in found.items() if fits)
