"""What a reporter is told of where their case stands: signed by the desk that moved it there."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.domain.log_signers import LogSigner, SignerKind
from portal.domain.told import LARGEST, Told, told_bytes


def is_told(
    told: Told | None, *, report_id: bytes, status: str, signers: Iterable[LogSigner]
) -> bool:
    """Tell whether a desk of this deployment moved the case to this state.

    `signers` come from the manifest. What a key has signed that is in use no more is not told: it
    names any number that it likes. An earlier state with its own signature is told too: only who
    reads the log knows of a later one.
    """
    if told is None or not 0 <= told.sequence <= LARGEST:
        return False
    for one in signers:
        if (one.name, one.kind, one.last) == (told.signer, SignerKind.DESK, None):
            said = told_bytes(report_id, status, told.sequence)
            return _is_signed(one.public, told.signature, said)
    return False


def _is_signed(public: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
