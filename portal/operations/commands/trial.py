"""Verbs of a trial: a demo deployment, its synthetic reports, and how its members sign in."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime

from portal.access import totp
from portal.config import processes
from portal.config.environment import is_demo_wanted
from portal.domain.errors import ConfigError
from portal.domain.receipt import format_code
from portal.operations import demo, demo_data
from portal.operations.commands.parsing import Names, add_verb, count
from portal.operations.terminal import say


def add(names: Names) -> None:
    """Add the verbs of this family."""
    add_verb(names, "demo", make_demo, "make a demo deployment, or finish one")
    data = add_verb(names, "demo-data", fill_demo, "file synthetic reports into a demo deployment")
    data.add_argument("count", type=count, help="how many")
    data.add_argument("--seed", type=int, default=1, help="the same seed gives the same reports")
    code = add_verb(names, "demo-code", show_code, "say how a demo member signs in right now")
    code.add_argument("member", nargs="?", help="the first analyst, unless one is named")


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
    settings = processes.load_public(os.environ)
    if not settings.demo:
        raise ConfigError("demo data goes into a demo deployment only")
    filled = demo_data.fill(settings, count=chosen.count, seed=chosen.seed, now=datetime.now(UTC))
    say(f"{filled.reports} synthetic reports were filed.")
    if filled.code:
        say(f"To come back as a reporter who was answered: {format_code(filled.code)}")
    return 0
