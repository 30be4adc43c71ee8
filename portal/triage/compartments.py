"""Open one compartment of a report: with the permission, with the key, with a reason, on record."""

from __future__ import annotations

from portal.access import OPENING, Act, Principal
from portal.domain.errors import CaseError, NotFound, PermissionRefused
from portal.domain.report import Compartment
from portal.store import reports, unread
from portal.store.engine import Db
from portal.store.reports import ReportRow
from portal.triage.answers import Words
from portal.triage.casefile import CaseFile, about
from portal.triage.reasons import OPENING_REASONS, is_reason
from portal.vault.keyring import Keyring


def find(db: Db, *, by: Principal, report_id: bytes) -> ReportRow:
    """Find a report of the member's own agency; `NotFound` for every other."""
    row = reports.get(db, report_id=report_id, agency=by.agency)
    if row is None:
        raise NotFound
    return row


def find_for_update(db: Db, *, by: Principal, report_id: bytes) -> ReportRow:
    """Find a report as `find` does, and lock it: the first step of everything that changes it."""
    row = reports.lock(db, report_id=report_id, agency=by.agency)
    if row is None:
        raise NotFound
    return row


def open_compartment(
    db: Db, *, act: Act, keys: Keyring, report_id: bytes, compartment: Compartment, reason: str
) -> tuple[Words, ...]:
    """Open a compartment with every supplement, and write down who did it and why.

    From then on nothing in it counts as unread.

    Raises `PermissionRefused` by the table, `OpenFailed` by the keys, whatever the table says;
    `CaseError("case.reason")` where the reason is none of the list.
    """
    act.require(OPENING[compartment])
    if not is_reason(OPENING_REASONS[compartment], reason):
        raise CaseError("case.reason")
    row = find_for_update(db, by=act.by, report_id=report_id)
    file = CaseFile(db, row=row, keys=keys, verify=act.log.verify)
    return open_part(db, act=act, file=file, compartment=compartment, reason=reason)


def open_part(
    db: Db, *, act: Act, file: CaseFile, compartment: Compartment, reason: str
) -> tuple[Words, ...]:
    """Open a compartment of a report that the caller has locked; `reason` is one of the list.

    Raises what `open_compartment` raises, and has changed nothing then.
    """
    words = read(file, by=act.by, compartment=compartment)
    unread.clear(db, report_id=file.row.id, compartment=compartment)
    act.record(db, f"case:opened.{compartment}", about(file.row.id), reason)
    return words


def read(file: CaseFile, *, by: Principal, compartment: Compartment) -> tuple[Words, ...]:
    """Read a compartment that this member has opened, and that is still open for them."""
    if not by.can(OPENING[compartment]):
        raise PermissionRefused
    return file.words(compartment)
