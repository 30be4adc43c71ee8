"""What to do now, chosen by the answers."""

from __future__ import annotations

from portal.domain.question import Question
from portal.domain.questionnaire import Questionnaire
from portal.domain.report import Answers

THREATENED = frozenset({"threat_share", "want_money", "want_pictures", "fake", "shared"})
MONEY = frozenset({"want_money", "money", "once", "more"})
PICTURES = frozenset({"shared", "fake", "threat_share", "yes", "say_so"})
ADULT = frozenset({"18_plus"})


def choose(asked: Questionnaire, answers: Answers) -> tuple[str, ...]:
    """Name the pieces of advice that fit, in the order in which they help.

    `danger`, `alone` (not in danger: still tell somebody), `no_money`, `no_more`, `keep`, `block`,
    `take_down_child` or `take_down_adult`, `uk`.
    """
    kept = asked.prune(answers)
    chosen = {
        option.id
        for question in asked.questions
        for option in _chosen(question, kept)
        if question.id in ("happening", "want", "paid", "shared", "age")
    }
    danger = any(o.danger for q in asked.questions for o in _chosen(q, kept))
    shared = {o.id for q in asked.questions if q.id == "shared" for o in _chosen(q, kept)}
    pictures = bool(chosen & {"shared", "fake", "threat_share"} or shared & {"yes", "say_so"})
    found = {
        "danger": danger,
        "no_money": bool(chosen & MONEY),
        "no_more": bool(chosen & THREATENED),
        "keep": True,
        "block": True,
        "adult": True,
        "take_down_adult": pictures and bool(chosen & ADULT),
        "take_down_child": pictures and not chosen & ADULT,
        "uk": pictures and kept.get("country") == "GB",
    }
    return tuple(name for name, fits in found.items() if fits)


def _chosen(question: Question, kept: Answers):  # type: ignore[no-untyped-def]
    return question.chosen(kept.get(question.id, ""))
