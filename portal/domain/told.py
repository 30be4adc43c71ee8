"""What a reporter is told of where their case stands, and who signed it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.canon import canon

LARGEST = 2**63 - 1
"""The highest number that an entry of the audit log can have."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who signed the move of a case to its state, and under which entry of the audit log."""

    sequence: int
    signer: str
    signature: bytes


def told_bytes(report_id: bytes, status: str, sequence: int) -> bytes:
    """Give what the desk signs of a move (`told-v2`)."""
    return canon("told-v2", report_id, status, sequence)
