"""The code a reporter comes back with: 19 random digits and one that checks them."""

from __future__ import annotations

import unicodedata

from portal.domain.errors import ReceiptError

LENGTH = 20
"""Digits in a code."""

RANDOM_BYTES = 32
"""Bytes of randomness to hand to `new_code`."""

_GROUP = 4
_SPACE = 10 ** (LENGTH - 1)

# The totally anti-symmetric quasigroup of order 10 from Damm's dissertation (2004), the one in
# common use: it catches every single wrong digit and every swap of neighbours.
_DAMM = (
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


def new_code(random: bytes) -> str:
    """Make a code of 20 digits from 32 random bytes (19 digits are 63.1 bits).

    Reducing 256 bits modulo 10^19 leaves a bias below 2^-190.
    """
    if len(random) < RANDOM_BYTES:
        raise ValueError("receipt: 32 random bytes are needed")
    digits = f"{int.from_bytes(random, 'big') % _SPACE:0{LENGTH - 1}d}"
    return digits + str(_check(digits))


def format_code(code: str) -> str:
    """Write a code in five groups of four, as it is shown and copied on paper."""
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normalise(typed: str) -> str:
    """Read what a person typed: digits of any script, whatever stands between them.

    Gives 20 ASCII digits. Raises `ReceiptError` with `receipt.length`, or `receipt.check` where a
    digit is wrong or two neighbours are swapped.
    """
    values = (unicodedata.decimal(character, None) for character in typed)
    digits = "".join(str(value) for value in values if value is not None)
    if len(digits) != LENGTH:
        raise ReceiptError("receipt.length")
    if _check(digits) != 0:
        raise ReceiptError("receipt.check")
    return digits


def _check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
