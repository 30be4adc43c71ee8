"""One field: a single-use key, a commitment to it, and a place it can't be moved from."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from portal.domain.canon import canon
from portal.domain.envelope import FORMAT, Sealed
from portal.domain.errors import OpenFailed
from portal.sealing.padding import pad, unpad
from portal.sealing.suite import derive

COMMITMENT_BYTES = 32
_ZERO_NONCE = bytes(12)

Random = Callable[[int], bytes]
"""Gives that many random bytes."""


@dataclass(frozen=True, slots=True)
class FieldContext:
    """Where a ciphertext lives; it opens nowhere else."""

    table: str
    report_id: bytes
    agency: str
    field: str
    compartment: str
    revision: int
    format: int = FORMAT

    @property
    def context(self) -> bytes:
        """The encoded place: version, table, report, agency, field, compartment, revision."""
        return canon(
            self.format,
            self.table,
            self.report_id,
            self.agency,
            self.field,
            self.compartment,
            self.revision,
        )


def seal_text(kek: bytes, place: FieldContext, text: str, *, random: Random) -> Sealed:
    """Seal one text under a fresh single-use key, wrapped under `kek` (32 bytes).

    The nonce is zero because a key seals exactly one text.
    """
    context = place.context
    dek = random(32)
    key, commitment = _split(dek, context)
    ciphertext = AESGCM(key).encrypt(_ZERO_NONCE, pad(text.encode("utf-8")), context)
    wrapped = AESGCMSIV(derive(kek, info=context)).encrypt(_ZERO_NONCE, dek, context)
    return Sealed(wrapped, commitment + ciphertext)


def open_text(kek: bytes, place: FieldContext, sealed: Sealed) -> str:
    """Open one text; raises the one opaque `OpenFailed`.

    The commitment is compared before anything is decrypted: one ciphertext opens to one text.
    """
    try:
        context = place.context
        dek = AESGCMSIV(derive(kek, info=context)).decrypt(_ZERO_NONCE, sealed.wrapped_dek, context)
        return _open(dek, context, sealed.ciphertext)
    except (InvalidTag, ValueError):
        raise OpenFailed from None


def _open(dek: bytes, context: bytes, ciphertext: bytes) -> str:
    key, commitment = _split(dek, context)
    if not hmac.compare_digest(commitment, ciphertext[:COMMITMENT_BYTES]):
        raise InvalidTag
    padded = AESGCM(key).decrypt(_ZERO_NONCE, ciphertext[COMMITMENT_BYTES:], context)
    return unpad(padded).decode("utf-8")


def _split(dek: bytes, context: bytes) -> tuple[bytes, bytes]:
    both = derive(dek, info=canon("field-v1", context), length=64)
    return both[:32], both[32:]
