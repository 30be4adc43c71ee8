"""What a run of the worker is given."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal.store.engine import Connection
from portal.vault.signing import AuditKey, LogKeys
from portal.worker.telling import Log


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
    random: Callable[[int], bytes] = field(default=os.urandom, repr=False)
