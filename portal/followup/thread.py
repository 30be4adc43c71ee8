"""Coming back with the code: status and replies, telling more, a new safe contact, deletion."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.assessment.factors import Priority
from portal.domain.blank import is_blank
from portal.domain.canon import canon
from portal.domain.case import Status
from portal.domain.errors import OpenFailed, PermissionRefused, ReceiptError
from portal.domain.receipt import normalise
from portal.domain.report import CONTACT, MORE, SAFE_CONTACT, SAFE_TIME, Compartment
from portal.intake.filing import Intake, seal, store_sealed, to_the_minute, told_in
from portal.mailbox.reporter import ReporterKeys, derive_keys, dummy_open, open_reply
from portal.sealing.field import Random
from portal.sealing.message import uncover
from portal.sealing.seal import PlainField
from portal.store import envelopes, erasing, messages, receipts, reports, shred, unread
from portal.store.engine import Db
from portal.store.queue import WAITING_FOR_DESK

LONGEST_SUPPLEMENT = 10_000
"""Characters."""

CODE_ONLY, MAY_CONTACT = "code_only", "contact"
"""The two wishes: answer here only, or also in the way that the reporter says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the thread: `sent`, `added`, `contact` or `reply`; only a reply has a text.

    Not even that one where `is_lost`: it opens no more, but it was sent, and keeps its place.
    """

    kind: str
    at: datetime
    text: str | None = field(default=None, repr=False)
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Returning:
    """What a reporter sees who comes back with a code; the thread in order, newest last."""

    report_id: bytes
    audience: str
    status: Status
    received_at: datetime
    thread: tuple[Entry, ...]
    deletion_asked_at: datetime | None

    @property
    def replies(self) -> tuple[Entry, ...]:
        """What the desk wrote."""
        return tuple(one for one in self.thread if one.kind == "reply")

    @property
    def supplements(self) -> tuple[datetime, ...]:
        """When the reporter added something."""
        return tuple(one.at for one in self.thread if one.kind in ("added", "contact"))


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How a reporter may be reached from now on; without `how`, only here."""

    how: str = field(default="", repr=False)
    when: str = field(default="", repr=False)

    @property
    def wish(self) -> str:
        """The answer to the question whether we may contact them."""
        return MAY_CONTACT if self.how else CODE_ONLY

    def sealed_fields(self) -> list[PlainField]:
        """All three fields, whatever is empty: which wish it is does not show."""
        return [
            PlainField(CONTACT, Compartment.TRIAGE, self.wish),
            PlainField(SAFE_CONTACT, Compartment.IDENTITY, self.how),
            PlainField(SAFE_TIME, Compartment.IDENTITY, self.when if self.how else ""),
        ]


def return_with(*, intake: Intake, code: str, now: datetime) -> Returning:
    """Open the status and the replies of the report behind a code, as a reporter typed it.

    Raises `ReceiptError` (`receipt.length`, `receipt.check`, `receipt.unknown`). An unknown code
    costs the same derivation and one opening, as a known one without many replies does.
    """
    keys = derive_keys(normalise(code), salt=intake.salt, pepper=intake.pepper)
    return come_back(intake=intake, keys=keys, now=now)


def come_back(*, intake: Intake, keys: ReporterKeys, now: datetime) -> Returning:
    """The same as `return_with`, for keys that were derived a moment ago."""
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now)
        receipts.touch(db, report_id=row.id, day=now.replace(hour=0, minute=0, second=0))
        thread = [*_own(db, row.id), *_replies(db, keys, row.id)]
    if all(one.text is None for one in thread):
        dummy_open(keys)
    return Returning(
        report_id=row.id,
        audience=row.audience,
        status=row.status,
        received_at=row.received_at,
        thread=tuple(sorted(thread, key=lambda one: one.at)),
        deletion_asked_at=row.deletion_asked_at,
    )


def supplement(
    *,
    intake: Intake,
    keys: ReporterKeys,
    text: str,
    once: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> bool:
    """Add what a reporter tells later: a new envelope of the same report, the next revision.

    `once` (16 bytes) is the same for a second click; False when it was added before. Wherever the
    case rests it goes back to the desk, closed or not: what a child adds is never lost.
    """
    if is_blank(text) or len(text) > LONGEST_SUPPLEMENT:
        raise ValueError("supplement: empty or too long")
    plain = [PlainField(MORE, Compartment.TRIAGE, text)]
    return _add(intake, keys, plain, once=once, now=now, random=random)


def change_contact(
    *,
    intake: Intake,
    keys: ReporterKeys,
    contact: SafeContact,
    once: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> bool:
    """Add a new safe contact, or the wish for none: a supplement like any other.

    The contact is sealed under identity, the wish under triage. False when it was added before.
    """
    if len(contact.how) > LONGEST_SUPPLEMENT or len(contact.when) > LONGEST_SUPPLEMENT:
        raise ValueError("safe contact: too long")
    return _add(intake, keys, contact.sealed_fields(), once=once, now=now, random=random)


def ask_deletion(*, intake: Intake, keys: ReporterKeys, now: datetime) -> bool:
    """Note that the reporter asks for deletion; a member decides. False when noted before.

    The wish counts as new words: nothing is closed over it before a member has looked.
    """
    at = to_the_minute(now)
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now, alone=True)
        is_first = reports.ask_deletion(db, report_id=row.id, at=at)
        if is_first:
            unread.add(db, report_id=row.id, compartments={Compartment.TRIAGE})
            _wake(db, intake, row, at)
    return is_first


def delete_at_once(*, intake: Intake, keys: ReporterKeys, now: datetime) -> None:
    """Shred the report behind the code, where the deployment lets reporters do that.

    Raises `PermissionRefused` where it doesn't: what a form sends decides nothing.
    """
    if not intake.deletes_at_once:
        raise PermissionRefused
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now, alone=True)
        erasing.erase(db, report_id=row.id, by=erasing.REPORTER, at=to_the_minute(now))


def _add(
    intake: Intake,
    keys: ReporterKeys,
    plain: Sequence[PlainField],
    *,
    once: bytes,
    now: datetime,
    random: Random,
) -> bool:
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now, alone=True)
        shred_id = _shred_id(keys, once, plain)
        if envelopes.has(db, shred_id=shred_id):
            return False
        revision = envelopes.next_revision(db, report_id=row.id)
        at = to_the_minute(now)
        # Under the lock: the number of the revision is part of what is sealed.
        ready = seal(intake, row, plain, revision=revision, shred_id=shred_id, random=random)
        store_sealed(db, intake, row, plain, ready=ready, at=at, random=random)
        unread.add(db, report_id=row.id, compartments={one.compartment for one in plain})
        _wake(db, intake, row, at)
    return True


def _shred_id(keys: ReporterKeys, once: bytes, plain: Sequence[PlainField]) -> bytes:
    """The same for the same words sent twice from one page; other words are never taken for them.

    `once` is random and nowhere stored, so nobody can try words against the id.
    """
    parts = canon("supplement-v2", keys.token_hash, once, told_in(plain))
    return hashlib.sha256(parts).digest()[:16]


def _own(db: Db, report_id: bytes) -> Iterator[Entry]:
    for number, (at, is_contact) in enumerate(
        envelopes.filings(db, report_id=report_id, marked_by=CONTACT)
    ):
        yield Entry("sent" if not number else "contact" if is_contact else "added", at)


def _replies(db: Db, keys: ReporterKeys, report_id: bytes) -> Iterator[Entry]:
    for one in messages.for_report(db, report_id=report_id):
        try:
            sealed = _uncovered(db, report_id, one)
            text = open_reply(keys, report_id=report_id, message_id=one.id, sealed=sealed)
        except OpenFailed:
            yield Entry("reply", one.sent_at, is_lost=True)
        else:
            yield Entry("reply", one.sent_at, text)


def _uncovered(db: Db, report_id: bytes, one: messages.MessageRow) -> bytes:
    """Lift the cover from a reply; those sent before there were covers have none."""
    if one.shred_id is None:
        return one.sealed
    shred_key = shred.get(db, shred_id=one.shred_id)
    if shred_key is None:
        raise OpenFailed
    return uncover(one.sealed, shred_key=shred_key, report_id=report_id, message_id=one.id)


def _find(db: Db, keys: ReporterKeys, now: datetime, *, alone: bool = False) -> reports.ReportRow:
    """Find the report behind a code; one whose shred key is gone is not there any more.

    `alone` is for deleting it and for adding to it: two that shared it first would wait for each
    other for ever, or count the same envelopes. It is taken before anything else is locked.
    """
    receipt = receipts.find(db, token_hash=keys.token_hash, now=now)
    row = None
    if receipt and alone:
        row = reports.lock(db, report_id=receipt.report_id)
    elif receipt:
        row = reports.get(db, report_id=receipt.report_id, keep=True)
    first = row and envelopes.first_shred_id(db, report_id=row.id)
    if not row or not first or not shred.has(db, shred_id=first):
        dummy_open(keys)
        raise ReceiptError("receipt.unknown")
    return row


def _wake(db: Db, intake: Intake, row: reports.ReportRow, minute: datetime) -> None:
    """Give a case that rests to the desk as a new one: what rests is served to nobody.

    The state it leaves is not written here, since this site can't sign: it is the last move in
    the log, from which the case page says where it stood.
    """
    if row.status not in WAITING_FOR_DESK:
        reports.set_status(db, report_id=row.id, expected=row.status, to=Status.NEW)
        due_at = intake.routing.agency(row.agency).due_at(Priority(row.priority), minute)
        reports.set_due(db, report_id=row.id, due_at=due_at)
