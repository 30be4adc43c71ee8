"""Make what hides in a text visible: characters without a shape, and those that turn its order.

A name such as `ana\\u202egnp.exe` reads differently from what it is. (Unicode TR 36 and TR 39.)
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

_PLAIN = frozenset("\n\t ")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
_BLANK = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
                   "\u200a\u202f\u205f\u3000")  # fmt: skip
_NEEDED = frozenset("\u200c\u200d")
"""Joiners: part of ordinary Persian, Hindi and emoji; shown only where they join nothing."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or one hidden character with its name."""

    text: str = field(repr=False)
    mark: str = ""


def reveal(text: str) -> tuple[Piece, ...]:
    """Split a text into what can be seen and what can't; the hidden get `mark`, "U+202E …"."""
    pieces: list[Piece] = []
    start = 0
    for place, character in enumerate(text):
        if _is_hidden(text, place):
            if start < place:
                pieces.append(Piece(text[start:place]))
            pieces.append(Piece(character, _mark(character)))
            start = place + 1
    if start < len(text):
        pieces.append(Piece(text[start:]))
    return tuple(pieces)


def has_hidden(text: str) -> bool:
    """Tell whether a text holds a character that can't be seen."""
    return any(_is_hidden(text, place) for place in range(len(text)))


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    if character in _PLAIN:
        return False
    if character in _NEEDED:
        return not _joins(text, place)
    if character == "\ufe0f":
        return place == 0
    if character in _INVISIBLE or character in _BLANK:
        return True
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} or (
        "\ufe00" <= character <= "\ufe0e" or "\U000e0100" <= character <= "\U000e01ef"
    )


def _joins(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return place > 0 and len(around) == 2 and all(_can_join(c) for c in around)


def _can_join(character: str) -> bool:
    """Tell whether a joiner beside it changes what is seen: not so in Latin, Greek, Cyrillic."""
    if character == "\ufe0f" or unicodedata.category(character) == "So":
        return True
    return ord(character) >= 0x0590 and unicodedata.category(character)[0] in "LMS"


def _mark(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} {name}"
