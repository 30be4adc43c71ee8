"""Verbs that run the product: both sites and the worker, the worker alone, a look beforehand."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from portal.config import processes
from portal.operations import checking
from portal.operations import running as supervised
from portal.operations.commands.parsing import Names, add_verb
from portal.operations.terminal import say
from portal.worker import loop

CANT_START = 4
"""What a process ends with that its settings don't let start; a supervisor need not hurry then."""


def add(names: Names) -> None:
    """Add the verbs of this family."""
    add_verb(names, "check", check, "read the settings as each process does, and say what is wrong")
    add_verb(names, "worker", work, "run the worker").set_defaults(refused=CANT_START)
    both = add_verb(names, "run", run, "run both sites and the worker; who dies is started again")
    both.add_argument("--procfile", type=Path, help="another Procfile than that of the portal")
    both.add_argument(
        "--ends-with-parent", action="store_true", help="stop when the process that began it ends"
    )


def check(_: Namespace) -> int:
    """Read the settings as each process does, and look at the databases and at Redis."""
    wrong = checking.check(os.environ)
    for sentence in wrong:
        say(f"chung-tay: {sentence}", to=sys.stderr)
    return 1 if wrong else 0


def run(chosen: Namespace) -> int:
    """Run both sites and the worker until told to stop."""
    return supervised.run(
        os.environ, procfile=chosen.procfile, ends_with_parent=chosen.ends_with_parent
    )


def work(_: Namespace) -> int:
    """Run the worker."""
    loop.run(processes.load_worker(os.environ))
    return 0
