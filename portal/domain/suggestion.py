"""Suggests the known word that is closest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.7
"""How alike two words must be (0 to 1) before one is suggested for the other."""


def did_you_mean(word: str, known: Iterable[str], *, close: float = CLOSE) -> str:
    """Give "; did you mean …?" with the known word that is closest, or "" where none is close."""
    found = get_close_matches(word, sorted(known), n=1, cutoff=close)
    return f"; did you mean {found[0]}?" if found else ""
