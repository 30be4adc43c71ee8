"""What each verb of the command line does; each gives the exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import config
from portal.access import Role, totp
from portal.domain.errors import ConfigError
from portal.domain.receipt import format_code
from portal.domain.routing import load_routing
from portal.environment import is_demo_wanted
from portal.operations import (
    auditing,
    catalogues,
    ceremony,
    checking,
    demo,
    demo_data,
    first_members,
    helplines_check,
    restoring,
    running,
)
from portal.operations.terminal import say
from portal.settings import read_file
from portal.store import connect, migrate
from portal.worker import loop


def migrate_databases(_: Namespace) -> int:
    """Bring both databases to the newest form."""
    with connect(*config.database_urls(os.environ)) as connection:
        migrate.upgrade(connection)
    say("Both databases are at the newest revision.")
    return 0


def make_demo(_: Namespace) -> int:
    """Make a demo deployment, or finish one."""
    if is_demo_wanted(os.environ) is False:
        raise ConfigError("PORTAL_DEMO=0 refuses to make demo keys")
    say(f"The demo is ready; who can sign in stands in {demo.make_demo(os.environ)}")
    return 0


def show_code(chosen: Namespace) -> int:
    """Say how a demo member signs in right now."""
    person = demo.find_person(os.environ, chosen.member)
    say(f"member      {person.name} ({person.role})")
    say(f"passphrase  {person.passphrase}")
    say(f"code        {totp.code_at(person.totp_secret, datetime.now(UTC))}")
    return 0


def fill_demo(chosen: Namespace) -> int:
    """File synthetic reports."""
    settings = config.load_public(os.environ)
    if not settings.demo:
        raise ConfigError("demo data goes into a demo deployment only")
    filled = demo_data.fill(settings, count=chosen.count, seed=chosen.seed, now=datetime.now(UTC))
    say(f"{filled.reports} synthetic reports were filed.")
    if filled.code:
        say(f"To come back as a reporter who was answered: {format_code(filled.code)}")
    return 0


def check(_: Namespace) -> int:
    """Read the settings as each process does, and look at the databases and at Redis."""
    wrong = checking.check(os.environ)
    for sentence in wrong:
        say(f"chung-tay: {sentence}", to=sys.stderr)
    return 1 if wrong else 0


def verify_audit(_: Namespace) -> int:
    """Check the audit log, entry by entry."""
    found = auditing.verify(config.load_staff(os.environ), now=datetime.now(UTC))
    if found.bad_lines:
        say(f"{found.bad_lines} lines of audit-heads.txt can't be read; they were skipped.")
    if not found.verdict.ok:
        say(f"The audit log is BROKEN at entry {found.verdict.broken_at}.", to=sys.stderr)
        return 1
    head = found.verdict.head_hash.hex()
    say(f"The audit log holds: {found.verdict.count} entries, head {head}")
    return 0


def take_restored(_: Namespace) -> int:
    """Take both databases as they are, after one was put back from a copy."""
    spared = restoring.accept(config.load_staff(os.environ), now=datetime.now(UTC))
    say("Both databases are taken as they are; it is written to the audit log.")
    say(f"{spared} shred keys have no report in this database: they stay, and are never swept.")
    return 0


def show_manifest(_: Namespace) -> int:
    """Check the manifest and list its keys."""
    manifest = config.load_public(os.environ).manifest
    say(
        f"version {manifest.version}, good until {manifest.not_after.date()}, demo: {manifest.demo}"
    )
    for key in (*manifest.keys, manifest.recovery):
        say(f"{key.agency} {key.compartment} epoch {key.epoch} key {key.key_id.hex()}")
    return 0


def hold_ceremony(chosen: Namespace) -> int:
    """Make keys, where there are none yet, and sign a manifest."""
    folder: Path = chosen.into
    routing = load_routing(read_file(chosen.agencies), name=chosen.agencies.name)
    key_file = folder / "keys.json"
    if not os.path.lexists(key_file):
        ceremony.write_keys(ceremony.make_keys(a.id for a in routing.agencies), key_file)
    keys = ceremony.read_keys(key_file)
    not_after = datetime.now(UTC) + timedelta(days=chosen.days)
    manifest = keys.signed(version=chosen.version, not_after=not_after, demo=False)
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "signers.toml").write_text(ceremony.pins_toml(keys.signers.pins), "ascii")
    say(f"keys.json is for the safe. Carry manifest.json and signers.toml from {folder}")
    return 0


def make_secrets(_: Namespace) -> int:
    """Make the secrets of the three processes, where they are missing."""
    folder = config.instance_folder(os.environ)
    ceremony.write_site_secrets(folder)
    say(f"The secrets of the three processes are in {folder}; those that were there stay.")
    return 0


def invite(chosen: Namespace) -> int:
    """Invite a first member."""
    token = first_members.invite(
        config.load_staff(os.environ),
        name=chosen.member,
        role=Role(chosen.role),
        agency=chosen.agency,
        now=datetime.now(UTC),
    )
    say(f"{chosen.member} is invited. Shown once, works once, for three days: {token}")
    return 0


def grant(chosen: Namespace) -> int:
    """Grant keys from the ceremony to a member who has enrolled."""
    count = first_members.grant(
        config.load_staff(os.environ),
        name=chosen.member,
        agency=chosen.agency,
        keys=chosen.keys,
        now=datetime.now(UTC),
    )
    say(f"{chosen.member} holds {count} keys now.")
    return 0


def run(chosen: Namespace) -> int:
    """Run both sites and the worker until told to stop."""
    return running.run(
        os.environ, procfile=chosen.procfile, ends_with_parent=chosen.ends_with_parent
    )


def work(_: Namespace) -> int:
    """Run the worker."""
    loop.run(config.load_worker(os.environ))
    return 0


def translate(chosen: Namespace) -> int:
    """Add, extract, update, compile or check translations."""
    return catalogues.run(chosen.what, chosen.language)


def check_helplines(chosen: Namespace) -> int:
    """List the numbers and services that somebody must verify."""
    on = chosen.on or helplines_check.today()
    return helplines_check.run(config.instance_folder(os.environ), on=on)
