"""Synthetic reports, realistic enough to work a shift on: filed through `intake.submit()`.

Nothing here comes from a real case. Handles are made up and end in a mark that shows it.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TypeVar

from tqdm import tqdm

from config import PublicConfig
from portal.domain.factor import FACTORS, Priority
from portal.domain.priority import assess
from portal.domain.questionnaire import (
    Option,
    Question,
    Questionnaire,
    QuestionType,
    load_builtin,
)
from portal.domain.report import Answer, Audience, SelectorRow
from portal.domain.routing import TARGETS
from portal.intake import Filing, Intake, submit
from portal.store import connect_ready

T = TypeVar("T")

AUDIENCES = {Audience.CHILD: 62, Audience.CARER: 26, Audience.PROFESSIONAL: 12}
"""Who reports, in parts of a hundred."""

COUNTRIES = {"VN": 60, "": 18, "PH": 8, "TH": 5, "US": 4, "ID": 3, "FR": 2}
"""From where, in parts of a hundred; empty where nobody said."""

HOME = {"VN": "vi", "": "vi", "PH": "fil", "TH": "th", "ID": "id", "FR": "fr"}
"""The language that most reporters of a country use."""

URGENCY = {Priority.P0: 3, Priority.P1: 14, Priority.P2: 43, Priority.P3: 25, Priority.P4: 15}
"""How urgent the reports are, in parts of a hundred: a few are of life and death."""

SPREAD = timedelta(days=4)
"""How far back the reports reach at most; the urgent ones are as fresh as they would be."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the stories are made of, by language."""

    stories: Mapping[str, tuple[str, ...]]
    offenders: tuple[tuple[str, str], ...]


def fill(settings: PublicConfig, *, count: int, seed: int) -> int:
    """File `count` reports and show how far it is; the same seed gives the same reports."""
    now, created = datetime.now(UTC), 0
    with connect_ready(settings.database_url, settings.shred_url) as connection:
        intake = Intake(
            connection,
            settings.manifest,
            settings.routing,
            settings.receipt_salt,
            settings.receipt_pepper,
        )
        filings = tqdm(_filings(count, seed), total=count, unit=" reports", desc="Filing")
        for filing, age in filings:
            created += submit(intake=intake, filing=filing, now=now - age).created
    return created


def _filings(count: int, seed: int) -> Iterator[tuple[Filing, timedelta]]:
    chance = random.Random(seed)  # noqa: S311 - synthetic data, not a secret
    scene = _scene()
    for number in range(count):
        audience = _weighted(chance, AUDIENCES)
        questionnaire = load_builtin(audience)
        country = _weighted(chance, COUNTRIES)
        language = _language(chance, country)
        answers = dict(_answers(chance, scene, questionnaire, country, language))
        submission = f"demo-data:{seed}:{number}".encode()
        target = TARGETS[assess(questionnaire, answers).priority]
        age = min(SPREAD, target * 1.15) * chance.random()
        yield Filing(questionnaire, language, answers, submission), age


def _answers(
    chance: random.Random, scene: Scene, questionnaire: Questionnaire, country: str, language: str
) -> Iterator[tuple[str, Answer]]:
    """Answer as somebody would whose report comes out at a chosen urgency."""
    wanted = _weighted(chance, URGENCY)
    tells = wanted is not Priority.P4
    decisive = chance.choice([q for q in questionnaire.questions if _reaches(q, wanted)])
    for question in questionnaire.questions:
        if question.id == "country":
            yield question.id, country
        elif question.id == "selectors" and tells:
            yield question.id, _offenders(chance, scene)
        elif (question.id == "story" and tells) or (question.required and not question.options):
            yield question.id, chance.choice(scene.stories[language])
        elif question.options and question.type is not QuestionType.SELECTORS:
            yield question.id, _chosen(chance, question, wanted, decides=question is decisive)


def _reaches(question: Question, wanted: Priority) -> bool:
    return any(option.factor and FACTORS[option.factor] is wanted for option in question.options)


def _chosen(
    chance: random.Random, question: Question, wanted: Priority, *, decides: bool
) -> Answer:
    """Choose nothing more urgent than wanted; the question that decides gets just that."""
    fits = [option for option in question.options if _fits(option, wanted)]
    if question.required and not fits:
        fits = [option for option in question.options if option.factor is None]
    some = chance.sample(fits, k=min(len(fits), chance.choice((1, 1, 2, 3))))
    if decides:
        some = [o for o in question.options if o.factor and FACTORS[o.factor] is wanted][:1]
    elif not question.required and chance.random() < 0.2:
        return ""
    ids = tuple(option.id for option in some)
    return ids if question.type is QuestionType.CHOICES else "".join(ids[:1])


def _fits(option: Option, wanted: Priority) -> bool:
    if option.factor is None:
        return wanted is not Priority.P4 and option.id != "yes"
    return FACTORS[option.factor] >= wanted and FACTORS[option.factor] <= max(wanted, Priority.P3)


def _offenders(chance: random.Random, scene: Scene) -> tuple[SelectorRow, ...]:
    """A few offenders are behind many reports: the first of the list come up again and again."""
    found = {min(chance.randrange(len(scene.offenders)) for _ in range(3))}
    if chance.random() < 0.3:
        found.add(chance.randrange(len(scene.offenders)))
    return tuple(SelectorRow(*scene.offenders[place]) for place in sorted(found))


def _language(chance: random.Random, country: str) -> str:
    return HOME.get(country, "en") if chance.random() < 0.85 else "en"


def _weighted(chance: random.Random, parts: Mapping[T, int]) -> T:
    return chance.choices(list(parts), weights=list(parts.values()))[0]


def _scene() -> Scene:
    file = resources.files("portal.operations.demo_files").joinpath("scene.toml")
    plain = tomllib.loads(file.read_text("utf-8"))
    stories = {language: tuple(texts) for language, texts in plain["stories"].items()}
    handles = [(where, name) for where, names in plain["offenders"].items() for name in names]
    return Scene(stories, tuple(handles))
