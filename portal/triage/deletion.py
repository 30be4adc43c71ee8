"""Deletion that a reporter asked for: a member decides, and what is deleted opens to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.access import Act, Permission, Principal
from portal.domain.errors import CaseError, Conflict, NotFound, PermissionRefused
from portal.domain.texts import desk_text
from portal.store import envelopes, erasing, reports
from portal.store.engine import Db
from portal.store.erasing import TombstoneRow
from portal.store.reports import ReportRow
from portal.triage.casefile import CaseFile, about
from portal.triage.compartments import find, find_for_update
from portal.triage.new_words import require_all_read, require_read
from portal.triage.reasons import is_reason
from portal.triage.work import Writing, send
from portal.vault.keyring import Keyring

KEEPING_REASONS: Mapping[str, str] = {
    "danger": desk_text("Somebody is in danger, and the report is needed to help"),
    "working": desk_text("The work on it goes on"),
    "law": desk_text("The law tells us to keep it"),
}
"""Why a report is kept although its reporter asked for deletion, in words for the desk."""


@dataclass(frozen=True, slots=True)
class DeletionRequest:
    """A report whose reporter asks for deletion; `filings` counts what was told so far."""

    row: ReportRow
    filings: int


def see_deletion_request(db: Db, *, by: Principal, report_id: bytes) -> DeletionRequest:
    """Give a report to decide on; raises `Conflict` where nobody asks for deletion."""
    if not by.can(Permission.CASE_DELETE):
        raise PermissionRefused
    row = find(db, by=by, report_id=report_id)
    if row.deletion_asked_at is None:
        raise Conflict("conflict.not_asked")
    return DeletionRequest(row, envelopes.next_revision(db, report_id=report_id))


def delete(db: Db, *, act: Act, report_id: bytes, filings: int) -> None:
    """Shred the report for ever; raises `UnreadWords` while something in it is unread.

    `filings` is the number that the member saw when they decided. Raises `LogBroken` where the
    audit log can't be trusted: nobody destroys anything then.
    """
    act.require(Permission.CASE_DELETE)
    act.log.require_whole(db)
    row = _requested(db, act=act, report_id=report_id)
    require_all_read(db, row=row, filings=filings)
    if not erasing.erase(db, report_id=report_id, by=erasing.DESK, at=act.now):
        raise NotFound
    act.record(db, "case:deleted", about(report_id))


def refuse(
    db: Db,
    *,
    act: Act,
    keys: Keyring,
    report_id: bytes,
    reason: str,
    writing: Writing,
    filings: int,
) -> None:
    """Keep the report, and tell the reporter why: `writing` is the approved text of that reason.

    The reporter may ask again. Raises `UnreadWords` where the reporter wrote more than the member
    has read, and `CaseError("case.reason")` for a reason that is not listed.
    """
    act.require(Permission.CASE_DELETE)
    row = _requested(db, act=act, report_id=report_id)
    file = CaseFile(db, row=row, keys=keys, verify=act.log.verify)
    require_read(db, by=act.by, file=file, filings=filings)
    if not is_reason(KEEPING_REASONS, reason):
        raise CaseError("case.reason")
    send(db, act=act, file=file, writing=writing)
    reports.withdraw_deletion(db, report_id=report_id)
    act.record(db, "case:kept", about(report_id), reason)


def _requested(db: Db, *, act: Act, report_id: bytes) -> ReportRow:
    row = find_for_update(db, by=act.by, report_id=report_id)
    if row.deletion_asked_at is None:
        raise Conflict("conflict.not_asked")
    return row


def deleted(db: Db, *, by: Principal) -> tuple[TombstoneRow, ...]:
    """List what the agency's reporters and members deleted, the newest first."""
    if not by.can(Permission.QUEUE_SEE):
        raise PermissionRefused
    return tuple(erasing.newest(db, agency=by.agency))


def find_deleted(db: Db, *, by: Principal, report_id: bytes) -> TombstoneRow:
    """Find what stays of a deleted report; `NotFound` where there was none."""
    if not by.can(Permission.CASE_SEE):
        raise PermissionRefused
    tombstone = erasing.find(db, report_id=report_id, agency=by.agency)
    if tombstone is None:
        raise NotFound
    return tombstone
