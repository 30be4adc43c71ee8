"""What signs: the manifest's two signers (offline), and the audit log's key."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from portal.sealing.manifest import (
    SIGNED_AS,
    Manifest,
    SignerPins,
    manifest_body,
    signing_input,
)


@dataclass(frozen=True, slots=True)
class Signers:
    """The two signers of manifests, as their 32-byte seeds. They belong offline."""

    ed25519: bytes = field(repr=False)
    mldsa65: bytes = field(repr=False)

    @property
    def pins(self) -> SignerPins:
        """The public halves, to pin in the configuration."""
        return SignerPins(
            Ed25519PrivateKey.from_private_bytes(self.ed25519).public_key().public_bytes_raw(),
            MLDSA65PrivateKey.from_seed_bytes(self.mldsa65).public_key().public_bytes_raw(),
        )


def sign_manifest(manifest: Manifest, signers: Signers) -> bytes:
    """Write a manifest with both signatures, as the file that `read_manifest` reads."""
    body = manifest_body(manifest)
    signed = signing_input(body)
    ed25519 = Ed25519PrivateKey.from_private_bytes(signers.ed25519).sign(signed)
    mldsa65 = MLDSA65PrivateKey.from_seed_bytes(signers.mldsa65).sign(signed, SIGNED_AS)
    signatures = {
        "ed25519": base64.b64encode(ed25519).decode("ascii"),
        "mldsa65": base64.b64encode(mldsa65).decode("ascii"),
    }
    return json.dumps({"body": body, "signatures": signatures}, indent=1).encode("utf-8")


class AuditKey:
    """Signs and checks entries of the audit log (Ed25519, RFC 8032); made of a 32-byte seed."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, entry: bytes) -> bytes:
        """Sign one entry (64 bytes)."""
        return self._private.sign(entry)

    def verify(self, signature: bytes, entry: bytes) -> bool:
        """Tell whether this key signed the entry."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, entry)
        except InvalidSignature:
            return False
        return True
