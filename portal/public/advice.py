"""What to do now, chosen by the answers: a few lines, and pages to read on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.answered import Answered
from portal.domain.report import Audience

_ADULT = ("age", "18_plus")

CLOSE = {("who", "at_home"), ("who", "trusted_adult"), ("dangers", "touching")}
"""The offender is near: to block or to collect could be seen, and make it worse."""

_SAW = "d"
"""The door of who saw something happen to someone else: often a young person."""

FITS: Mapping[str, frozenset[tuple[str, str]]] = {
    "no_money": frozenset(
        {("happening", "want_money"), ("want", "money"), ("paid", "once"), ("paid", "more")}
    ),
    "no_more": frozenset(
        {
            ("happening", "threat_share"), ("happening", "want_money"), ("happening", "fake"),
            ("happening", "want_pictures"), ("happening", "shared"), ("want", "pictures"),
            ("dangers", "now"), ("did", "threatened"), ("did", "asked_for_pictures"),
        }
    ),
    "pictures": frozenset(
        {
            ("happening", "threat_share"), ("happening", "shared"), ("happening", "fake"),
            ("happening", "public_place"), ("did", "threatened"), ("did", "recorded"),
            ("did", "fake"), ("shared", "yes"), ("shared", "say_so"),
        }
    ),
}  # fmt: skip
"""Which answers, as (question, option) of any form, call for a piece of advice."""


@dataclass(frozen=True, slots=True)
class Advised:
    """What fits: names of lines, numbers of pages to read, and whose pictures they are."""

    lines: tuple[str, ...]
    pages: tuple[int, ...]
    is_adult: bool | None


def choose(answered: Answered, *, door: str = "") -> Advised:
    """Choose what fits, in the order in which it helps.

    Lines are `danger`, `close` (the offender is near), `no_money`, `no_more`, and `pictures`
    where services that take pictures down can help. `friend` and `witness` say who tells, where
    that is no carer, whose form they share. Pages to read are written for a child: nobody else
    gets them. An age that was not told is None.
    """
    chosen = answered.told
    lines = {
        "danger": answered.is_in_danger(),
        "close": bool(chosen & CLOSE),
        **{name: bool(chosen & fits) for name, fits in FITS.items()},
        **{name: name == _teller(chosen, door) for name in ("friend", "witness")},
    }
    ages = [one for question, one in answered.chosen if question.id == "age" and not one.unknown]
    is_child = answered.questionnaire.audience is Audience.CHILD
    pages = load_guidance().choose(answered) if is_child else []
    return Advised(
        lines=tuple(name for name, fits in lines.items() if fits),
        pages=tuple(page.number for page in pages),
        is_adult=_ADULT in chosen if ages else None,
    )


def _teller(chosen: frozenset[tuple[str, str]], door: str) -> str:
    """Tell who speaks, of those who share the carer's form: a friend, a witness, or a carer.

    At the door of who saw something a relative may be a brother or a sister, and of who says
    nothing we take it that they don't know the child: what a witness is told harms nobody.
    """
    relation = next((option for question, option in chosen if question == "relation"), "")
    if relation == "friend" or (relation == "family" and door == _SAW):
        return "friend"
    if relation == "witness" or (relation in ("", "rather_not") and door == _SAW):
        return "witness"
    return "carer"
