"""Whether a text shows anything: a message of spaces and characters without a shape is none."""

from __future__ import annotations

import unicodedata

_SHAPELESS = frozenset(
    "\u115f\u1160\u3164\uffa0"  # fillers of Hangul, which are letters
    "\u2800"  # the Braille pattern without dots
    "\u303f"  # half fill space
    "\ufffc"  # stands for an object; left behind by dictation and by stickers
    "\U00013441\U00013442"  # blanks of Egyptian writing
    "\U0001d159"  # the musical head of a note that is none
)
"""Letters and symbols of Unicode without a shape of their own."""

_NEVER_SHOWN = frozenset({"Cc", "Cf", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})
"""Controls, formats, halves of characters, marks that need a letter to stand on, and spaces."""


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen: "" is blank, and so is a lone U+200B."""
    return not any(map(_is_seen, text))


def _is_seen(character: str) -> bool:
    category = unicodedata.category(character)
    if category in _NEVER_SHOWN or character in _SHAPELESS:
        return False
    # A character that this Python does not know may be an emoji that is newer; those that will
    # never be shown are set aside by the standard (Default_Ignorable_Code_Point, noncharacters).
    return category != "Cn" or not _is_set_aside(ord(character))


def _is_set_aside(code: int) -> bool:
    return (
        code & 0xFFFE == 0xFFFE
        or 0xFDD0 <= code <= 0xFDEF
        or 0xFFF0 <= code <= 0xFFF8
        or 0xE0000 <= code <= 0xE0FFF
        or code == 0x2065
    )
