"""What a member has not read yet: no act on the case passes over it, and it can be shown.

Each form of the desk carries the number of filings that its page showed. An act is refused where
more has come since, or where something is unread that opens to this member; closing and deleting
are refused while anything at all is unread. The refusal shows the new words, so that the member
can decide again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from portal.access import (
    OPENING,
    Act,
    Principal,
    compartments_of,
    known_role,
)
from portal.domain.errors import OpenFailed, UnreadWords
from portal.domain.report import Compartment
from portal.store import envelopes, members, unread
from portal.store.engine import Db
from portal.store.reports import ReportRow
from portal.triage.answers import Words
from portal.triage.casefile import CaseFile
from portal.triage.compartments import find_for_update, open_part
from portal.vault.keyring import Keyring

CAME_BACK = "came_back"
"""The listed reason under which a refused act opens what is new."""


@dataclass(frozen=True, slots=True)
class NewPart:
    """A compartment with something new: its words, or who can open it where this member can't."""

    compartment: Compartment
    words: tuple[Words, ...] | None = field(default=None, repr=False)
    openers: tuple[str, ...] = ()
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class NewWords:
    """What is new on a report; `filings` counts what the member has seen once it is shown."""

    row: ReportRow
    filings: int
    parts: tuple[NewPart, ...]


def require_read(db: Db, *, by: Principal, file: CaseFile, filings: int) -> None:
    """Raise `UnreadWords` where the member has not read what the reporter wrote.

    `filings` is the number that the member's page showed. A part that does not open to this member
    holds nothing up, and stays unread. The caller has locked the report.
    """
    waiting = _unread(db, file.row.id)
    if file.filings != filings or any(_opens(by, file, Compartment(part)) for part in waiting):
        raise UnreadWords


def require_all_read(db: Db, *, row: ReportRow, filings: int) -> None:
    """Raise `UnreadWords` while anything is unread, in any compartment: for closing and deleting,
    after which nobody would look. The caller has locked the report.
    """
    if _unread(db, row.id) or envelopes.next_revision(db, report_id=row.id) != filings:
        raise UnreadWords


def new_words_since(
    db: Db, *, by: Principal, report_id: bytes, filings: int | None
) -> tuple[int, bool]:
    """Give how many filings a member has read whose page showed `filings` (None: all of them), and
    whether an act with that number would be refused now.
    """
    current = envelopes.next_revision(db, report_id=report_id)
    read_so_far = current if filings is None else filings
    is_news = bool(_unread(db, report_id) & frozenset(compartments_of(by.role)))
    return read_so_far, is_news or read_so_far != current


def open_new_words(
    db: Db,
    *,
    act: Act,
    keys: Keyring,
    report_id: bytes,
    filings: int,
    shown: Collection[str] = (),
) -> NewWords:
    """Open what came in after `filings` and what is unread, as far as this member can.

    `shown` are the parts that an earlier refusal of the same form opened: they are opened again.
    Each opening is an entry in the audit log. What does not open stays unread.
    """
    row = find_for_update(db, by=act.by, report_id=report_id)
    file = CaseFile(db, row=row, keys=keys, verify=act.log.verify)
    waiting = _unread(db, row.id) | frozenset(shown)
    since = envelopes.parts_since(db, report_id=row.id, revision=filings)
    # An unread part was not read from its first supplement on, as far as anybody can tell.
    new = dict.fromkeys(since, filings) | dict.fromkeys(waiting, 1)
    return NewWords(
        row=row,
        filings=file.filings,
        parts=tuple(
            _open(db, act, file, part, from_revision=new[part])
            for part in Compartment
            if part in new
        ),
    )


def openers(db: Db, *, agency: str, compartment: Compartment) -> tuple[str, ...]:
    """Name the active members who hold the keys of a compartment."""
    rows = members.holders(db, agency=agency, compartment=compartment)
    return tuple(
        row.name
        for row in rows
        if (role := known_role(row.role)) and compartment in compartments_of(role)
    )


def _unread(db: Db, report_id: bytes) -> frozenset[str]:
    return unread.of(db, report_ids=(report_id,)).get(report_id, frozenset())


def _opens(by: Principal, file: CaseFile, part: Compartment) -> bool:
    """Tell whether a part opens to this member: by role, by keys, and by what is stored."""
    if not by.can(OPENING[part]) or not file.is_held(part):
        return False
    try:
        file.words(part)
    except OpenFailed:
        return False
    return True


def _open(db: Db, act: Act, file: CaseFile, part: Compartment, *, from_revision: int) -> NewPart:
    if act.by.can(OPENING[part]) and file.is_held(part):
        try:
            words = open_part(db, act=act, file=file, compartment=part, reason=CAME_BACK)
        except OpenFailed:
            return NewPart(part, is_failed=True)
        return NewPart(part, tuple(_added(words, from_revision)))
    return NewPart(part, openers=openers(db, agency=file.row.agency, compartment=part))


def _added(words: tuple[Words, ...], from_revision: int) -> Iterator[Words]:
    return (one for one in words if one.revision >= max(from_revision, 1))
