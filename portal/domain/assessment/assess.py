"""How urgent a report is, and why: a pure function of the answers that were shown.

A danger always wins: the most urgent factor sets the priority. P3 and P4 want an explicit
statement and nothing above it; not knowing says nothing, so it never lowers. A report that tells
neither a danger nor a reason to wait stands in the middle, at P2, and does not sink.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from portal.domain.factors import (
    CATEGORIES,
    DEFAULT_CATEGORY,
    FACTORS,
    REASONS,
    Priority,
)
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Question
from portal.domain.report import Answers, Compartment, QuestionType

__all__ = [
    "CATEGORIES",
    "FACTORS",
    "REASONS",
    "Assessment",
    "Priority",
    "assess",
    "from_json",
    "raised",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement with its reasons, the most urgent first.

    `completeness` (0 to 100) is how much of what makes a report actionable was told; `missing`
    are the ids of the questions that would add to it, the heaviest first. It never weighs in the
    priority.
    """

    priority: Priority
    factors: tuple[str, ...]
    category: str
    completeness: int
    missing: tuple[str, ...]


def assess(answered: Answered) -> Assessment:
    """Judge a report by what was asked and answered; nothing else in its answers counts."""
    factors = {option.factor for _, option in answered.chosen if option.factor}
    holding = {factor for factor in factors if _holds(factor, answered)}
    if not holding:
        factors |= {"undetermined"}
        holding = {"undetermined"}
    priority = min(FACTORS[factor] for factor in holding)
    completeness, missing = _completeness(answered)
    return Assessment(
        priority=priority,
        factors=tuple(factor for factor in FACTORS if factor in factors),
        category=_category(answered),
        completeness=completeness,
        missing=missing,
    )


def raised(assessment: Assessment, *factors: str) -> Assessment:
    """Add what came to light later, `selector_repeated` or `platform_escalated`.

    The priority rises or stays; raises `KeyError` for a factor that is not in the table.
    """
    found = {*assessment.factors, *factors}
    return replace(
        assessment,
        priority=min(assessment.priority, *(FACTORS[factor] for factor in factors)),
        factors=tuple(factor for factor in FACTORS if factor in found),
    )


def to_json(assessment: Assessment) -> str:
    """Write an assessment as JSON text, for sealing beside the answers."""
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
    """Read what `to_json` wrote; raises `ValueError` for anything else."""
    loaded = json.loads(text)
    try:
        return Assessment(
            priority=Priority(loaded["priority"]),
            factors=tuple(loaded["factors"]),
            category=str(loaded["category"]),
            completeness=int(loaded["completeness"]),
            missing=tuple(loaded["missing"]),
        )
    except (KeyError, TypeError):
        raise ValueError("not an assessment") from None


def _holds(factor: str, answered: Answered) -> bool:
    """Tell whether a factor counts: two statements lower only while nothing contradicts them."""
    if factor == "no_child":
        return not _names_anybody(answered)
    if factor == "only_looking":
        return not _names_anybody(answered) and not _says_anything(answered)
    return True


def _names_anybody(answered: Answered) -> bool:
    return any(
        question.compartment is Compartment.INDICATORS and question.id in answered.kept
        for question in answered.questionnaire.questions
    )


def _says_anything(answered: Answered) -> bool:
    return any(
        question.type in (QuestionType.TEXT, QuestionType.LONG_TEXT)
        and question.id in answered.kept
        for question in answered.questionnaire.questions
    )


def _category(answered: Answered) -> str:
    told = {option.category for _, option in answered.chosen}
    return next((category for category in CATEGORIES if category in told), DEFAULT_CATEGORY)


def _completeness(answered: Answered) -> tuple[int, tuple[str, ...]]:
    weighed = [
        question
        for question in answered.questionnaire.questions
        if question.weight and question.id in answered.visible
    ]
    lacking = [question for question in weighed if not _tells(question, answered.kept)]
    whole = sum(question.weight for question in weighed)
    if not whole:
        return 100, ()
    told = whole - sum(question.weight for question in lacking)
    lacking.sort(key=lambda question: -question.weight)
    return told * 100 // whole, tuple(question.id for question in lacking)


def _tells(question: Question, kept: Answers) -> bool:
    """Tell whether the answer says something: "I don't know" is an answer, but tells nothing."""
    answer = kept.get(question.id, "")
    if not question.options or question.type is QuestionType.SELECTORS:
        return bool(answer)
    return any(not option.unknown for option in question.chosen(answer))
