"""The audit log as an auditor reads it: a page of it, its head, and whether it holds together."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.principal import Principal
from portal.access.roles import Permission
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import PermissionRefused
from portal.store import audit, audit_marks, incidents
from portal.store.audit import BEGINNING, AuditRow, AuditVerdict
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.engine import Db
from portal.store.incidents import IncidentRow

PAGE = 100

INCIDENTS = 50
"""How many incidents stand on the page: the newest."""

AT_ONCE = 2000
"""How many entries one request verifies at most: about half a second."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, newest first; `head` is what to note outside the database.

    `verified` says up to which entry the worker has checked the log, and when; `broken_at` where it
    found it broken. `incidents` is what the public site saw of somebody who writes to the database.
    """

    rows: tuple[AuditRow, ...]
    head_sequence: int
    head_hash: str
    next: int | None
    verified: Mark | None
    broken_at: int | None
    incidents: tuple[IncidentRow, ...]


def audit_page(db: Db, *, by: Principal, log: TrustedLog, before: int | None) -> AuditPage:
    """Give the agency's entries from below the sequence number `before`."""
    if not by.can(Permission.AUDIT_READ):
        raise PermissionRefused
    rows = audit.entries(db, agency=by.agency, before=before, limit=PAGE + 1)
    sequence, head = audit.head(db)
    broken = audit_marks.get(db, name=BROKEN, verify=log.verify)
    return AuditPage(
        rows=tuple(rows[:PAGE]),
        head_sequence=sequence,
        head_hash=head.hex(),
        next=rows[PAGE - 1].sequence if len(rows) > PAGE else None,
        verified=audit_marks.get(db, name=VERIFIED, verify=log.verify),
        broken_at=broken.head[0] if broken else None,
        incidents=incidents.newest(db, agency=by.agency, limit=INCIDENTS),
    )


def verify_audit(db: Db, *, by: Principal, log: TrustedLog) -> AuditVerdict:
    """Check the chain, every agency's entries, from the last one that the worker has verified.

    It only reads. Where more has come than one request can check, the verdict is not at the end;
    the worker goes on, and `python -m portal audit verify` checks everything from the first entry.
    """
    if not by.can(Permission.AUDIT_READ):
        raise PermissionRefused
    mark = audit_marks.get(db, name=VERIFIED, verify=log.verify)
    since = mark.head if mark else BEGINNING
    return audit.verify(db, verify=log.verify, since=since, limit=AT_ONCE)
