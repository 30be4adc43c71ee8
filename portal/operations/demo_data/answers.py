"""Answers that somebody would give whose report comes out at a chosen urgency."""

from __future__ import annotations

import random
from collections.abc import Iterator

from portal.domain.assessment.assess import assess
from portal.domain.factors import FACTORS, Priority
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Option, Question
from portal.domain.questionnaire.questionnaire import Questionnaire
from portal.domain.report import Answer, Audience, QuestionType, SelectorRow
from portal.operations.demo_data.plan import Plan
from portal.operations.demo_data.scene import Scene

_TRIES = 200

_CATEGORIES = {
    "sexual_extortion_money": 32, "sexual_extortion_pictures": 26, "grooming": 20,
    "shared_images": 8, "fake_images": 6, "child_abuse_material": 2, "other": 6,
}  # fmt: skip
"""What it is mostly about, in parts of a hundred, where the urgency leaves the choice."""

_CHILDREN = 0.97
"""How many of those of whom an age is told are children."""

_SKIPPED = 0.15
"""How often somebody leaves a question out that they could answer."""


def make_answers(
    *, plan: Plan, questionnaire: Questionnaire, chance: random.Random, scene: Scene
) -> dict[str, Answer]:
    """Give the answers of one report; raises `ValueError` where none come out as planned."""
    for _ in range(_TRIES):
        about = chance.choices(list(_CATEGORIES), weights=list(_CATEGORIES.values()))[0]
        told = dict(_choices(questionnaire, plan, chance, about))
        told["country"] = plan.country
        told |= _words(questionnaire, plan, chance, scene)
        told = dict(Answered(questionnaire, told).kept)
        judged = assess(Answered(questionnaire, told))
        if judged.priority is plan.priority:
            break
    else:
        raise ValueError("no answers come out at that priority")
    if _tells(plan, chance):
        told["story"] = scene.story(chance, plan.audience, plan.language, judged.category, told)
    return told


def _tells(plan: Plan, chance: random.Random) -> bool:
    """Tell whether the reporter writes a story: most do, but not one who was only looking."""
    return plan.priority is not Priority.P4 and chance.random() < 0.92


def _choices(
    questionnaire: Questionnaire, plan: Plan, chance: random.Random, about: str
) -> Iterator[tuple[str, Answer]]:
    asked = [one for one in questionnaire.questions if one.options]
    deciding = chance.choice([one for one in asked if _reaches(one, plan.priority)])
    for question in asked:
        if question.type is QuestionType.SELECTORS:
            continue
        fitting = [one for one in question.options if _fits(one, plan.priority)]
        if question.id == "age" and chance.random() < _CHILDREN:
            fitting = [one for one in fitting if one.id != "18_plus"] or fitting
        of_it = [one for one in fitting if one.category in (None, about)]
        if question.required:
            # What is happening names the kind of case, where an answer of that urgency does.
            of_it = [one for one in fitting if one.category == about]
        fitting = of_it or fitting
        if question is deciding:
            grave = [one for one in question.options if _is_of(one, plan.priority)]
            fitting = [one for one in grave if one.category in (None, about)] or grave
        elif not question.required and chance.random() < _SKIPPED:
            continue
        if fitting:
            yield question.id, _chosen(question, fitting, chance)


def _chosen(question: Question, fitting: list[Option], chance: random.Random) -> Answer:
    """Choose as people do: mostly a plain answer, seldom "I don't know"."""
    plain = [one for one in fitting if not one.unknown] or fitting
    pool = plain if chance.random() < 0.85 else fitting
    if question.type is not QuestionType.CHOICES:
        return chance.choice(pool).id
    together = [one for one in pool if not one.exclusive]
    if not together or chance.random() < 0.1:
        return (chance.choice(pool).id,)
    wanted = min(len(together), chance.choice((1, 1, 2, 2, 3)))
    picked = chance.sample(together, k=wanted)
    return tuple(one.id for one in together if one in picked)


def _words(
    questionnaire: Questionnaire, plan: Plan, chance: random.Random, scene: Scene
) -> dict[str, Answer]:
    """Write what is written: the offender's handles, how to be reached, and required texts."""
    found: dict[str, Answer] = {}
    rows = _handles(plan, chance, scene)
    for name in ("selectors", "payments"):
        question = questionnaire.question(name)
        places = {one.id for one in question.options} if question else set()
        found[name] = tuple(row for row in rows if row.where in places)
    found["safe_contact"] = scene.one_of(chance, plan.language, "contact")
    found["safe_time"] = scene.one_of(chance, plan.language, "when")
    if plan.audience is Audience.PROFESSIONAL:
        found["escalate_reason"] = scene.story(chance, plan.audience, plan.language, "", {})
    return found


def _handles(plan: Plan, chance: random.Random, scene: Scene) -> list[SelectorRow]:
    if plan.offender is not None:
        return scene.offenders[plan.offender].rows(chance)
    if plan.priority is Priority.P4 or chance.random() < 0.25:
        return []
    return [scene.stranger(chance)]


def _is_of(option: Option, priority: Priority) -> bool:
    return option.factor is not None and FACTORS[option.factor] is priority


def _reaches(question: Question, priority: Priority) -> bool:
    return any(_is_of(option, priority) for option in question.options)


def _fits(option: Option, priority: Priority) -> bool:
    """Tell whether an answer is no more urgent than wanted, and does not calm what is urgent."""
    if option.factor is None:
        return True
    grave = FACTORS[option.factor]
    return grave >= priority and (grave <= Priority.P2 or priority >= Priority.P3)
