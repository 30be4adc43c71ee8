"""Verbs about the audit log."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import UTC, datetime

from portal.config import processes
from portal.operations import auditing
from portal.operations.commands.parsing import Names, add_pair
from portal.operations.terminal import say


def add(names: Names) -> None:
    """Add the verbs of this family."""
    add_pair(names, "audit", "verify", verify_audit, "check the audit log, entry by entry")


def verify_audit(_: Namespace) -> int:
    """Check the audit log, entry by entry."""
    found = auditing.verify(processes.load_staff(os.environ), now=datetime.now(UTC))
    if found.bad_lines:
        say(f"{found.bad_lines} lines of audit-heads.txt can't be read; they were skipped.")
    if not found.verdict.ok:
        say(f"The audit log is BROKEN at entry {found.verdict.broken_at}.", to=sys.stderr)
        return 1
    head = found.verdict.head_hash.hex()
    say(f"The audit log holds: {found.verdict.count} entries, head {head}")
    return 0
