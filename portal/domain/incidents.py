"""What the public site sees that only somebody who writes to the database can have done."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class IncidentKind(StrEnum):
    """One kind of incident. A code that is merely unknown is none: anybody can type one."""

    RECEIPT_TURNED = "receipt.turned"
    """A code led to this report, whose id its key does not give."""

    CODE_LOST = "code.lost"
    """The code of this report leads to another one."""

    RECEIPT_CHANGED = "receipt.changed"
    """The tag of this report's receipt is wrong."""

    REPORT_GONE = "report.gone"
    """A receipt led here, and there is no report; nobody deleted it."""

    REPORT_CHANGED = "report.changed"
    """What stands in clear of the report is not what its reporter signed."""

    FILING_UNSIGNED = "filing.unsigned"
    """The first filing, or its statement, is missing, or is not its reporter's."""

    ADDITION_UNSIGNED = "addition.unsigned"
    """What stands there as an addition is not signed by the reporter, or not for this place."""

    ADDITION_CHANGED = "addition.changed"
    """The row of an addition says something else than its statement."""

    ADDITION_MISSING = "addition.missing"
    """The numbers of the additions have a gap."""

    ROW_STRAY = "row.stray"
    """Rows that belong to no addition stood where the next one was to go."""

    REPLY_LOST = "reply.lost"
    """A reply does not open with the reporter's key."""

    STATE_UNSIGNED = "state.unsigned"
    """No desk signed that the case stands where it stands."""

    DEFINITION_CHANGED = "definition.changed"
    """The stored text of the questions is another one than its hash says."""


KINDS = frozenset(IncidentKind)
"""Every kind: another word in the database was written there by somebody else."""

Notice = Callable[[IncidentKind, bytes | None], None]
"""Is told of an incident and of the report it is about; it must be quick, and never fail."""


def unnoticed(kind: IncidentKind, report_id: bytes | None) -> None:
    """Let an incident pass, where nobody is there to be told."""
