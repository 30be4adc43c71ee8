"""From a code to its report: by the receipt, and never by what else stands in the database.

A receipt that somebody turned to another report leads nowhere: the report's id is a hash of the
key that its own code gives. The report of an earlier release has an id of another kind; there the
tag of the receipt tells, which nobody makes without the site's pepper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from portal.domain.envelope import SignedStatement
from portal.domain.errors import ReceiptError
from portal.domain.incidents import IncidentKind
from portal.domain.statement import Statement, report_id_of
from portal.intake.filing import Intake
from portal.intake.receipt import is_bound, tagged
from portal.mailbox.reporter import ReporterKeys, dummy_open
from portal.sealing.statement import read_signed
from portal.store import envelopes, erasing, receipts, reports, shred
from portal.store.columns import columns_of
from portal.store.engine import Db
from portal.store.envelopes import FirstFiling
from portal.store.receipts import ReceiptRow


@dataclass(frozen=True, slots=True)
class Found:
    """The report behind a code; `agency` and `audience` are those to which it was first sent.

    `is_from_before`: it was filed before there were statements.
    """

    row: reports.ReportRow
    agency: str
    audience: str
    is_from_before: bool


def find(
    db: Db, *, intake: Intake, keys: ReporterKeys, now: datetime, for_update: bool = False
) -> Found:
    """Find the report behind a code; raises `ReceiptError` where there is none, or none any more.

    `for_update` is for deleting it and for adding to it: two that shared it first would wait for
    each other for ever, or count the same envelopes. It is taken before anything else is locked.
    The first return to a report from before statements binds the code's key to its receipt.
    What only somebody who writes to the database can have brought about is noticed; a code that is
    merely unknown is not.
    """
    receipt = receipts.find(db, token_hash=keys.token_hash, now=now)
    if receipt is None:
        raise _unknown(keys)
    row = _row(db, receipt, for_update=for_update)
    first = envelopes.first(db, report_id=row.id) if row else None
    if not row or not first or not shred.has(db, shred_id=first.shred_id):
        _notice_lost(db, intake, keys, receipt, row, first)
        raise _unknown(keys)
    if receipt.report_id == keys.statement_key.report_id:
        return _own(intake, keys, row, receipt, first.signed)
    return _from_before(db, intake, keys, row, receipt, first.signed)


def _row(db: Db, receipt: ReceiptRow, *, for_update: bool) -> reports.ReportRow | None:
    if for_update:
        return reports.lock(db, report_id=receipt.report_id)
    return reports.get(db, report_id=receipt.report_id, for_share=True)


def _notice_lost(
    db: Db,
    intake: Intake,
    keys: ReporterKeys,
    receipt: ReceiptRow,
    row: reports.ReportRow | None,
    first: FirstFiling | None,
) -> None:
    """Tell of a receipt that leads to no filing, unless the report was deleted a moment ago.

    A filing without its shred key is an older copy, put back; where it names another key than its
    reporter signed, somebody wrote that.
    """
    report_id = receipt.report_id
    if row is None:
        if not erasing.is_gone(db, report_id=report_id):
            intake.notice(IncidentKind.REPORT_GONE, report_id)
    elif first is None:
        intake.notice(IncidentKind.FILING_UNSIGNED, report_id)
    else:
        statement = _first_statement(first.signed, keys, report_id)
        if statement is not None and statement.shred_id != first.shred_id:
            intake.notice(IncidentKind.REPORT_CHANGED, report_id)


def _own(
    intake: Intake,
    keys: ReporterKeys,
    row: reports.ReportRow,
    receipt: ReceiptRow,
    signed: SignedStatement | None,
) -> Found:
    """What the reporter's own key signed of the filing counts before what stands in the rows."""
    is_whole = is_bound(receipt, pepper=intake.pepper)
    if not is_whole:
        intake.notice(IncidentKind.RECEIPT_CHANGED, row.id)
    statement = _first_statement(signed, keys, row.id)
    if statement is not None:
        told = statement.columns
        if told != columns_of(row):
            intake.notice(IncidentKind.REPORT_CHANGED, row.id)
        return Found(row, told.agency, told.audience, is_from_before=False)
    intake.notice(IncidentKind.FILING_UNSIGNED, row.id)
    if not is_whole:
        raise _unknown(keys)
    return Found(row, receipt.agency, receipt.audience, is_from_before=False)


def _from_before(
    db: Db,
    intake: Intake,
    keys: ReporterKeys,
    row: reports.ReportRow,
    receipt: ReceiptRow,
    signed: SignedStatement | None,
) -> Found:
    verify_key = keys.statement_key.verify_key
    if not is_bound(receipt, pepper=intake.pepper) or receipt.verify_key not in (None, verify_key):
        _notice_turned(intake, keys, row.id, signed)
        raise _unknown(keys)
    if receipt.verify_key is None:
        bound = replace(receipt, verify_key=verify_key)
        receipts.bind(db, row=tagged(bound, pepper=intake.pepper))
    return Found(row, receipt.agency, receipt.audience, is_from_before=True)


def _notice_turned(
    intake: Intake, keys: ReporterKeys, report_id: bytes, signed: SignedStatement | None
) -> None:
    """Tell of a receipt that leads to another report than its code's, or whose tag is wrong."""
    is_of_today = signed is not None and report_id_of(signed.verify_key) == report_id
    if not is_of_today:
        intake.notice(IncidentKind.RECEIPT_CHANGED, report_id)
        return
    intake.notice(IncidentKind.RECEIPT_TURNED, report_id)
    intake.notice(IncidentKind.CODE_LOST, keys.statement_key.report_id)


def _first_statement(
    signed: SignedStatement | None, keys: ReporterKeys, report_id: bytes
) -> Statement | None:
    if signed is None or signed.verify_key != keys.statement_key.verify_key:
        return None
    found = read_signed(signed)
    is_first = found is not None and (found.report_id, found.revision) == (report_id, 0)
    return found if is_first else None


def _unknown(keys: ReporterKeys) -> ReceiptError:
    dummy_open(keys)
    return ReceiptError("receipt.unknown")
