"""The six-digit code from a member's phone (RFC 6238: SHA-1, 30 seconds, 6 digits)."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from portal.domain.typed import digits_of

STEP = 30
"""Seconds for which one code stands."""

DIGITS = 6

SECRET_BYTES = 20
"""160 bits, as RFC 4226 section 4 recommends."""

_WINDOW = (0, -1, 1)
"""Steps beside the present one that are taken, for clocks that are not quite right."""

ISSUER = "Chung Tay"


def code_at(secret: bytes, at: datetime) -> str:
    """Give the code that stands at that time."""
    return _totp(secret).generate(int(at.timestamp())).decode("ascii")


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Give the number of the step that this code belongs to, at most one away from now.

    It is read as a reporter's code is: digits of every script, whatever stands between them. All
    three codes are always made and compared in constant time.
    """
    given = _digits(code)
    step = int(now.timestamp()) // STEP
    found = None
    for offset in _WINDOW:
        expected = _totp(secret).generate((step + offset) * STEP)
        if hmac.compare_digest(expected, given) and found is None:
            found = step + offset
    return found


def provisioning_uri(secret: bytes, *, member: str) -> str:
    """Give the `otpauth://` address that a phone reads from the picture."""
    return _totp(secret).get_provisioning_uri(member, ISSUER)


def secret_text(secret: bytes) -> str:
    """Give the secret for typing: base 32 in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303


def _digits(code: str) -> bytes:
    digits = digits_of(code)
    return digits.encode("ascii") if len(digits) == DIGITS else b"-" * DIGITS
