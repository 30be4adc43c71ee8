"""Coming back with the code: the status, the replies, and what the reporter sent, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.case import Status
from portal.domain.envelope import UNSIGNED_FORMAT
from portal.domain.errors import OpenFailed
from portal.domain.incidents import IncidentKind
from portal.domain.receipt import normalise
from portal.domain.statement import Kind, Statement
from portal.followup.code import Found, find
from portal.intake.filing import Intake
from portal.mailbox.reporter import ReporterKeys, derive_keys, dummy_open, open_reply
from portal.sealing.message import uncover
from portal.sealing.statement import read_signed
from portal.sealing.told import is_told
from portal.store import envelopes, messages, receipts, shred, told
from portal.store.engine import Db
from portal.store.envelopes import StoredStatement
from portal.store.reports import ReportRow


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
    """What a reporter sees who comes back with a code; the thread in order, newest last.

    `status` is None where the case stands where no desk has signed that it moved it.
    """

    report_id: bytes
    audience: str
    status: Status | None
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
        found = find(db, intake=intake, keys=keys, now=now)
        row = found.row
        receipts.touch(db, report_id=row.id, day=now.replace(hour=0, minute=0, second=0))
        status = _status(db, intake, row)
        thread = [*_own(db, intake, keys, found), *_replies(db, intake, keys, row.id)]
    if all(one.text is None for one in thread):
        dummy_open(keys)
    return Returning(
        report_id=row.id,
        audience=found.audience,
        status=status,
        received_at=row.received_at,
        thread=tuple(sorted(thread, key=lambda one: one.at)),
        deletion_asked_at=row.deletion_asked_at,
    )


def _status(db: Db, intake: Intake, row: ReportRow) -> Status | None:
    """Give where the case stands. That it is new needs no signature: nobody has moved it, or this
    site has, when its reporter wrote.
    """
    if row.status is Status.NEW:
        return row.status
    signers = intake.manifest.log_signers
    said = told.get(db, report_id=row.id)
    if is_told(said, report_id=row.id, status=row.status, signers=signers):
        return row.status
    intake.notice(IncidentKind.STATE_UNSIGNED, row.id)
    return None


def _own(db: Db, intake: Intake, keys: ReporterKeys, found: Found) -> Iterator[Entry]:
    """Give what the reporter sent: the filing, and those supplements that their own key signed."""
    verify_key, report_id = keys.statement_key.verify_key, found.row.id
    for number, one in enumerate(envelopes.statements(db, report_id=report_id)):
        statement = read_signed(one.signed) if one.signed else None
        is_theirs = statement is not None and _is_theirs(one, statement, verify_key, found)
        for kind in _wrong_with(one, statement, number, is_theirs=is_theirs):
            intake.notice(kind, report_id)
        if one.revision == 0:
            yield Entry("sent", one.sealed_at)
        elif statement and is_theirs:
            yield Entry("contact" if statement.kind is Kind.CONTACT else "added", one.sealed_at)


def _wrong_with(
    one: StoredStatement, statement: Statement | None, number: int, *, is_theirs: bool
) -> Iterator[IncidentKind]:
    """Tell what is not as it was sent; `number` is the place that a filing has by the order."""
    is_first = one.revision == 0
    if one.revision != number:
        yield IncidentKind.ADDITION_MISSING
    if statement is None or not is_theirs:
        yield IncidentKind.FILING_UNSIGNED if is_first else IncidentKind.ADDITION_UNSIGNED
    elif (statement.format, statement.columns.filed_at) != (one.format, one.sealed_at):
        yield IncidentKind.REPORT_CHANGED if is_first else IncidentKind.ADDITION_CHANGED


def _is_theirs(one: StoredStatement, statement: Statement, verify_key: bytes, found: Found) -> bool:
    """A supplement from before statements is always shown: nothing says who wrote it."""
    if (statement.report_id, statement.revision) != (found.row.id, one.revision):
        return False
    if one.format == UNSIGNED_FORMAT:
        return found.is_from_before
    return one.signed is not None and one.signed.verify_key == verify_key


def _replies(db: Db, intake: Intake, keys: ReporterKeys, report_id: bytes) -> Iterator[Entry]:
    for one in messages.for_report(db, report_id=report_id):
        try:
            sealed = _uncovered(db, report_id, one)
            text = open_reply(keys, report_id=report_id, message_id=one.id, sealed=sealed)
        except OpenFailed:
            intake.notice(IncidentKind.REPLY_LOST, report_id)
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
