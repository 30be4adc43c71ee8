"""Verifying the whole audit log from the command line, and remembering that it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.config.processes import StaffConfig
from portal.operations.log_signers import desk_key
from portal.store import audit, audit_marks
from portal.store import audit_heads as heads
from portal.store.audit import AuditVerdict
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.schema import connect_ready
from portal.vault.signing import LogKeys


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it; `bad_lines` of the noted heads could not be read."""

    verdict: AuditVerdict
    bad_lines: int


def verify(settings: StaffConfig, *, now: datetime) -> Verified:
    """Check every entry from the first on, against every head that was noted outside.

    It reads, and only then notes that the log holds: a mark that it was broken is taken away.
    """
    key, trust = desk_key(settings), LogKeys(settings.manifest.log_signers)
    noted = heads.read(settings.instance / heads.FILE)
    with connect_ready(settings.database_url, settings.shred_url) as connection:
        with connection.begin(write=False) as db:
            verdict = audit.verify(db, verify=trust.verify, heads=noted.heads)
        if verdict.ok:
            mark = Mark((verdict.sequence, verdict.head_hash), now)
            with connection.begin(write=True) as db:
                audit_marks.put(db, name=VERIFIED, mark=mark, sign=key.sign)
                audit_marks.remove(db, name=BROKEN)
    return Verified(verdict, noted.bad)
