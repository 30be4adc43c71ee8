"""The life of a case: its states, who may move it, and the name it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.errors import CaseError


class Status(StrEnum):
    """Where a case stands."""

    NEW = "new"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    REFERRED = "referred"
    PAUSED = "paused"
    CLOSED = "closed"


OPEN = frozenset(Status) - {Status.CLOSED}
"""States in which a case still counts as work."""

WORKERS = frozenset({"analyst", "supervisor"})
"""Roles that work on cases."""


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step: who may take it, and whether a reason must be given."""

    roles: frozenset[str] = WORKERS
    needs_reason: bool = False


_SUPERVISOR = frozenset({"supervisor"})

MOVES: Mapping[tuple[Status, Status], Move] = {
    (Status.NEW, Status.IN_REVIEW): Move(),
    (Status.NEW, Status.CLOSED): Move(needs_reason=True),
    (Status.IN_REVIEW, Status.NEW): Move(),
    (Status.IN_REVIEW, Status.WAITING): Move(),
    (Status.IN_REVIEW, Status.REFERRED): Move(needs_reason=True),
    (Status.IN_REVIEW, Status.PAUSED): Move(needs_reason=True),
    (Status.IN_REVIEW, Status.CLOSED): Move(needs_reason=True),
    (Status.WAITING, Status.IN_REVIEW): Move(),
    (Status.WAITING, Status.CLOSED): Move(needs_reason=True),
    (Status.REFERRED, Status.IN_REVIEW): Move(needs_reason=True),
    (Status.REFERRED, Status.CLOSED): Move(needs_reason=True),
    (Status.PAUSED, Status.IN_REVIEW): Move(needs_reason=True),
    (Status.PAUSED, Status.CLOSED): Move(roles=_SUPERVISOR, needs_reason=True),
    (Status.CLOSED, Status.IN_REVIEW): Move(needs_reason=True),
}
"""Every step a case may take; what is not here is refused."""


def moves_from(status: Status, role: str) -> tuple[Status, ...]:
    """Give the states to which a member of this role may move a case, in a steady order."""
    return tuple(
        to for (start, to), move in MOVES.items() if start is status and role in move.roles
    )


def check_move(status: Status, to: Status, *, role: str, reason: str) -> None:
    """Raise `CaseError` (`case.move` or `case.reason`) unless the step is allowed."""
    move = MOVES.get((status, to))
    if move is None or role not in move.roles:
        raise CaseError("case.move")
    if move.needs_reason and not reason.strip():
        raise CaseError("case.reason")


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference(report_id: bytes) -> str:
    """Give the short name that people say aloud: 40 bits of the id, as `XXXX-XXXX`.

    Crockford's base 32 has no I, L, O or U. A name for people, not a key: look-ups use the id.
    """
    number = int.from_bytes(report_id[:5], "big")
    letters = "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"
