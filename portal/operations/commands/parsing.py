"""What the families of verbs share: how a verb is added, and how numbers and days are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

Names: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where a family adds its verbs."""

Verb = Callable[[argparse.Namespace], int]
"""What a verb does; it gives the exit code."""


def add_verb(names: Names, name: str, verb: Verb, words: str) -> argparse.ArgumentParser:
    """Add a verb with the words that the help says of it."""
    parser = names.add_parser(name, help=words)
    parser.set_defaults(verb=verb)
    return parser


def add_pair(names: Names, name: str, what: str, verb: Verb, words: str) -> argparse.ArgumentParser:
    """Add a verb that is said in two words, such as `audit verify`."""
    parser = add_verb(names, name, verb, f"{what}: {words}")
    parser.add_argument("what", choices=(what,))
    return parser


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day such as 2027-06-01") from None


def count(text: str) -> int:
    """Read a number of things."""
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000000")
    return int(text)
