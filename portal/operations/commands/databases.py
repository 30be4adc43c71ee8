"""Verbs about the databases: bring them to the newest form, take them back from a copy."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime

from tqdm import tqdm

from portal.config import processes
from portal.operations import restoring, upgrading
from portal.operations.commands.parsing import Names, add_verb
from portal.operations.terminal import say
from portal.store import migrate
from portal.store.engine import connect


def add(names: Names) -> None:
    """Add the verbs of this family."""
    add_verb(names, "migrate", migrate_databases, "bring both databases to the newest form")
    add_verb(
        names,
        "upgrade-seals",
        sign_what_stands,
        "sign, once and for all, the reports and members of releases that signed nothing",
    )
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


def sign_what_stands(_: Namespace) -> int:
    """Sign what stands from before statements, and bring both databases to the newest form."""
    public, staff = processes.load_public(os.environ), processes.load_staff(os.environ)
    with tqdm(unit=" filings", desc="Signing", mininterval=1) as bar:

        def progress(done: int, every: int) -> None:
            bar.total = every
            bar.update(done - bar.n)

        filed, people = upgrading.upgrade_seals(
            public, staff, now=datetime.now(UTC), progress=progress
        )
    if filed is not None:
        signed = f"{filed.filings} filings and {filed.receipts} receipts are signed"
        say(f"{signed}; the key is thrown away.")
        say(f"Write down outside this machine: {filed.filings} filings, digest {filed.digest}")
    if people:
        say(f"{len(people)} members are written into the audit log. Do you know each of them?")
    for one in people:
        say(f"  {one.name}: {one.role} of {one.agency}, {one.status}")
    say("Both databases are at the newest revision.")
    return 0


def take_restored(_: Namespace) -> int:
    """Take both databases as they are, after one was put back from a copy."""
    spared = restoring.accept(processes.load_staff(os.environ), now=datetime.now(UTC))
    say("Both databases are taken as they are; it is written to the audit log.")
    say(f"{spared} shred keys have no report in this database: they stay, and are never swept.")
    return 0
