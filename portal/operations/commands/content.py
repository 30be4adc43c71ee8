"""Verbs about what is shown: translations, and the numbers and services that must stay true."""

from __future__ import annotations

import os
from argparse import Namespace

from portal.config import processes
from portal.operations import catalogues, helplines_check
from portal.operations.commands.parsing import Names, add_pair, add_verb, day


def add(names: Names) -> None:
    """Add the verbs of this family."""
    lines = add_pair(
        names,
        "helplines",
        "check",
        check_helplines,
        "list the numbers and services to verify",
    )
    lines.add_argument("--on", type=day, help="as of that day, such as 2027-06-01")
    texts = add_verb(
        names, "catalogues", translate, "add, extract, update, compile or check translations"
    )
    texts.add_argument("what", choices=("add", "extract", "update", "compile", "check"))
    texts.add_argument("language", nargs="?", default="", help="one language, such as km")


def translate(chosen: Namespace) -> int:
    """Add, extract, update, compile or check translations."""
    return catalogues.run(chosen.what, chosen.language)


def check_helplines(chosen: Namespace) -> int:
    """List the numbers and services that somebody must verify."""
    on = chosen.on or helplines_check.today()
    return helplines_check.run(processes.instance_folder(os.environ), on=on)
