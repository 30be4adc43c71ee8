"""Verbs about the first members: invite them, and grant them keys from the ceremony."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from portal.access import Role
from portal.config import processes
from portal.operations import first_members
from portal.operations.commands.parsing import Names, add_verb
from portal.operations.terminal import say


def add(names: Names) -> None:
    """Add the verbs of this family."""
    asked = add_verb(names, "invite", invite, "invite a first member, who then enrols at the desk")
    asked.add_argument("--role", choices=[str(role) for role in Role], required=True)
    given = add_verb(names, "grant", grant, "grant keys from the ceremony to an enrolled member")
    given.add_argument("--keys", type=Path, required=True, help="keys.json, from the safe")
    given.add_argument(
        "--fingerprint", default="", help="what the member reads out from their own account page"
    )
    for verb in (asked, given):
        verb.add_argument("member")
        verb.add_argument("--agency", required=True)


def invite(chosen: Namespace) -> int:
    """Invite a first member."""
    token = first_members.invite(
        processes.load_staff(os.environ),
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
        processes.load_staff(os.environ),
        name=chosen.member,
        agency=chosen.agency,
        keys=chosen.keys,
        fingerprint=chosen.fingerprint,
        now=datetime.now(UTC),
    )
    say(f"{chosen.member} holds {count} keys now.")
    return 0
