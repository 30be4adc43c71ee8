"""What happened to a case, in one order by time: the log's entries, and what the reporter wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.case import Status
from portal.domain.statement import FILED
from portal.store.audit import AuditRow
from portal.store.envelopes import StoredEnvelope
from portal.store.queue import WAITING_FOR_DESK

ADDED = "reporter:added"
"""The tag of what the reporter did: no entry of the log, since the public site can't sign one."""

LONGEST = 200
"""How many entries are shown, the newest."""

_MOVED = "case:moved."


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; the reporter has no name, so `actor` is empty there."""

    at: datetime
    actor: str
    action: str


def timeline(log: Sequence[AuditRow], stored: Sequence[StoredEnvelope]) -> tuple[Event, ...]:
    """Give what was done and what was added, oldest first. Additions are kept to the minute.

    What the worker notes of each filing is for proofs, and nothing that somebody did.
    """
    entries = [one for one in log if not one.action.startswith(FILED)][-LONGEST:]
    events = [Event(one.sealed_at, "", ADDED) for one in stored[1:]]
    events += [Event(entry.at, entry.actor, entry.action) for entry in entries]
    return tuple(sorted(events, key=lambda event: event.at))


def stood_at(status: Status, events: Sequence[Event]) -> Status | None:
    """Give the state before the reporter's message reopened the case; None if moved since.

    Only the reporter brings a case back to the desk without a move in the log.
    """
    moves = [event.action for event in events if event.action.startswith(_MOVED)]
    if status not in WAITING_FOR_DESK or not moves:
        return None
    last = Status(moves[-1].removeprefix(_MOVED).split(" ")[0])
    return None if last in WAITING_FOR_DESK else last
