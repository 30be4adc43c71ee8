"""The operator's command line: its verbs, and how a run of one ends."""

from __future__ import annotations

import argparse
import os
import sys

from portal.config.environment import check_names
from portal.domain.errors import PortalError
from portal.operations import terminal
from portal.operations.commands import (
    audit,
    content,
    databases,
    keys,
    members,
    running,
    trial,
)
from portal.operations.commands.parsing import Verb
from portal.operations.terminal import OutputFailed, say
from portal.store.trouble import sentence_for

_FAMILIES = (databases, trial, keys, running, audit, content, members)


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


def make_parser() -> argparse.ArgumentParser:
    """Make the parser that knows every verb."""
    parser = argparse.ArgumentParser(
        prog="python -m portal", description="The operator's command line of Chung Tay."
    )
    parser.set_defaults(refused=1)
    names = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for family in _FAMILIES:
        family.add(names)
    return parser
