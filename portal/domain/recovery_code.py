"""A member's recovery code: 27 random digits of Crockford's base 32 and a check digit.

The digits are elements of GF(32), the code a word whose sum, with the powers of a primitive element
as weights, is zero. No weight is zero and no two of the 28 are the same, so every single wrong
digit and every swap of two digits, neighbours or not, is told without a look-up.
"""

from __future__ import annotations

import unicodedata

from portal.domain.errors import ReceiptError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U. What looks like one of them is read as it was meant."""

LENGTH = 28
"""Digits with the check digit: 135 bits of them are random."""

RANDOM_BYTES = 17
"""The randomness that a code is made of: 136 bits, of which 135 are used."""

GROUP = 4

_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD = 0b100101
"""x⁵ + x² + 1, of which x is a primitive root (order 31)."""


def new_recovery_code(random_bytes: bytes) -> str:
    """Make a code from 17 random bytes; the same bytes give the same code."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError("a recovery code needs 17 random bytes")
    number = int.from_bytes(random_bytes, "big")
    digits = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH - 1))
    return digits + ALPHABET[_times_x(_sum(digits))]


def format_recovery_code(code: str) -> str:
    """Show a code in seven groups of four."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_recovery_code(text: str) -> str:
    """Read what a person typed as 28 digits.

    Small letters, full-width letters and decimal digits of every script count; whatever stands
    between, seen or unseen, does not. Raises `ReceiptError`: `recovery.length` if that does not
    leave 28 characters, `recovery.check` if one is wrong or two are swapped. The error never holds
    what was typed.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    values = ((character, unicodedata.decimal(character, None)) for character in folded)
    typed = "".join(
        character if value is None else str(value)
        for character, value in values
        if value is not None or character.isalnum()
    ).translate(_MEANT)
    if len(typed) != LENGTH:
        raise ReceiptError("recovery.length")
    if not set(typed) <= set(ALPHABET) or _sum(typed) != 0:
        raise ReceiptError("recovery.check")
    return typed


def _sum(digits: str) -> int:
    """Add up the digits in GF(32), each weighted by a power of x; 0 for a whole code."""
    total = 0
    for digit in digits:
        total = _times_x(total) ^ ALPHABET.index(digit)
    return total


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD if doubled & 32 else doubled
