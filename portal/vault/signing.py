"""What signs: the manifest's two signers (offline), and the audit log's key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from portal.domain.canon import parts_of
from portal.domain.errors import ConfigError
from portal.domain.log_signers import LogSigner, SignerKind
from portal.sealing.manifest import (
    SIGNED_AS,
    Manifest,
    SignerPins,
    manifest_body,
    signing_input,
)
from portal.store.audit import NAMED, UNNAMED


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
    """Signs and checks entries of the audit log (Ed25519, RFC 8032); made of a 32-byte seed.

    `name` is that of the signer in the manifest.
    """

    __slots__ = ("_private", "name", "public")

    def __init__(self, seed: bytes, name: str = "") -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, entry: bytes) -> bytes:
        """Sign one entry (64 bytes)."""
        return self._private.sign(entry)

    def verify(self, signature: bytes, entry: bytes) -> bool:
        """Tell whether this key signed the entry."""
        return _is_signed(self.public, signature, entry)


class LogKeys:
    """Checks entries of the audit log, and marks in it, against the signers of the manifest.

    What is checked is what was signed: the number, the act and the signer's name are read from the
    signed bytes, never from the row beside them.
    """

    def __init__(self, signers: Iterable[LogSigner]) -> None:
        self._signers = {one.name: one for one in signers}

    def verify(self, signature: bytes, signed: bytes) -> bool:
        """Tell whether a signer of the manifest signed this, and was to sign it."""
        return any(_is_signed(one.public, signature, signed) for one in self._who(signed))

    def _who(self, signed: bytes) -> list[LogSigner]:
        """Give who may have signed it; entries of earlier releases name nobody."""
        everybody = list(self._signers.values())
        match parts_of(signed):
            case [form, sequence, _, _, action, *_, state, name] if form == NAMED.encode():
                one = self._signers.get(name.decode("utf-8", "replace"))
                may_be = [] if one is None else [one]
                if state:  # it says what a member is and holds
                    may_be = [one for one in may_be if one.kind is SignerKind.DESK]
            case [form, sequence, _, _, action, *_] if form == UNNAMED.encode():
                may_be, action = [one for one in everybody if one.kind is SignerKind.DESK], b""
            case _:  # a mark, which is set again and again
                return [one for one in everybody if one.last is None]
        number, tag = int.from_bytes(sequence, "big"), action.decode("utf-8", "replace")
        return [one for one in may_be if one.may_have_signed(number, tag)]


def _is_signed(public: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def log_key(seed: bytes, signers: Iterable[LogSigner], *, kind: SignerKind) -> AuditKey:
    """Give the key of this host under the name that the manifest has for it.

    Raises `ConfigError` where the manifest names no such signer, or says that it signs no more.
    """
    bare = AuditKey(seed)
    for one in signers:
        if (one.public, one.kind, one.last) == (bare.public, kind, None):
            return AuditKey(seed, one.name)
    raise ConfigError(
        f"the manifest names no signer of the audit log with the key of this {kind}: run `python -m"
        " portal log-signers` here, and hold the ceremony with what it says (docs/operations.md)"
    )
