"""A move of a case is signed where the reporter's site can check it: that one sees no log."""

from __future__ import annotations

from portal.access import Act
from portal.domain.case import Status
from portal.domain.told import Told, told_bytes
from portal.store import told
from portal.store.engine import Db


def tell(db: Db, *, act: Act, report_id: bytes, status: Status, sequence: int) -> None:
    """Sign that the act with that number in the log moved the case to this state."""
    _tell(db, act, report_id, status, sequence)


def tell_reporters(db: Db, *, act: Act) -> None:
    """Sign where each report stands that an earlier release moved, once: as the operator found it.

    Its reporter would otherwise be told of no state at all.
    """
    sequence = act.record(db, "reports:told", "reports:moved")
    for report_id, status in told.moved_and_untold(db):
        _tell(db, act, report_id, status, sequence)


def _tell(db: Db, act: Act, report_id: bytes, status: str, sequence: int) -> None:
    signature = act.log.sign(told_bytes(report_id, status, sequence))
    told.put(db, report_id=report_id, told=Told(sequence, act.log.name, signature))
