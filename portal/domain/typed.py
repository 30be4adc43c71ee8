"""Reads typed digits (of every script), fingerprints and members' names in one normal form."""

from __future__ import annotations

import unicodedata


def digits_of(text: str) -> str:
    """Give the decimal digits of a text as ASCII, whatever stands between them.

    Digits of every script count; hyphens, spaces and characters that can't be seen do not.
    """
    values = (unicodedata.decimal(character, None) for character in text)
    return "".join(str(value) for value in values if value is not None)


def fingerprint_digits(text: str) -> str:
    """Read a fingerprint that somebody typed from hearing: hexadecimal digits in small letters.

    Decimal digits of every script, capitals and full-width letters count as their ASCII forms;
    blanks, dashes and characters that can't be seen do not count. Every other letter stays, so that
    what holds one is no fingerprint.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    values = ((character, unicodedata.decimal(character, None)) for character in folded)
    return "".join(
        character if value is None else str(value)
        for character, value in values
        if value is not None or character.isalnum()
    )


def member_name(text: str) -> str:
    """Read a member's name as it was typed or pasted: names are small ASCII letters and dashes.

    Full-width letters, capitals, every kind of dash, blanks around it and characters that can't
    be seen make no other name. Whether there is such a name is for others to say.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    kinds = ((character, unicodedata.category(character)) for character in folded)
    seen = ("-" if kind == "Pd" else character for character, kind in kinds if kind != "Cf")
    return "".join(seen).strip()
