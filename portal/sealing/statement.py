"""Sign what an envelope says of itself, and check such a signature (Ed25519, RFC 8032)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.domain.canon import canon
from portal.domain.envelope import SignedStatement
from portal.domain.statement import Statement, read_statement, report_id_of
from portal.sealing.suite import derive


class StatementKey:
    """Signs the statements of one report; made of a 32-byte seed."""

    __slots__ = ("_private", "verify_key")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verify_key = self._private.public_key().public_bytes_raw()

    @property
    def report_id(self) -> bytes:
        """The id of the one report for which this key signs."""
        return report_id_of(self.verify_key)

    def sign(self, statement: Statement) -> SignedStatement:
        """Sign one statement."""
        encoded = statement.encoded
        return SignedStatement(self.verify_key, encoded, self._private.sign(encoded))


def key_without_code(pepper: bytes, *, platform: str, submission: bytes) -> StatementKey:
    """The key of a report that came without a code, from the site's pepper.

    The same submission of the same platform gives the same key, and so the same report.
    """
    return StatementKey(derive(pepper, info=canon("platform-sign-v2", platform, submission)))


def read_signed(signed: SignedStatement) -> Statement | None:
    """Read a statement whose signature is right for its own key; None for any other."""
    try:
        key = Ed25519PublicKey.from_public_bytes(signed.verify_key)
        key.verify(signed.signature, signed.statement)
        return read_statement(signed.statement)
    except (InvalidSignature, ValueError):
        return None
