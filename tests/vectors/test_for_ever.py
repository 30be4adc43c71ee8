"""What was sealed once opens for ever: a change that breaks these loses reports."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.domain.envelope import Envelope, Grant, Sealed, SealedField, SignedStatement
from portal.domain.recovery_code import read_recovery_code
from portal.domain.statement import report_id_of, state
from portal.mailbox.reporter import derive_keys, open_reply
from portal.sealing.manifest import SignerPins, read_manifest
from portal.sealing.statement import read_signed
from portal.sealing.suite import public_from_seed
from portal.vault.keyring import Keyring, RoleSeed, recovery_keyring
from portal.vault.member import FactorSet, unlock, unlock_with_code
from portal.vault.opening import open_fields, open_key
from tests.builders.envelopes import MANIFEST, NOW

FOLDER = Path(__file__).parent
raw = base64.b64decode


def sample(name: str, version: int = 1) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}-{version}.json").read_text("utf-8"))
    return loaded


def envelope_of(plain: dict[str, Any]) -> Envelope:
    grants = tuple(
        Grant(g["compartment"], g["recipient"], g["epoch"], raw(g["key_id"]), raw(g["sealed"]))
        for g in plain["grants"]
    )
    fields = tuple(
        SealedField(
            f["field"],
            f["compartment"],
            Sealed(raw(f["sealed"]["wrapped_dek"]), raw(f["sealed"]["ciphertext"])),
        )
        for f in plain["fields"]
    )
    return Envelope(
        raw(plain["report_id"]),
        plain["agency"],
        plain["revision"],
        raw(plain["shred_id"]),
        grants,
        fields,
        plain["format"],
    )


@pytest.mark.parametrize("version", [1, 2])
def test_a_sealed_report_opens(version: int) -> None:
    kept = sample("envelope", version)
    role_keys = Keyring(RoleSeed(a, c, e, raw(s)) for a, c, e, s in kept["roles"])
    for ring in (role_keys, recovery_keyring({"recovery": raw(kept["recovery"])})):
        texts: dict[str, str] = {}
        for compartment in ("triage", "indicators", "identity"):
            envelope = envelope_of(kept["envelope"])
            key = open_key(
                envelope,
                compartment=compartment,
                keyring=ring,
                shred_key=raw(kept["shred_key"]),
            )
            texts.update(open_fields(envelope, key))
        assert texts == kept["texts"]


def test_a_signed_statement_still_fits_its_envelope() -> None:
    plain = sample("envelope", 2)["envelope"]
    signed = SignedStatement(*(raw(plain["signed"][x]) for x in SignedStatement.__slots__))
    statement = read_signed(signed)
    assert statement
    assert statement == state(envelope_of(plain), statement.columns)
    assert report_id_of(signed.verify_key) == statement.report_id


def test_a_code_leads_to_its_reply() -> None:
    kept = sample("reply")
    keys = derive_keys(kept["code"], salt=raw(kept["salt"]), pepper=raw(kept["pepper"]))
    assert (keys.token_hash, keys.seed) == (raw(kept["token_hash"]), raw(kept["seed"]))
    opened = open_reply(
        keys,
        report_id=raw(kept["report"]),
        message_id=raw(kept["message"]),
        sealed=raw(kept["sealed"]),
    )
    assert opened == kept["text"]


def test_a_passphrase_opens_its_seed() -> None:
    kept = sample("member")
    factors = FactorSet(raw(kept["salt"]), raw(kept["sealed_seed"]))
    assert unlock(kept["name"], kept["passphrase"], factors) == raw(kept["seed"])
    assert public_from_seed(raw(kept["seed"])) == raw(kept["public"])


def test_a_recovery_code_opens_its_seed() -> None:
    kept = sample("recovery")
    factors = FactorSet(raw(kept["salt"]), raw(kept["sealed_seed"]))
    code = read_recovery_code(kept["code"])
    assert unlock_with_code(kept["name"], code, factors) == raw(kept["seed"])


def test_a_manifest_is_read() -> None:
    kept = sample("manifest")
    pins = SignerPins(raw(kept["pins"]["ed25519"]), raw(kept["pins"]["mldsa65"]))
    found = read_manifest(kept["file"].encode(), pins=pins, now=NOW, minimum_version=1)
    # It is of a release whose manifests named no signers of the audit log.
    assert found == replace(MANIFEST, log_signers=())
