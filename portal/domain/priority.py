"""How urgent a report is, and why: one pure table that always explains itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from portal.domain.questionnaire import Question, Questionnaire
from portal.domain.report import Answer, Answers


class Priority(IntEnum):
    """How soon a human looks: P0 within minutes, P4 within days (targets are per agency)."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for a priority. A `lowering` one counts only where nothing raises."""

    priority: Priority
    label: str
    lowering: bool = False


FACTORS: Mapping[str, Factor] = {
    "suicide": Factor(Priority.P0, "Thoughts of suicide or self-harm"),
    "meeting_planned": Factor(Priority.P0, "A meeting is planned or the offender is on the way"),
    "abuse_now": Factor(Priority.P0, "Abuse is happening now"),
    "offender_has_access": Factor(
        Priority.P0, "The offender lives with the child or is in a position of trust with access"
    ),
    "sadistic_coercion": Factor(
        Priority.P0, "The child is told to hurt themselves or someone else"
    ),
    "in_danger_now": Factor(Priority.P0, "The child is not safe right now"),
    "deadline_24h": Factor(Priority.P1, "A deadline within 24 hours"),
    "already_shared": Factor(Priority.P1, "Pictures were already sent to others"),
    "under_13": Factor(Priority.P1, "The child is under 13"),
    "paid_repeatedly": Factor(Priority.P1, "Money was taken more than once"),
    "selector_repeated": Factor(Priority.P1, "Several reports name the same handle"),
    "platform_escalated": Factor(Priority.P1, "The platform escalates, with a reason"),
    "active_threat": Factor(Priority.P2, "An active threat"),
    "grooming_request": Factor(Priority.P2, "Grooming, with a request for pictures or for secrecy"),
    "paid_once": Factor(Priority.P2, "Money was taken once"),
    "contact_ended": Factor(Priority.P3, "The contact has ended", lowering=True),
    "attempt_only": Factor(Priority.P3, "An attempt only", lowering=True),
    "spam": Factor(Priority.P4, "Viral material or spam", lowering=True),
    "no_child": Factor(Priority.P4, "No child and no handle is named", lowering=True),
}
"""Every factor that an answer, a link or a platform can bring."""

DEFAULT = Priority.P2
"""Nothing said that raises or lowers: not knowing is treated as an active case."""

CATEGORIES: Mapping[str, str] = {
    "live_abuse": "Abuse happening now",
    "meeting": "Meeting or physical contact sought",
    "extortion_pictures": "Sexual extortion for pictures",
    "extortion_money": "Sexual extortion for money",
    "images_shared": "Intimate images shared",
    "grooming": "Grooming",
    "fake_images": "Fabricated (AI) images",
    "self_harm": "Self-harm or coercion to it",
    "other": "Something else",
}
"""What a report is about, most serious first; the first that the answers name is the report's."""

_ORDER = {name: place for place, name in enumerate(CATEGORIES)}

ACTIONABLE = ("happening", "age", "country", "deadline", "paid", "shared", "selectors", "story",
              "contact")  # fmt: skip
"""Questions whose answers make a report actionable, where the questionnaire asks them."""

NOT_AN_ANSWER = frozenset({"dont_know", "rather_not"})
"""Options that say nothing: they are never information, and never lower a priority."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement of one report: priority with its factors, and apart from it completeness."""

    priority: Priority
    factors: tuple[str, ...]
    category: str
    completeness: int
    missing: tuple[str, ...]


def assess(questionnaire: Questionnaire, answers: Answers) -> Assessment:
    """Judge a report from the answers that were shown, and from nothing else.

    The most urgent raising factor decides. A lowering statement counts only where no answer
    raises and none is uncertain, so "I don't know" never gives a lower priority than "no".
    """
    kept = questionnaire.prune(answers)
    found = _factors(questionnaire, kept)
    missing = tuple(_missing(questionnaire, kept))
    asked = sum(1 for name in ACTIONABLE if questionnaire.question(name)) or 1
    return Assessment(
        priority=_decide(found, uncertain=_is_uncertain(questionnaire, kept)),
        factors=tuple(sorted(found, key=lambda name: (FACTORS[name].priority, name))),
        category=_category(questionnaire, kept),
        completeness=round(100 * (asked - len(missing)) / asked),
        missing=missing,
    )


def raised(assessment: Assessment, factors: Iterable[str]) -> Assessment:
    """Add factors found later (a link, an escalation): the priority can only rise."""
    found = {*assessment.factors, *factors}
    raising = [FACTORS[name].priority for name in found if not FACTORS[name].lowering]
    return Assessment(
        priority=min([assessment.priority, *raising]),
        factors=tuple(sorted(found, key=lambda name: (FACTORS[name].priority, name))),
        category=assessment.category,
        completeness=assessment.completeness,
        missing=assessment.missing,
    )


def to_json(assessment: Assessment) -> str:
    """Write an assessment as the text that is sealed with the report."""
    return json.dumps(
        {
            "priority": int(assessment.priority),
            "factors": assessment.factors,
            "category": assessment.category,
            "completeness": assessment.completeness,
            "missing": assessment.missing,
        },
        separators=(",", ":"),
    )


def from_json(text: str) -> Assessment:
    """Read what `to_json` wrote; raises `ValueError` or `KeyError` for anything else."""
    plain = json.loads(text)
    return Assessment(
        priority=Priority(plain["priority"]),
        factors=tuple(plain["factors"]),
        category=plain["category"],
        completeness=int(plain["completeness"]),
        missing=tuple(plain["missing"]),
    )


def _factors(questionnaire: Questionnaire, kept: Mapping[str, Answer]) -> set[str]:
    return {
        option.factor
        for name, answer in kept.items()
        for option in _question(questionnaire, name).chosen(answer)
        if option.factor
    }


def _decide(found: set[str], *, uncertain: bool) -> Priority:
    raising = [FACTORS[name].priority for name in found if not FACTORS[name].lowering]
    if raising:
        return min(raising)
    lowering = [FACTORS[name].priority for name in found]
    if lowering and not uncertain:
        return min(lowering)
    return DEFAULT


def _is_uncertain(questionnaire: Questionnaire, kept: Mapping[str, Answer]) -> bool:
    """Tell whether a question that could have raised was answered by "I don't know"."""
    return any(
        option.id in NOT_AN_ANSWER
        for name, answer in kept.items()
        if _can_raise(_question(questionnaire, name))
        for option in _question(questionnaire, name).chosen(answer)
    )


def _can_raise(question: Question) -> bool:
    factors = [option.factor for option in question.options if option.factor]
    return any(not FACTORS[factor].lowering for factor in factors)


def _category(questionnaire: Questionnaire, kept: Mapping[str, Answer]) -> str:
    named = {
        option.category
        for name, answer in kept.items()
        for option in _question(questionnaire, name).chosen(answer)
        if option.category
    }
    return min(named, key=_ORDER.__getitem__, default="other")


def _missing(questionnaire: Questionnaire, kept: Mapping[str, Answer]) -> Iterable[str]:
    for name in ACTIONABLE:
        question = questionnaire.question(name)
        if question and not _says_something(question, kept.get(name, "")):
            yield name


def _says_something(question: Question, answer: Answer) -> bool:
    if not question.options:
        return bool(answer)
    return any(option.id not in NOT_AN_ANSWER for option in question.chosen(answer))


def _question(questionnaire: Questionnaire, name: str) -> Question:
    question = questionnaire.question(name)
    assert question is not None, "pruned answers name known questions only"
    return question
