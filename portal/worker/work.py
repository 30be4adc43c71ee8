"""What a run of the worker is given."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal.store.audit import BEGINNING, Head
from portal.store.engine import Connection
from portal.vault.signing import AuditKey, LogKeys
from portal.worker.telling import Log


@dataclass(slots=True)
class Again:
    """How far the second look at the audit log has come. The worker keeps it for itself: whoever
    writes to the database must not say where it goes on.
    """

    head: Head = BEGINNING


@dataclass(frozen=True, slots=True)
class Work:
    """Both databases, the time of this run, and where to note, sign and tell.

    `key` signs entries of the audit log, `trust` checks them.
    """

    connection: Connection
    now: datetime
    heads: Path
    key: AuditKey
    trust: LogKeys
    log: Log
    again: Again = field(default_factory=Again)
    random: Callable[[int], bytes] = field(default=os.urandom, repr=False)
