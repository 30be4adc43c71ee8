"""The audit log as an auditor reads it: a page of it, its head, and whether it holds together."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.act import Principal
from portal.access.roles import Permission
from portal.domain.errors import PermissionRefused
from portal.store import Db, audit
from portal.store.audit import AuditRow, AuditVerdict
from portal.vault.signing import AuditKey

PAGE = 100


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, newest first; `head` is what to note outside the database."""

    rows: tuple[AuditRow, ...]
    head_sequence: int
    head_hash: str
    next: int | None


def audit_page(db: Db, *, by: Principal, before: int | None) -> AuditPage:
    """Give the agency's entries from below the sequence number `before`."""
    if not by.can(Permission.AUDIT_READ):
        raise PermissionRefused
    rows = audit.entries(db, agency=by.agency, before=before, limit=PAGE + 1)
    sequence, head = audit.head(db)
    return AuditPage(
        rows=tuple(rows[:PAGE]),
        head_sequence=sequence,
        head_hash=head.hex(),
        next=rows[PAGE - 1].sequence if len(rows) > PAGE else None,
    )


def verify_audit(db: Db, *, by: Principal, key: AuditKey) -> AuditVerdict:
    """Check the whole chain, every agency's entries: a chain can't be checked in part."""
    if not by.can(Permission.AUDIT_READ):
        raise PermissionRefused
    return audit.verify(db, verify=key.verify)
