"""Verbs about the databases: bring them to the newest form, take them back from a copy."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime

from portal.config import processes
from portal.operations import restoring
from portal.operations.commands.parsing import Names, add_verb
from portal.operations.terminal import say
from portal.store import migrate
from portal.store.engine import connect


def add(names: Names) -> None:
    """Add the verbs of this family."""
    add_verb(names, "migrate", migrate_databases, "bring both databases to the newest form")
    add_verb(
        names,
        "restored",
        take_restored,
        "say that a database was put back from a copy, knowing which one",
    )


def migrate_databases(_: Namespace) -> int:
    """Bring both databases to the newest form."""
    with connect(*processes.database_urls(os.environ)) as connection:
        migrate.upgrade(connection)
    say("Both databases are at the newest revision.")
    return 0


def take_restored(_: Namespace) -> int:
    """Take both databases as they are, after one was put back from a copy."""
    spared = restoring.accept(processes.load_staff(os.environ), now=datetime.now(UTC))
    say("Both databases are taken as they are; it is written to the audit log.")
    say(f"{spared} shred keys have no report in this database: they stay, and are never swept.")
    return 0
