"""Public keys come from a signed file, never from the database."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from portal.domain.canon import canon
from portal.domain.errors import ManifestError
from portal.domain.log_signers import NAME, LogSigner, SignerKind
from portal.domain.report import Compartment
from portal.sealing.envelope import RECOVERY
from portal.sealing.suite import key_id, parse_public

LARGEST = 4 * 1024 * 1024
"""Bytes; a larger file is refused unread."""

_ED25519_BYTES = 32

SIGNED_AS = b"chung-tay/manifest/v1"
"""What the signatures are for: ML-DSA's context string, and the first part of Ed25519's input."""


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """One public key: whose it is, for which compartment, of which epoch."""

    agency: str
    compartment: str
    epoch: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(public)[:16]."""
        return key_id(self.public)


@dataclass(frozen=True, slots=True)
class SignerPins:
    """The two public keys that vouch for a manifest, pinned in the configuration."""

    ed25519: bytes
    mldsa65: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every public key that reports are sealed to, and every one that signs the audit log."""

    version: int
    not_after: datetime
    demo: bool
    keys: tuple[RecipientKey, ...]
    recovery: RecipientKey
    log_signers: tuple[LogSigner, ...] = ()

    def recipients(self, agency: str, compartment: str) -> tuple[RecipientKey, ...]:
        """Give the newest key of the agency's compartment, and the recovery key.

        Raises `ManifestError` where the agency has none: a report is never sealed to nobody.
        """
        found = [k for k in self.keys if (k.agency, k.compartment) == (agency, compartment)]
        if not found:
            raise ManifestError(f"the manifest has no {compartment} key for agency {agency}")
        return (max(found, key=lambda k: k.epoch), self.recovery)


def manifest_body(manifest: Manifest) -> str:
    """Write what is signed: one JSON text."""
    return json.dumps(
        {
            "version": manifest.version,
            "not_after": manifest.not_after.astimezone(UTC).isoformat(),
            "demo": manifest.demo,
            "keys": [_key_to_plain(key) for key in manifest.keys],
            "recovery": _key_to_plain(manifest.recovery),
            "log_signers": [_signer_to_plain(signer) for signer in manifest.log_signers],
        },
        sort_keys=True,
    )


def signing_input(body: str) -> bytes:
    """The bytes that both signers sign."""
    return canon(SIGNED_AS, body)


def read_manifest(raw: bytes, *, pins: SignerPins, now: datetime, minimum_version: int) -> Manifest:
    """Read a manifest that both pinned signers vouch for; raises `ManifestError` with the reason.

    Refused: a bad signature, a version below `minimum_version`, an expired file, a key whose id
    does not fit, a key that stands twice.
    """
    body, ed25519, mldsa65 = _signed_parts(raw)
    _check_signatures(body, ed25519, mldsa65, pins)
    manifest = _parse(body)
    if manifest.version < minimum_version:
        reason = f"it is version {manifest.version}, and {minimum_version} was in use before"
        raise ManifestError(f"the manifest is too old: {reason}")
    if manifest.not_after <= now:
        raise ManifestError(f"the manifest expired on {manifest.not_after.date()}")
    return manifest


def _signed_parts(raw: bytes) -> tuple[str, bytes, bytes]:
    if len(raw) > LARGEST:
        raise ManifestError("the manifest is too large")
    try:
        outer = json.loads(raw)
        body, signatures = outer["body"], outer["signatures"]
        if not isinstance(body, str) or set(outer) != {"body", "signatures"}:
            raise ValueError
        return body, _decode(signatures["ed25519"]), _decode(signatures["mldsa65"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ManifestError("the manifest is not of the expected form") from None


def _check_signatures(body: str, ed25519: bytes, mldsa65: bytes, pins: SignerPins) -> None:
    """Both must hold: an attacker would have to break the old and the new algorithm."""
    try:
        signed = signing_input(body)
        Ed25519PublicKey.from_public_bytes(pins.ed25519).verify(ed25519, signed)
        MLDSA65PublicKey.from_public_bytes(pins.mldsa65).verify(mldsa65, signed, SIGNED_AS)
    except (InvalidSignature, ValueError):
        raise ManifestError("the manifest is not signed by both pinned signers") from None


def _parse(body: str) -> Manifest:
    try:
        plain = json.loads(body)
        if set(plain) - {"log_signers"} != {"version", "not_after", "demo", "keys", "recovery"}:
            raise ValueError
        not_after = datetime.fromisoformat(plain["not_after"])
        if not isinstance(plain["demo"], bool) or not_after.tzinfo is None:
            raise ValueError
        version = _whole(plain["version"])
        keys = tuple(_key_from_plain(key) for key in plain["keys"])
        recovery = _key_from_plain(plain["recovery"])
        # An earlier release wrote none.
        signers = tuple(_signer_from_plain(one) for one in plain.get("log_signers", []))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ManifestError("the manifest is not of the expected form") from None
    names = [(key.agency, key.compartment, key.epoch) for key in keys]
    publics = [key.public for key in (*keys, recovery)]
    if len(set(names)) != len(names) or len(set(publics)) != len(publics):
        raise ManifestError("a key stands twice in the manifest")
    if len({one.name for one in signers}) + len({one.public for one in signers}) != 2 * len(
        signers
    ):
        raise ManifestError("a signer of the audit log stands twice in the manifest")
    if recovery.agency != RECOVERY or any(key.agency == RECOVERY for key in keys):
        raise ManifestError("the manifest names the recovery key wrongly")
    return Manifest(version, not_after, plain["demo"], keys, recovery, signers)


def _key_to_plain(key: RecipientKey) -> dict[str, object]:
    return {
        "agency": key.agency,
        "compartment": key.compartment,
        "epoch": key.epoch,
        "key_id": key.key_id.hex(),
        "public": base64.b64encode(key.public).decode("ascii"),
    }


def _key_from_plain(plain: Mapping[str, object]) -> RecipientKey:
    if set(plain) != {"agency", "compartment", "epoch", "key_id", "public"}:
        raise ValueError
    agency, compartment = plain["agency"], plain["compartment"]
    public = _decode(plain["public"])
    parse_public(public)
    if not isinstance(agency, str) or not agency or plain["key_id"] != key_id(public).hex():
        raise ValueError
    if compartment not in {*Compartment, RECOVERY}:
        raise ValueError
    if (agency == RECOVERY) != (compartment == RECOVERY):
        raise ValueError
    return RecipientKey(agency, str(compartment), _whole(plain["epoch"]), public)


def _signer_to_plain(signer: LogSigner) -> dict[str, object]:
    return {
        "name": signer.name,
        "kind": signer.kind.value,
        "public": base64.b64encode(signer.public).decode("ascii"),
        "last": signer.last,
    }


def _signer_from_plain(plain: Mapping[str, object]) -> LogSigner:
    if set(plain) != {"name", "kind", "public", "last"}:
        raise ValueError
    name, kind, last = plain["name"], plain["kind"], plain["last"]
    public = _decode(plain["public"])
    if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(kind, str):
        raise ValueError
    if len(public) != _ED25519_BYTES:
        raise ValueError
    return LogSigner(name, SignerKind(kind), public, None if last is None else _number(last))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise ValueError
    return value


def _decode(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError from None
