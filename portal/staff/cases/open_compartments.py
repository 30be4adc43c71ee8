"""Which compartments this session has open: a note in the signed cookie, never the words.

An opening was written to the audit log; it lasts for half an hour, or until it is closed.
"""

from __future__ import annotations

from datetime import timedelta

from flask import session

from portal.domain.report import Compartment
from portal.staff.guard import now, signed_in

LASTS = timedelta(minutes=30)

_KEY = "opened"
_MOST = 12


def remember(report_id: bytes, compartment: Compartment) -> None:
    """Note that this session opened the compartment, with a reason, just now."""
    until = int((now() + LASTS).timestamp())
    entry = [report_id.hex(), compartment.value, until, _session()]
    kept = [one for one in _entries() if one[:2] != entry[:2]]
    session[_KEY] = [*kept, entry][-_MOST:]


def opened(report_id: bytes) -> frozenset[Compartment]:
    """Give what this session has open of a report."""
    return frozenset(Compartment(str(one[1])) for one in _entries() if one[0] == report_id.hex())


def forget(report_id: bytes) -> None:
    """Close what is open of a report."""
    session[_KEY] = [one for one in _entries() if one[0] != report_id.hex()]


def _entries() -> list[list[object]]:
    present = int(now().timestamp())
    stored = session.get(_KEY, [])
    return [one for one in stored if one[2] > present and one[3] == _session()]


def _session() -> str:
    return signed_in().id_hash.hex()[:16]
