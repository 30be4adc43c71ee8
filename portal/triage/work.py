"""Work on a case: move it, write a note, answer the reporter. Each with its entry in the log."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from portal.access import Act, Permission, is_active
from portal.domain.blank import is_blank
from portal.domain.case import Status, check_move
from portal.domain.errors import CaseError, Conflict, PortalError
from portal.domain.plaintext import clean
from portal.sealing.message import cover, seal_reply
from portal.store import case_texts, members, messages, reports, shred
from portal.store.case_texts import CaseTextRow
from portal.store.engine import Db
from portal.store.reports import ReportRow
from portal.triage.casefile import CaseFile, about
from portal.triage.compartments import find_for_update
from portal.triage.new_words import require_all_read, require_read
from portal.triage.queue import require_held
from portal.triage.reasons import MOVE_REASONS, is_reason
from portal.triage.telling import tell
from portal.vault.keyring import Keyring
from portal.vault.opening import seal_case_text

NOTE, REPLY = "note", "reply"

LONGEST = 4000
"""Characters in a note or a reply."""

Random = Callable[[int], bytes]


class WritingError(PortalError):
    """A note or a reply that can't be stored or sent: `text.empty`, `text.too_long`,
    `reply.no_receipt`."""

    code = "text"


@dataclass(frozen=True, slots=True)
class Writing:
    """What a member wrote, and from where the ids and keys come."""

    text: str = field(repr=False)
    random: Random

    def checked(self) -> str:
        """Give the text without the blanks around it; raises `WritingError`."""
        text = clean(self.text).strip()
        if is_blank(text):
            raise WritingError("text.empty")
        if len(text) > LONGEST:
            raise WritingError("text.too_long")
        return text


def move(
    db: Db,
    *,
    act: Act,
    keys: Keyring,
    report_id: bytes,
    expected: Status,
    to: Status,
    reason: str,
    filings: int,
) -> None:
    """Move a case along the table of moves.

    Raises `UnreadWords` where the reporter wrote more than the member has read (`filings` is what
    their page showed), `CaseError` for a move or a reason that the table doesn't have, `Conflict`
    where somebody moved it first. What is closed, or new again, is held by nobody.
    """
    act.require(Permission.CASE_MOVE)
    row = find_for_update(db, by=act.by, report_id=report_id)
    if _is_held_by_another(db, row, act):
        raise Conflict
    if to is Status.CLOSED:
        require_all_read(db, row=row, filings=filings)
    else:
        require_read(
            db,
            by=act.by,
            file=CaseFile(db, row=row, keys=keys, verify=act.log.verify),
            filings=filings,
        )
    if row.status is not expected:
        raise Conflict
    check_move(row.status, to, act.by.role.value, reason)
    if reason and not is_reason(MOVE_REASONS.get(to, {}), reason):
        raise CaseError("case.reason")
    closed_reason = reason if to is Status.CLOSED else None
    if not reports.set_status(
        db, report_id=report_id, expected=expected, to=to, closed_reason=closed_reason
    ):
        raise Conflict
    if to in (Status.CLOSED, Status.NEW) and row.assigned_to is not None:
        reports.release(db, report_id=report_id, member=row.assigned_to)
    sequence = act.record(db, f"case:moved.{to}", about(report_id), reason)
    tell(db, act=act, report_id=report_id, status=to, sequence=sequence)


def write_note(db: Db, *, act: Act, keys: Keyring, report_id: bytes, writing: Writing) -> None:
    """Store a note, sealed under the case's triage key."""
    act.require(Permission.CASE_NOTE)
    row = find_for_update(db, by=act.by, report_id=report_id)
    file = CaseFile(db, row=row, keys=keys, verify=act.log.verify)
    _store_text(db, act, file, kind=NOTE, text_id=writing.random(16), writing=writing)
    act.record(db, "case:noted", about(report_id))


def reply(
    db: Db,
    *,
    act: Act,
    keys: Keyring,
    report_id: bytes,
    writing: Writing,
    wait: bool,
    filings: int,
) -> None:
    """Answer the reporter: sealed to the key behind their code, with a copy for the desk.

    Only who holds the report may answer. With `wait` the case then waits for the reporter. Raises
    `UnreadWords` where the reporter wrote more than the member has read, and
    `WritingError("reply.no_receipt")` where the report has no way back.
    """
    act.require(Permission.CASE_REPLY)
    row = find_for_update(db, by=act.by, report_id=report_id)
    require_held(row, act)
    file = CaseFile(db, row=row, keys=keys, verify=act.log.verify)
    require_read(db, by=act.by, file=file, filings=filings)
    send(db, act=act, file=file, writing=writing)
    if wait and row.status is Status.IN_REVIEW:
        move(
            db,
            act=act,
            keys=keys,
            report_id=report_id,
            expected=Status.IN_REVIEW,
            to=Status.WAITING,
            reason="",
            filings=filings,
        )


def send(db: Db, *, act: Act, file: CaseFile, writing: Writing) -> None:
    """Seal an answer to the reporter under a shred key of its own, and keep the desk's copy.

    The caller has checked who may answer.
    """
    text, row = writing.checked(), file.row
    public = base64.b64decode(file.reporter_key())
    if not public:
        raise WritingError("reply.no_receipt")
    message_id, shred_id, shred_key = writing.random(16), writing.random(16), writing.random(32)
    shred.put(db, shred_id=shred_id, key=shred_key, at=act.now)
    sealed = seal_reply(public=public, report_id=row.id, message_id=message_id, text=text)
    covered = cover(sealed, shred_key=shred_key, report_id=row.id, message_id=message_id)
    messages.insert(
        db,
        id=message_id,
        report_id=row.id,
        sealed=covered,
        sent_at=act.now,
        shred_id=shred_id,
    )
    _store_text(db, act, file, kind=REPLY, text_id=message_id, writing=writing)
    act.record(db, "case:replied", about(row.id))


def _store_text(
    db: Db,
    act: Act,
    file: CaseFile,
    *,
    kind: str,
    text_id: bytes,
    writing: Writing,
) -> None:
    sealed = seal_case_text(
        file.case_key(), kind=kind, text_id=text_id, text=writing.checked(), random=writing.random
    )
    case_texts.insert(
        db,
        row=CaseTextRow(
            id=text_id,
            report_id=file.row.id,
            kind=kind,
            author=act.by.member,
            written_at=act.now,
            sealed=sealed,
        ),
    )


def _is_held_by_another(db: Db, row: ReportRow, act: Act) -> bool:
    """Tell whether a colleague works on it; one who was removed does not."""
    if row.assigned_to in (None, act.by.member) or not row.is_held(act.now):
        return False
    holder = members.get(db, name=row.assigned_to or "")
    return holder is not None and is_active(holder) and not act.by.can(Permission.CASE_ASSIGN)
