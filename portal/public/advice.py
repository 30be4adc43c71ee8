"""What to do now, chosen by the answers: a few lines, and pages to read on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.guidance import load_guidance
from portal.domain.questionnaire import Questionnaire
from portal.domain.report import Answers, Audience

_ADULT = ("age", "18_plus")

_CLOSE = {("who", "at_home"), ("who", "trusted_adult"), ("dangers", "touching")}
"""The offender is near: to block or to collect could be seen, and make it worse."""

_FITS: Mapping[str, frozenset[tuple[str, str]]] = {
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
            ("did", "threatened"), ("did", "recorded"), ("did", "fake"), ("shared", "yes"),
            ("shared", "say_so"),
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


def choose(asked: Questionnaire, answers: Answers) -> Advised:
    """Choose what fits, in the order in which it helps.

    Lines are `danger`, `close` (the offender is near), `no_money`, `no_more`, and `pictures`
    where services that take pictures down can help. Pages to read are written for a child: nobody
    else gets them. An age that was not told is None.
    """
    kept = asked.prune(answers)
    options = [(q.id, option) for q in asked.questions for option in q.chosen(kept.get(q.id, ""))]
    chosen = {(question, option.id) for question, option in options}
    lines = {
        "danger": any(option.danger for _, option in options),
        "close": bool(chosen & _CLOSE),
        **{name: bool(chosen & fits) for name, fits in _FITS.items()},
    }
    ages = [option for question, option in options if question == "age" and not option.unknown]
    is_child = asked.audience is Audience.CHILD
    pages = load_guidance().choose(asked, answers) if is_child else []
    return Advised(
        lines=tuple(name for name, fits in lines.items() if fits),
        pages=tuple(page.number for page in pages),
        is_adult=_ADULT in chosen if ages else None,
    )
