"""What the worker does about the audit log: its head is noted outside, its entries are verified."""

from __future__ import annotations

from datetime import timedelta

from portal.store import audit, audit_marks
from portal.store import audit_heads as heads
from portal.store.audit import BEGINNING, AuditVerdict, Head
from portal.store.audit_heads import Noted
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.deployment import SEE
from portal.store.engine import Db
from portal.worker.work import Work

WINDOW = 500
"""How many entries are verified in one unit of work."""

WINDOWS = 10
"""How many windows one run verifies while it is behind."""

AGAIN_WINDOW = 250
"""How many old entries one run verifies once more: in a day, 700,000."""

FRESH = timedelta(hours=1)
"""After how long the time of a verification is written anew although nothing came."""


def behind(db: Db, noted: Noted) -> bool:
    """Tell whether the log lacks an entry that was noted outside, the last or the highest one."""
    if not noted.heads:
        return False
    return not all(audit.holds(db, one) for one in {noted.heads[-1], max(noted.heads)})


def note_head(work: Work) -> int:
    """Note the head of the log outside the database where it extends what was noted last.

    Only a head that left the host shows that the log's tail was cut: copy the file elsewhere.
    """
    noted = heads.read(work.heads, whole=False)
    if noted.bad:
        why = f"{heads.FILE} has lines that can't be read; they are skipped"
        work.log.alert("audit:heads", why=why, now=work.now, count=noted.bad)
    with work.connection.begin(write=False) as db:
        head, is_behind = audit.head(db), behind(db, noted)
    if is_behind:
        _tell_broken(work, head[0] + 1, "the log lacks entries that were noted outside")
        return 0
    if noted.last == head:
        return 0
    heads.append(work.heads, head, now=work.now)
    return 1


def verify_log(work: Work) -> int:
    """Verify what came since the last time, and a window of what was verified before."""
    done = 0
    for _ in range(WINDOWS):
        verdict = _verify_on(work)
        done += verdict.count
        if not verdict.ok or verdict.is_end:
            break
    _verify_again(work)
    return done


def _verify_on(work: Work) -> AuditVerdict:
    with work.connection.begin(write=False) as db:
        mark = audit_marks.get(db, name=VERIFIED, verify=work.trust.verify)
        verdict = _verified(work, db, mark.head if mark else BEGINNING, WINDOW)
    if not verdict.ok:
        _tell_changed(work, verdict)
    if verdict.ok and (verdict.count or mark is None or abs(work.now - mark.at) >= FRESH):
        _put(work, VERIFIED, (verdict.sequence, verdict.head_hash))
    return verdict


def _verify_again(work: Work) -> None:
    with work.connection.begin(write=False) as db:
        verdict = _verified(work, db, work.again.head, AGAIN_WINDOW)
    if not verdict.ok:
        _tell_changed(work, verdict)
    end = (verdict.sequence, verdict.head_hash)
    # Where it is broken it begins anew: what is put right again is seen then.
    work.again.head = end if verdict.ok and not verdict.is_end else BEGINNING


def _verified(work: Work, db: Db, since: Head, limit: int) -> AuditVerdict:
    return audit.verify(db, verify=work.trust.verify, since=since, limit=limit)


def _tell_changed(work: Work, verdict: AuditVerdict) -> None:
    _tell_broken(work, verdict.broken_at or 0, "an entry of the log was changed or removed")


def _put(work: Work, name: str, head: Head) -> None:
    mark = Mark(head, work.now)
    with work.connection.begin(write=True) as db:
        audit_marks.put(db, name=name, mark=mark, sign=work.key.sign)


def _tell_broken(work: Work, entry: int, what: str) -> None:
    why = f"{what}; keep copies of both databases, and run `python -m portal audit verify` ({SEE})"
    work.log.alert("audit:broken", why=why, now=work.now, entry=entry)
    check = work.trust.verify
    with work.connection.begin(write=False) as db:
        known = audit_marks.get(db, name=BROKEN, verify=check)
    if known is None or known.head[0] != entry:
        _put(work, BROKEN, (entry, audit.FIRST))
