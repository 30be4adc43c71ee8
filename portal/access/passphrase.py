"""What a passphrase must be: long. Nothing else makes it better (NIST SP 800-63B-4)."""

from __future__ import annotations

import unicodedata

MIN_LENGTH = 14
"""Characters, where it is not made of words."""

MIN_WORDS = 4
"""Different words of at least three letters that will do in place of the length."""

MAX_LENGTH = 256
"""Characters; more than that is no passphrase but a mistake."""

_FEW = 5


def normalise(text: str) -> str:
    """Give one form to what different keyboards write differently (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def problem(passphrase: str, *, member: str) -> str | None:
    """Name what is wrong: `too_short`, `too_long`, `repeated`, `is_name`; None if nothing is."""
    text = normalise(passphrase)
    if len(text) > MAX_LENGTH:
        return "too_long"
    words = {word for word in text.casefold().split() if len(word) > 2}
    if len(text) < MIN_LENGTH and len(words) < MIN_WORDS:
        return "too_short"
    if len(set(text.casefold())) < _FEW:
        return "repeated"
    if member.casefold() in text.casefold() and len(text) - len(member) < MIN_LENGTH:
        return "is_name"
    return None
