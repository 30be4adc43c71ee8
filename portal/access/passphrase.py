"""What a passphrase must be: long, and none that many people use (NIST SP 800-63B-4)."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence

from zxcvbn import zxcvbn

from portal.access.common_phrases import COMMON_PHRASES

MIN_LENGTH = 14
"""Characters, where it is not made of words."""

MIN_WORDS = 4
"""Different words of at least three letters that will do in place of the length."""

MAX_LENGTH = 256
"""Characters; more than that is no passphrase but a mistake."""

LEAST_GUESSES = 10**8
"""Guesses, by zxcvbn's count, that a passphrase must withstand: its score 3 (Wheeler, 2016)."""

_FEW = 5
_LOOKED_AT = 72
"""Characters that zxcvbn looks at; its time grows with the square of the length."""

_PRODUCT = ("chung tay", "chungtay")
_GATE = threading.Lock()
"""zxcvbn keeps the words of whoever asks in a global: one at a time."""


def normalise(text: str) -> str:
    """Give one form to what different keyboards write differently (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Give letters and digits alone, small and without accents: as a guesser's list has them."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(character for character in plain if character.isalnum())


def problem(passphrase: str, *, member: str, agency: str = "") -> str | None:
    """Name what is wrong: `too_short`, `too_long`, `repeated`, `is_name`, `common`; or None."""
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
    return "common" if _is_common(text, (member, agency)) else None


def _is_common(text: str, about: Sequence[str]) -> bool:
    """Tell whether it is a phrase that everybody knows, or one that is guessed quickly.

    zxcvbn knows no accents and reads a blank as a character that has to be guessed: the folded form
    is what a guesser tries.
    """
    folded = fold(text)
    if any(phrase in folded and len(folded) - len(phrase) < _FEW for phrase in COMMON_PHRASES):
        return True
    names = [name for name in about if name]
    inputs = [*names, *(fold(name) for name in names), *_PRODUCT]
    return min(_guesses(form, inputs) for form in (text, folded)) < LEAST_GUESSES


def _guesses(text: str, inputs: list[str]) -> float:
    with _GATE:
        return float(zxcvbn(text[:_LOOKED_AT] or " ", user_inputs=inputs)["guesses"])
