"""The life of a case: its states, who may move it where, and its short name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.blank import is_blank
from portal.domain.errors import CaseError
from portal.domain.texts import desk_text

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_BITS = 60


class Status(StrEnum):
    """Where a case stands."""

    NEW = "new"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    REFERRED = "referred"
    CLOSED = "closed"
    PAUSED = "paused"


OPEN = frozenset(Status) - {Status.CLOSED}
"""States in which somebody still has to act."""

STATUSES: Mapping[Status, str] = {
    Status.NEW: desk_text("New"),
    Status.IN_REVIEW: desk_text("In review"),
    Status.WAITING: desk_text("Waiting for the reporter"),
    Status.REFERRED: desk_text("Referred"),
    Status.CLOSED: desk_text("Closed"),
    Status.PAUSED: desk_text("Paused: another agency works on it"),
}
"""Each state in words for the desk, to be translated."""

CLOSE_REASONS: Mapping[str, str] = {
    "child_safe": desk_text("The child is safe, and nothing more can be done here"),
    "resolved": desk_text("The harm was stopped"),
    "handed_over": desk_text("Handed over to another body"),
    "no_way_on": desk_text("Not enough to act on"),
    "duplicate": desk_text("The same report, already counted"),
    "not_for_us": desk_text("Not about a child, or outside our task"),
    "spam": desk_text("Spam or a viral post"),
    "asked_to_delete": desk_text("The reporter asked us to delete it"),
}
"""Why a case may be closed, in words for the desk, to be translated."""


@dataclass(frozen=True, slots=True)
class Move:
    """Who may make a move, and whether they must say why."""

    roles: frozenset[str]
    needs_reason: bool = False


_DESK = frozenset({"analyst", "supervisor"})
_SUPERVISOR = frozenset({"supervisor"})

MOVES: Mapping[tuple[Status, Status], Move] = {
    (Status.NEW, Status.IN_REVIEW): Move(_DESK),
    (Status.NEW, Status.CLOSED): Move(_DESK, needs_reason=True),
    (Status.NEW, Status.PAUSED): Move(_SUPERVISOR, needs_reason=True),
    (Status.IN_REVIEW, Status.NEW): Move(_DESK),
    (Status.IN_REVIEW, Status.WAITING): Move(_DESK),
    (Status.IN_REVIEW, Status.REFERRED): Move(_DESK, needs_reason=True),
    (Status.IN_REVIEW, Status.CLOSED): Move(_DESK, needs_reason=True),
    (Status.IN_REVIEW, Status.PAUSED): Move(_SUPERVISOR, needs_reason=True),
    (Status.WAITING, Status.IN_REVIEW): Move(_DESK),
    (Status.WAITING, Status.REFERRED): Move(_DESK, needs_reason=True),
    (Status.WAITING, Status.CLOSED): Move(_DESK, needs_reason=True),
    (Status.WAITING, Status.PAUSED): Move(_SUPERVISOR, needs_reason=True),
    (Status.REFERRED, Status.IN_REVIEW): Move(_DESK, needs_reason=True),
    (Status.REFERRED, Status.CLOSED): Move(_DESK, needs_reason=True),
    (Status.PAUSED, Status.IN_REVIEW): Move(_SUPERVISOR, needs_reason=True),
    (Status.PAUSED, Status.CLOSED): Move(_SUPERVISOR, needs_reason=True),
    (Status.CLOSED, Status.IN_REVIEW): Move(_DESK, needs_reason=True),
}
"""Every move there is; what does not stand here is refused."""


def check_move(status: Status, to: Status, role: str, reason: str | None = None) -> None:
    """Refuse a move with `CaseError`: none such or not for the role (`case.move`), or no reason
    given where one is due (`case.reason`).

    Closing takes a reason from `CLOSE_REASONS`; the others take words.
    """
    move = MOVES.get((status, to))
    if move is None or role not in move.roles:
        raise CaseError("case.move")
    if move.needs_reason and is_blank(reason or ""):
        raise CaseError("case.reason")
    if to is Status.CLOSED and reason not in CLOSE_REASONS:
        raise CaseError("case.reason")


def moves_from(status: Status, role: str) -> tuple[Status, ...]:
    """Give the states to which a member of that role may move a case."""
    return tuple(to for (at, to), move in MOVES.items() if at is status and role in move.roles)


def reference(report_id: bytes) -> str:
    """Give the short name that people say aloud, "K7QF-2M9X-4RTZ".

    Crockford's base 32 of the first 60 bits: no I, L, O or U. It opens nothing.
    """
    number = int.from_bytes(report_id[:8], "big") >> (8 * 8 - _REFERENCE_BITS)
    letters = [_CROCKFORD[number >> shift & 31] for shift in range(_REFERENCE_BITS - 5, -1, -5)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, len(letters), 4))
