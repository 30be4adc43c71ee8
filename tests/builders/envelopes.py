"""Keys, a manifest and a sealed report for the tests of sealing and opening."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.domain.envelope import Envelope
from portal.domain.log_signers import LogSigner, SignerKind
from portal.domain.report import Compartment
from portal.operations.ceremony import KeySet
from portal.sealing.manifest import Manifest
from portal.sealing.seal import PlainField, seal_report
from portal.vault.keyring import Keyring, RoleSeed
from portal.vault.signing import Signers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENCIES = ("vn-hotline", "sea-desk")
REPORT = bytes(range(16))
SHRED_ID, SHRED_KEY = b"i" * 16, b"k" * 32

PLAIN = (
    PlainField("happening", Compartment.TRIAGE, '["threat_share"]'),
    PlainField("story", Compartment.TRIAGE, "Em sợ lắm."),
    PlainField("empty", Compartment.TRIAGE, ""),
    PlainField("selectors", Compartment.INDICATORS, '[["zalo","anh.trai"]]'),
    PlainField("payments", Compartment.INDICATORS, ""),
    PlainField("safe_contact", Compartment.IDENTITY, "0900 000 000"),
    PlainField("safe_time", Compartment.IDENTITY, "sau giờ học"),
)


def stream(name: str) -> Callable[[int], bytes]:
    """Give bytes that are always the same for a name: for tests only."""
    count = 0

    def random(length: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{name}:{count}".encode()).digest(length)

    return random


def make_keys(name: str = "keys") -> KeySet:
    random = stream(name)
    roles = tuple(
        RoleSeed(agency, compartment, 1, random(32))
        for agency in AGENCIES
        for compartment in Compartment
    )
    return KeySet(Signers(random(32), random(32)), random(32), roles)


KEYS = make_keys()


LOG_SIGNERS = (
    LogSigner("desk-1", SignerKind.DESK, b"d" * 32),
    LogSigner("desk-0", SignerKind.DESK, b"o" * 32, last=70),
    LogSigner("worker-1", SignerKind.WORKER, b"w" * 32),
)


def make_manifest(version: int = 1, days: int = 30) -> Manifest:
    return KEYS.manifest(
        version=version,
        not_after=NOW + timedelta(days=days),
        demo=True,
        log_signers=LOG_SIGNERS,
    )


MANIFEST = make_manifest()


def keyring(*compartments: str, agency: str = AGENCIES[0]) -> Keyring:
    return Keyring(r for r in KEYS.roles if r.agency == agency and r.compartment in compartments)


EVERYTHING = Keyring(KEYS.roles)


@dataclass(frozen=True)
class Case:
    """Where one envelope belongs."""

    report_id: bytes = REPORT
    agency: str = AGENCIES[0]
    revision: int = 0
    shred_key: bytes = SHRED_KEY

    def seal(self, plain: tuple[PlainField, ...] = PLAIN) -> Envelope:
        return seal_report(
            manifest=MANIFEST,
            report_id=self.report_id,
            agency=self.agency,
            revision=self.revision,
            shred_id=SHRED_ID,
            shred_key=self.shred_key,
            plain=plain,
        )
