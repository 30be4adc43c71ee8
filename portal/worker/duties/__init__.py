"""The worker's duties. Each may run twice, or in two workers at once, and does no harm.

Each looks first, without a lock, whether there is anything to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from portal.access import TrustedLog
from portal.store.engine import Connection
from portal.worker.duties import audit_log, authority, incidents, shred_keys
from portal.worker.duties.desk import (
    ACT_KNOWN,
    DRAFT_KEPT,
    IDLE,
    forget_acts,
    forget_drafts,
    return_lapsed_leases,
    sweep_sessions,
)
from portal.worker.duties.receipts import expire_receipts
from portal.worker.work import Work

__all__ = [
    "ACT_KNOWN",
    "DRAFT_KEPT",
    "DUTIES",
    "IDLE",
    "expire_receipts",
    "forget_acts",
    "forget_drafts",
    "return_lapsed_leases",
    "sweep_sessions",
]


def _of_the_clock(duty: Callable[[Connection, datetime], int]) -> Callable[[Work], int]:
    return lambda work: duty(work.connection, work.now)


def _log(work: Work) -> TrustedLog:
    return TrustedLog(work.key, keys=work.trust)


def _sweep_sessions(work: Work) -> int:
    return sweep_sessions(work.connection, work.now, log=_log(work))


DUTIES: Mapping[str, Callable[[Work], int]] = {
    "lease:return": _of_the_clock(return_lapsed_leases),
    "shred:confirm": shred_keys.confirm,
    "shred:sweep": shred_keys.sweep,
    "shred:look": shred_keys.look_for_lost,
    "deployment:tick": shred_keys.tick,
    "session:sweep": _sweep_sessions,
    "receipt:expire": _of_the_clock(expire_receipts),
    "act:forget": _of_the_clock(forget_acts),
    "draft:forget": _of_the_clock(forget_drafts),
    "audit:note": audit_log.note_head,
    "audit:verify": audit_log.verify_log,
    "authority:check": authority.check,
    "incident:tell": incidents.tell,
    "incident:forget": _of_the_clock(incidents.forget),
}
"""Every duty by its tag, in the order in which a run does them."""
