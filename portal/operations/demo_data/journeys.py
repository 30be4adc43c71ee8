"""What happens to a planned report, and when: the steps of each journey, in order of time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from portal.domain.assessment.routing import TARGETS
from portal.domain.case import Status
from portal.operations.demo_data.plan import Journey, Plan

MINUTE = timedelta(minutes=1)


class Does(Enum):
    """One thing that a reporter or a member does."""

    FILE = "file"
    ADD = "add"
    CONTACT = "contact"
    ASK_DELETION = "ask_deletion"
    TAKE = "take"
    ASSIGN = "assign"
    GIVE_BACK = "give_back"
    READ = "read"
    READ_HANDLES = "read_handles"
    READ_CONTACT = "read_contact"
    NOTE = "note"
    REPLY = "reply"
    REPLY_AND_WAIT = "reply_and_wait"
    REFUSE_DELETION = "refuse_deletion"
    REFER = "refer"
    PAUSE = "pause"
    CLOSE = "close"


MOVES = {Does.REFER: Status.REFERRED, Does.PAUSE: Status.PAUSED, Does.CLOSE: Status.CLOSED}

BY_REPORTER = frozenset({Does.FILE, Does.ADD, Does.CONTACT, Does.ASK_DELETION})


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What is done, so long after the report came."""

    after: timedelta
    does: Does


def steps(plan: Plan, chance: random.Random) -> list[PlannedStep]:
    """Give everything that happens to a report, none of it later than now."""
    latest = plan.age - timedelta(seconds=30)
    found = [PlannedStep(timedelta(0), Does.FILE), *_of_journey(plan, chance)]
    # A wish counts as new words, so it is read before a member decides.
    if plan.asks_deletion:
        found += [
            PlannedStep(plan.age * 0.85, Does.ASK_DELETION),
            PlannedStep(plan.age * 0.93, Does.READ),
        ]
    if plan.is_refused:
        found += [
            PlannedStep(plan.age * 0.93, Does.ASK_DELETION),
            PlannedStep(plan.age * 0.95, Does.READ),
        ]
        found.append(PlannedStep(plan.age * 0.97, Does.REFUSE_DELETION))
    return [PlannedStep(min(one.after, max(latest, timedelta(0))), one.does) for one in found]


def _of_journey(plan: Plan, chance: random.Random) -> Iterator[PlannedStep]:
    first, second = _looks(plan, chance)
    handles = [Does.READ_HANDLES] if chance.random() < 0.6 or plan.offender is not None else []
    note = [Does.NOTE] if chance.random() < 0.5 else []
    if plan.journey is Journey.HELD:
        begun = plan.age - min(plan.age * 0.5, MINUTE * chance.uniform(3, 20))
        yield from _visit(begun, Does.TAKE, Does.READ, *handles)
        if chance.random() < 0.5:
            yield PlannedStep(begun + MINUTE * 2, Does.ASSIGN)
    elif plan.journey is Journey.NOTED:
        back = [Does.GIVE_BACK] if chance.random() < 0.5 else []
        yield from _visit(first, Does.TAKE, Does.READ, *handles, Does.NOTE, *back)
    elif plan.journey is Journey.REFERRED:
        contact = [Does.READ_CONTACT] if chance.random() < 0.3 else []
        yield from _visit(first, Does.TAKE, Does.READ, *handles, *note, *contact, Does.REFER)
    elif plan.journey is Journey.PAUSED:
        yield from _visit(first, Does.TAKE, Does.READ, *handles, Does.NOTE, Does.PAUSE)
    elif plan.journey is Journey.CLOSED:
        yield from _visit(first, Does.TAKE, Does.READ, *handles, *note, Does.CLOSE)
    elif plan.journey.is_thread:
        yield from _visit(first, Does.TAKE, Does.READ, *handles, _first_reply(plan))
        addition = _addition(plan, chance)
        yield PlannedStep(_added_after(plan, chance, first, second), addition)
        if not plan.journey.is_unread:
            if addition is Does.CONTACT:
                yield PlannedStep(second - MINUTE, Does.READ_CONTACT)
            yield from _visit(second, Does.TAKE, Does.READ, *note, *_LAST[plan.journey])


_LAST = {
    Journey.WAITING: (Does.REPLY_AND_WAIT,),
    Journey.TALKING: (Does.NOTE,),
    Journey.REFERRED_LATE: (Does.REFER,),
    Journey.CLOSED_LATE: (Does.REPLY, Does.CLOSE),
}
"""How the second look at a thread ends."""


def _looks(plan: Plan, chance: random.Random) -> tuple[timedelta, timedelta]:
    """Tell when somebody first looks at it, mostly in time; and when again."""
    in_time = TARGETS[plan.priority] * chance.uniform(0.1, 0.9)
    first = min(in_time, plan.age * chance.uniform(0.15, 0.3))
    return first, first + (plan.age - first) * chance.uniform(0.65, 0.75)


def _visit(begun: timedelta, *acts: Does) -> Iterator[PlannedStep]:
    """One after the other, within the time that a report is held for."""
    for turn, does in enumerate(acts):
        yield PlannedStep(begun + timedelta(seconds=70) * turn, does)


def _first_reply(plan: Plan) -> Does:
    """Reply without waiting for the reporter if the desk still works on the case."""
    is_going_on = plan.journey in (Journey.TALKING, Journey.INTERRUPTED)
    return Does.REPLY if is_going_on else Does.REPLY_AND_WAIT


def _added_after(
    plan: Plan, chance: random.Random, first: timedelta, second: timedelta
) -> timedelta:
    """Between the two looks; what is unread came a little while ago."""
    if plan.journey.is_unread:
        ago = min(MINUTE * chance.uniform(4, 50), (plan.age - first) * 0.4)
        return plan.age - ago
    return first + (second - first) * chance.uniform(0.5, 0.8)


def _addition(plan: Plan, chance: random.Random) -> Does:
    """Mostly words; now and then another way to be reached."""
    is_long_ago = plan.age > timedelta(hours=8)
    return Does.CONTACT if is_long_ago and chance.random() < 0.2 else Does.ADD
