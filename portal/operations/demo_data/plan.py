"""Who reports what, how urgent it is, and what becomes of it: in exact shares, in a fixed order.

Chance only says which report gets which share: 200 reports always have 140 codes and 30 threads.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from portal.domain.assessment.routing import TARGETS
from portal.domain.factors import Priority
from portal.domain.report import Audience
from portal.operations.demo_data.scene import Scene

T = TypeVar("T")


class Journey(StrEnum):
    """What became of a report."""

    FRESH = "fresh"
    HELD = "held"
    NOTED = "noted"
    WAITING = "waiting"
    TALKING = "talking"
    WOKEN = "woken"
    INTERRUPTED = "interrupted"
    REFERRED = "referred"
    REFERRED_LATE = "referred_late"
    PAUSED = "paused"
    CLOSED = "closed"
    CLOSED_LATE = "closed_late"

    @property
    def is_thread(self) -> bool:
        """Tell whether the desk replied, and the reporter added something."""
        return self in _THREADS

    @property
    def is_unread(self) -> bool:
        """Tell whether what the reporter added is still unread."""
        return self in (Journey.WOKEN, Journey.INTERRUPTED)


_THREADS = frozenset(
    {Journey.WAITING, Journey.TALKING, Journey.WOKEN, Journey.INTERRUPTED, Journey.REFERRED_LATE,
     Journey.CLOSED_LATE}
)  # fmt: skip

JOURNEYS: Mapping[Journey, float] = {
    Journey.FRESH: 46,
    Journey.CLOSED: 21,
    Journey.NOTED: 7,
    Journey.WAITING: 6,
    Journey.REFERRED: 5,
    Journey.HELD: 4,
    Journey.TALKING: 3,
    Journey.WOKEN: 2,
    Journey.PAUSED: 2,
    Journey.CLOSED_LATE: 2,
    Journey.INTERRUPTED: 1,
    Journey.REFERRED_LATE: 1,
}
"""In parts of a hundred: 15 have a thread, and of these 3 have words that nobody has read yet."""

CODES, WISHES, REFUSALS, LATE = 0.70, 0.01, 0.005, 0.08
"""How many have a code; ask for deletion; asked and were refused; are overdue at the desk."""

_FEW = {Priority.P1: 30, Priority.P2: 55, Priority.P3: 15}
_GRAVE = {Priority.P0: 5, Priority.P1: 40, Priority.P2: 55}

URGENCY: Mapping[Journey, Mapping[Priority, float]] = {
    Journey.FRESH: {
        Priority.P0: 2, Priority.P1: 12, Priority.P2: 45, Priority.P3: 27, Priority.P4: 14,
    },
    Journey.HELD: {Priority.P0: 25, Priority.P1: 45, Priority.P2: 30},
    Journey.REFERRED: _GRAVE,
    Journey.PAUSED: _GRAVE,
    Journey.CLOSED: {
        Priority.P0: 3, Priority.P1: 10, Priority.P2: 37, Priority.P3: 28, Priority.P4: 22,
    },
}  # fmt: skip
"""How urgent the reports of a journey are; of the others, `_FEW`."""

AUDIENCES = {Audience.CHILD: 62, Audience.CARER: 26, Audience.PROFESSIONAL: 12}

COUNTRIES: Mapping[str, float] = {
    "VN": 56, "": 17, "PH": 9, "TH": 5, "ID": 5, "KH": 3, "US": 3, "FR": 2,
}  # fmt: skip
"""From where, in parts of a hundred; empty where nobody said."""

LANGUAGES: Mapping[str, Mapping[str, float]] = {
    "VN": {"vi": 92, "en": 5, "zh-Hans": 3},
    "": {"vi": 62, "en": 23, "fil": 5, "id": 5, "fr": 5},
    "PH": {"fil": 70, "en": 30},
    "TH": {"th": 90, "en": 10},
    "ID": {"id": 92, "en": 8},
    "KH": {"km": 90, "vi": 10},
    "US": {"en": 70, "vi": 30},
    "FR": {"fr": 80, "vi": 20},
}

HOME = {"vi": "VN", "fil": "PH", "th": "TH", "id": "ID", "km": "KH", "fr": "FR", "en": ""}

CLUSTERED = 0.24
"""How many reports name an offender whom others name too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One report to be; `age` is how long ago it came."""

    number: int
    journey: Journey
    priority: Priority
    audience: Audience
    country: str
    language: str
    age: timedelta
    has_code: bool = False
    asks_deletion: bool = False
    is_refused: bool = False
    offender: int | None = None


def make_plans(*, count: int, chance: random.Random, scene: Scene) -> list[Plan]:
    """Plan that many reports."""
    plans = [
        _plan(chance, number, journey, priority, audience, country)
        for number, ((journey, priority), audience, country) in enumerate(
            zip(
                _urgencies(chance, count),
                shuffled(chance, spread(count, AUDIENCES)),
                shuffled(chance, spread(count, COUNTRIES)),
                strict=True,
            )
        )
    ]
    _give_codes(plans, chance)
    _join(plans, chance, scene)
    _wish(plans, chance)
    return plans


def spread(count: int, parts: Mapping[T, float]) -> list[T]:
    """Give `count` things in these shares, as whole numbers allow (by the largest remainder)."""
    whole = sum(parts.values())
    exact = {one: count * part / whole for one, part in parts.items()}
    found = {one: int(share) for one, share in exact.items()}
    left = count - sum(found.values())
    by_rest = sorted(parts, key=lambda one: found[one] - exact[one])
    for one in by_rest[:left]:
        found[one] += 1
    return [one for one in parts for _ in range(found[one])]


def shuffled(chance: random.Random, things: Iterable[T]) -> list[T]:
    """Give the same things in another order."""
    found = list(things)
    chance.shuffle(found)
    return found


def _urgencies(chance: random.Random, count: int) -> list[tuple[Journey, Priority]]:
    journeys = spread(count, JOURNEYS)
    pairs = [
        (journey, priority)
        for journey in JOURNEYS
        for priority in spread(journeys.count(journey), URGENCY.get(journey, _FEW))
    ]
    return shuffled(chance, pairs)


def _plan(
    chance: random.Random,
    number: int,
    journey: Journey,
    priority: Priority,
    audience: Audience,
    country: str,
) -> Plan:
    parts = LANGUAGES[country]
    language = chance.choices(list(parts), weights=list(parts.values()))[0]
    if audience is Audience.PROFESSIONAL and language != "vi":
        language = "en"
    age = _age(chance, journey, priority)
    return Plan(number, journey, priority, audience, country, language, age)


def _age(chance: random.Random, journey: Journey, priority: Priority) -> timedelta:
    """Tell how long ago it came: what is at the desk is young, or else a little overdue."""
    days = {
        Journey.WAITING: (1, 9),
        Journey.WOKEN: (1, 9),
        Journey.REFERRED: (2, 14),
        Journey.REFERRED_LATE: (3, 14),
        Journey.PAUSED: (3, 12),
        Journey.CLOSED: (1, 26),
        Journey.CLOSED_LATE: (3, 26),
    }.get(journey)
    if days:
        return timedelta(days=chance.uniform(*days))
    least = 0.35 if journey in (Journey.TALKING, Journey.INTERRUPTED) else 0.08
    is_late = chance.random() < LATE and priority is not Priority.P0
    part = chance.uniform(1.05, 1.6) if is_late else chance.uniform(least, 0.9)
    return TARGETS[priority] * part


def _give_codes(plans: list[Plan], chance: random.Random) -> None:
    """Give a code to every report that has a thread, and the other codes to any report."""
    threads = [plan.number for plan in plans if plan.journey.is_thread]
    others = shuffled(chance, (plan.number for plan in plans if not plan.journey.is_thread))
    wanted = round(len(plans) * CODES) - len(threads)
    for number in (*threads, *others[: max(0, wanted)]):
        plans[number] = replace(plans[number], has_code=True)


def _join(plans: list[Plan], chance: random.Random, scene: Scene) -> None:
    """Let each offender be named in several reports, in each of their languages."""
    offenders = scene.offenders[: len(plans) // 15]
    able = [
        plan.number
        for plan in plans
        if plan.priority is not Priority.P4 and plan.audience is not Audience.PROFESSIONAL
    ]
    pool = iter(shuffled(chance, able))
    each = max(3, round(len(plans) * CLUSTERED / max(1, len(scene.offenders))))
    for place, offender in enumerate(offenders):
        for turn, number in zip(range(each), pool, strict=False):
            language = offender.languages[turn % len(offender.languages)]
            plans[number] = replace(
                plans[number], offender=place, language=language, country=HOME.get(language, "VN")
            )


def _wish(plans: list[Plan], chance: random.Random) -> None:
    open_ones = (Journey.FRESH, Journey.NOTED, Journey.TALKING)
    wishing = [plan for plan in plans if plan.has_code and plan.journey in open_ones]
    asked = shuffled(chance, wishing)[: round(len(plans) * WISHES)]
    for plan in asked:
        plans[plan.number] = replace(plan, asks_deletion=True)
    answered: Sequence[Plan] = [
        plan
        for plan in plans
        if plan.journey is Journey.TALKING
        and plan.audience is Audience.CHILD
        and not plan.asks_deletion
        and plan.language in ("vi", "en")
    ]
    for plan in answered[: round(len(plans) * REFUSALS)]:
        plans[plan.number] = replace(plan, is_refused=True)
