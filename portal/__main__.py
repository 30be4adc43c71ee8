"""The operator's command line: `python -m portal VERB`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO

import config
from portal.access import Role, totp
from portal.domain.errors import ConfigError, PortalError
from portal.domain.routing import load_routing
from portal.operations import (
    auditing,
    catalogues,
    ceremony,
    demo,
    demo_data,
    first_members,
    helplines_check,
    restoring,
)
from portal.store import connect, migrate, schema
from portal.worker import loop

Verb = Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; gives the exit code (0 done, 1 not as it should be, 2 wrong call)."""
    chosen = _parser().parse_args(arguments)
    verb: Verb = chosen.verb
    try:
        return verb(chosen)
    except PortalError as error:
        say(f"chung-tay: {error}", to=sys.stderr)
        return 1


def say(line: str, *, to: TextIO | None = None) -> None:
    """Print one line for the operator."""
    print(line, file=to or sys.stdout)


def _migrate(_: argparse.Namespace) -> int:
    with connect(*config.database_urls(os.environ)) as connection:
        migrate.upgrade(connection)
    say("Both databases are at the newest revision.")
    return 0


def _demo(_: argparse.Namespace) -> int:
    if os.environ.get("PORTAL_DEMO") == "0":
        raise ConfigError("PORTAL_DEMO=0 refuses to make demo keys")
    say(f"The demo is ready; who can sign in stands in {demo.make_demo(os.environ)}")
    return 0


def _demo_code(chosen: argparse.Namespace) -> int:
    person = demo.find_person(os.environ, chosen.member)
    say(f"member      {person.name} ({person.role})")
    say(f"passphrase  {person.passphrase}")
    say(f"code        {totp.code_at(person.totp_secret, datetime.now(UTC))}")
    return 0


def _demo_data(chosen: argparse.Namespace) -> int:
    settings = config.load_public(os.environ)
    if not settings.demo:
        raise ConfigError("demo data goes into a demo deployment only")
    filed = demo_data.fill(settings, count=chosen.count, seed=chosen.seed)
    say(f"{filed} synthetic reports were filed.")
    return 0


def _check(_: argparse.Namespace) -> int:
    for site in ("public", "staff", "worker"):
        settings = config.load(site, os.environ)
        say(f"{site}: good (manifest {settings.manifest.version}, demo: {settings.demo})")
    with connect(*config.database_urls(os.environ)) as connection:
        schema.require(connection)
    say("databases: good")
    return 0


def _audit_verify(_: argparse.Namespace) -> int:
    found = auditing.verify(config.load_staff(os.environ), now=datetime.now(UTC))
    if found.bad_lines:
        say(f"{found.bad_lines} lines of audit-heads.txt can't be read; they were skipped.")
    if not found.verdict.ok:
        say(f"The audit log is BROKEN at entry {found.verdict.broken_at}.", to=sys.stderr)
        return 1
    head = found.verdict.head_hash.hex()
    say(f"The audit log holds: {found.verdict.count} entries, head {head}")
    return 0


def _restored(_: argparse.Namespace) -> int:
    spared = restoring.accept(config.load_staff(os.environ), now=datetime.now(UTC))
    say("Both databases are taken as they are; it is written to the audit log.")
    say(f"{spared} shred keys have no report in this database: they stay, and are never swept.")
    return 0


def _manifest_show(_: argparse.Namespace) -> int:
    manifest = config.load_public(os.environ).manifest
    say(
        f"version {manifest.version}, good until {manifest.not_after.date()}, demo: {manifest.demo}"
    )
    for key in (*manifest.keys, manifest.recovery):
        say(f"{key.agency} {key.compartment} epoch {key.epoch} key {key.key_id.hex()}")
    return 0


def _ceremony(chosen: argparse.Namespace) -> int:
    folder: Path = chosen.into
    routing = load_routing(chosen.agencies.read_bytes(), name=chosen.agencies.name)
    key_file = folder / "keys.json"
    if not key_file.is_file():
        ceremony.write_keys(ceremony.make_keys(a.id for a in routing.agencies), key_file)
    keys = ceremony.read_keys(key_file)
    not_after = datetime.now(UTC) + timedelta(days=chosen.days)
    manifest = keys.signed(version=chosen.version, not_after=not_after, demo=False)
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "signers.toml").write_text(ceremony.pins_toml(keys.signers.pins), "ascii")
    say(f"keys.json is for the safe. Carry manifest.json and signers.toml from {folder}")
    return 0


def _secrets(_: argparse.Namespace) -> int:
    folder = config.instance_folder(os.environ)
    ceremony.write_site_secrets(folder)
    say(f"The secrets of the three processes are in {folder}; those that were there stay.")
    return 0


def _invite(chosen: argparse.Namespace) -> int:
    token = first_members.invite(
        config.load_staff(os.environ),
        name=chosen.member,
        role=Role(chosen.role),
        agency=chosen.agency,
        now=datetime.now(UTC),
    )
    say(f"{chosen.member} is invited. Shown once, works once, for three days: {token}")
    return 0


def _grant(chosen: argparse.Namespace) -> int:
    count = first_members.grant(
        config.load_staff(os.environ),
        name=chosen.member,
        agency=chosen.agency,
        keys=chosen.keys,
        now=datetime.now(UTC),
    )
    say(f"{chosen.member} holds {count} keys now.")
    return 0


def _worker(_: argparse.Namespace) -> int:
    loop.run(config.load_worker(os.environ))
    return 0


def _catalogues(chosen: argparse.Namespace) -> int:
    return catalogues.run(chosen.what, chosen.language)


def _helplines(chosen: argparse.Namespace) -> int:
    on = chosen.on or datetime.now(UTC).date()
    return helplines_check.run(config.instance_folder(os.environ), on=on)


_VERBS: Mapping[str, tuple[Verb, str]] = {
    "migrate": (_migrate, "bring both databases to the newest form"),
    "demo": (_demo, "make a demo deployment, or finish one"),
    "secrets": (_secrets, "make the secrets of the three processes, where they are missing"),
    "check": (_check, "read the settings as each process does, and say what is wrong"),
    "worker": (_worker, "run the worker"),
    "restored": (_restored, "say that a database was put back from a copy, knowing which one"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, (verb, words) in _VERBS.items():
        verbs.add_parser(name, help=words).set_defaults(verb=verb)
    data = verbs.add_parser("demo-data", help="file synthetic reports into a demo deployment")
    data.add_argument("count", type=_count, help="how many")
    data.add_argument("--seed", type=int, default=1, help="the same seed gives the same reports")
    data.set_defaults(verb=_demo_data)
    code = verbs.add_parser("demo-code", help="say how a demo member signs in right now")
    code.add_argument("member", nargs="?", help="the first analyst, unless one is named")
    code.set_defaults(verb=_demo_code)
    _pair(verbs, "audit", "verify", _audit_verify, "check the audit log, entry by entry")
    _pair(verbs, "manifest", "show", _manifest_show, "check the manifest and list its keys")
    lines = _pair(
        verbs, "helplines", "check", _helplines, "list the numbers and services to verify"
    )
    lines.add_argument("--on", type=_day, help="as of that day, such as 2027-06-01")
    keys = verbs.add_parser("ceremony", help="make keys and sign a manifest, on an offline machine")
    keys.add_argument("--agencies", type=Path, required=True, help="agencies.toml")
    keys.add_argument("--into", type=Path, required=True, help="folder; keys that are there stay")
    keys.add_argument("--version", type=_count, required=True, help="higher than the last one")
    keys.add_argument("--days", type=_count, default=365, help="how long the manifest is good")
    keys.set_defaults(verb=_ceremony)
    _member_verbs(verbs)
    texts = verbs.add_parser(
        "catalogues", help="add, extract, update, compile or check translations"
    )
    texts.add_argument("what", choices=("add", "extract", "update", "compile", "check"))
    texts.add_argument("language", nargs="?", default="", help="one language, such as km")
    texts.set_defaults(verb=_catalogues)
    return parser


def _member_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    invite = verbs.add_parser("invite", help="invite a first member, who then enrols at the desk")
    invite.add_argument("--role", choices=[str(role) for role in Role], required=True)
    invite.set_defaults(verb=_invite)
    grant = verbs.add_parser("grant", help="grant keys from the ceremony to an enrolled member")
    grant.add_argument("--keys", type=Path, required=True, help="keys.json, from the safe")
    grant.set_defaults(verb=_grant)
    for verb in (invite, grant):
        verb.add_argument("member")
        verb.add_argument("--agency", required=True)


def _pair(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    verb: Verb,
    words: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=f"{what}: {words}")
    parser.add_argument("what", choices=(what,))
    parser.set_defaults(verb=verb)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day such as 2027-06-01") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
