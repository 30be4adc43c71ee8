"""The operator's command line: its verbs, and how a run of one ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from portal.access import Role
from portal.domain.errors import PortalError
from portal.environment import check_names
from portal.operations import terminal, verbs
from portal.operations.terminal import OutputFailed, say
from portal.store import sentence_for

Verb = Callable[[argparse.Namespace], int]

CANT_START = 4
"""What a process ends with that its settings don't let start; a supervisor need not hurry then."""


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; gives the exit code.

    0 done, 1 not as it should be, 2 wrong call, 4 the worker can't start, 141 nobody reads on.
    """
    terminal.prepare()
    try:
        with terminal.output():
            return _run(arguments)
    except OutputFailed as failed:
        terminal.silence()
        return failed.code


def _run(arguments: list[str] | None) -> int:
    chosen = make_parser().parse_args(arguments)
    verb: Verb = chosen.verb
    try:
        check_names(os.environ)
        return verb(chosen)
    except PortalError as error:
        sentence: str | None = str(error)
    except OSError as error:
        if error.filename is None:
            raise
        sentence = f"{error.filename}: {error.strerror}"
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
    say(f"chung-tay: {sentence}", to=sys.stderr)
    return int(chosen.refused)


_VERBS: Mapping[str, tuple[Verb, str]] = {
    "migrate": (verbs.migrate_databases, "bring both databases to the newest form"),
    "demo": (verbs.make_demo, "make a demo deployment, or finish one"),
    "secrets": (
        verbs.make_secrets,
        "make the secrets of the three processes, where they are missing",
    ),
    "check": (verbs.check, "read the settings as each process does, and say what is wrong"),
    "worker": (verbs.work, "run the worker"),
    "restored": (
        verbs.take_restored,
        "say that a database was put back from a copy, knowing which one",
    ),
}


def make_parser() -> argparse.ArgumentParser:
    """Make the parser that knows every verb."""
    parser = argparse.ArgumentParser(
        prog="python -m portal", description="The operator's command line of Chung Tay."
    )
    parser.set_defaults(refused=1)
    names = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, (verb, words) in _VERBS.items():
        names.add_parser(name, help=words).set_defaults(verb=verb)
    names.choices["worker"].set_defaults(refused=CANT_START)
    run = names.add_parser("run", help="run both sites and the worker; who dies is started again")
    run.add_argument("--procfile", type=Path, help="another Procfile than that of the portal")
    run.add_argument(
        "--ends-with-parent", action="store_true", help="stop when the process that began it ends"
    )
    run.set_defaults(verb=verbs.run)
    data = names.add_parser("demo-data", help="file synthetic reports into a demo deployment")
    data.add_argument("count", type=_count, help="how many")
    data.add_argument("--seed", type=int, default=1, help="the same seed gives the same reports")
    data.set_defaults(verb=verbs.fill_demo)
    code = names.add_parser("demo-code", help="say how a demo member signs in right now")
    code.add_argument("member", nargs="?", help="the first analyst, unless one is named")
    code.set_defaults(verb=verbs.show_code)
    _pair(names, "audit", "verify", verbs.verify_audit, "check the audit log, entry by entry")
    _pair(names, "manifest", "show", verbs.show_manifest, "check the manifest and list its keys")
    lines = _pair(
        names,
        "helplines",
        "check",
        verbs.check_helplines,
        "list the numbers and services to verify",
    )
    lines.add_argument("--on", type=_day, help="as of that day, such as 2027-06-01")
    keys = names.add_parser("ceremony", help="make keys and sign a manifest, on an offline machine")
    keys.add_argument("--agencies", type=Path, required=True, help="agencies.toml")
    keys.add_argument("--into", type=Path, required=True, help="folder; keys that are there stay")
    keys.add_argument("--version", type=_count, required=True, help="higher than the last one")
    keys.add_argument("--days", type=_count, default=365, help="how long the manifest is good")
    keys.set_defaults(verb=verbs.hold_ceremony)
    _member_verbs(names)
    texts = names.add_parser(
        "catalogues", help="add, extract, update, compile or check translations"
    )
    texts.add_argument("what", choices=("add", "extract", "update", "compile", "check"))
    texts.add_argument("language", nargs="?", default="", help="one language, such as km")
    texts.set_defaults(verb=verbs.translate)
    return parser


def _member_verbs(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    invite = names.add_parser("invite", help="invite a first member, who then enrols at the desk")
    invite.add_argument("--role", choices=[str(role) for role in Role], required=True)
    invite.set_defaults(verb=verbs.invite)
    grant = names.add_parser("grant", help="grant keys from the ceremony to an enrolled member")
    grant.add_argument("--keys", type=Path, required=True, help="keys.json, from the safe")
    grant.set_defaults(verb=verbs.grant)
    for verb in (invite, grant):
        verb.add_argument("member")
        verb.add_argument("--agency", required=True)


def _pair(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    verb: Verb,
    words: str,
) -> argparse.ArgumentParser:
    parser = names.add_parser(name, help=f"{what}: {words}")
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
