"""The reporter's code: 20 digits, 19 random and a check digit; made, shown, and read back.

The check digit is Damm's: a totally anti-symmetric quasigroup of order 10 catches every single
wrong digit and every swap of two neighbours (H. M. Damm, 2004).
"""

from __future__ import annotations

from portal.domain.errors import ReceiptError
from portal.domain.typed import digits_of

LENGTH = 20
"""Digits in a code, with the check digit: 63 bits of it are random."""

RANDOM_BYTES = 16
"""The least randomness that a code is made of."""

_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def new_code(random_bytes: bytes) -> str:
    """Make a code from at least 16 random bytes; the same bytes give the same code.

    19 digits of a number of 128 bits or more: the bias is below 2^-64.
    """
    if len(random_bytes) < RANDOM_BYTES:
        raise ValueError("a code needs at least 16 random bytes")
    number = int.from_bytes(random_bytes, "big") % 10 ** (LENGTH - 1)
    digits = f"{number:0{LENGTH - 1}d}"
    return digits + str(_damm(digits))


def format_code(code: str) -> str:
    """Show a code in five groups of four."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def normalise(text: str) -> str:
    """Read what a person typed as 20 ASCII digits.

    Digits of every script count; whatever stands between them, seen or unseen, does not.
    Raises `ReceiptError`: `receipt.length` if that does not leave 20 digits, `receipt.check` if a
    digit is wrong or two are swapped. The error never holds what was typed.
    """
    code = digits_of(text)
    if len(code) != LENGTH:
        raise ReceiptError("receipt.length")
    if _damm(code) != 0:
        raise ReceiptError("receipt.check")
    return code


def _damm(digits: str) -> int:
    """Walk the quasigroup; 0 for a whole code, else the digit that makes it one."""
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return interim
