"""Public keys are believed only when both signers vouch for them, and only while they are fresh."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import ManifestError
from portal.sealing.manifest import Manifest, SignerPins, manifest_body, read_manifest
from portal.sealing.suite import public_from_seed
from portal.vault.signing import Signers, sign_manifest
from tests.builders.envelopes import KEYS, MANIFEST, NOW, make_manifest

RAW = sign_manifest(MANIFEST, KEYS.signers)
PINS = KEYS.signers.pins
STRANGER = Signers(b"a" * 32, b"b" * 32)


def read(raw: bytes, *, pins: SignerPins = PINS, minimum_version: int = 1) -> Manifest:
    return read_manifest(raw, pins=pins, now=NOW, minimum_version=minimum_version)


def refused(raw: bytes, words: str, **more: Any) -> None:
    with pytest.raises(ManifestError, match=words):
        read(raw, **more)


def changed(change: Callable[[dict[str, Any]], object], *, signed: bool = True) -> bytes:
    """Change the body; sign it anew with the right keys, or leave the old signatures."""
    body = json.loads(manifest_body(MANIFEST))
    change(body)
    outer = json.loads(RAW)
    outer["body"] = json.dumps(body)
    if signed:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

        from portal.sealing.manifest import SIGNED_AS, signing_input

        data = signing_input(outer["body"])
        ed = Ed25519PrivateKey.from_private_bytes(KEYS.signers.ed25519).sign(data)
        ml = MLDSA65PrivateKey.from_seed_bytes(KEYS.signers.mldsa65).sign(data, SIGNED_AS)
        outer["signatures"] = {
            "ed25519": base64.b64encode(ed).decode(),
            "mldsa65": base64.b64encode(ml).decode(),
        }
    return json.dumps(outer).encode()


def substitute(body: dict[str, Any]) -> None:
    """What a database administrator would like to do: their own key in an agency's place."""
    from portal.sealing.suite import key_id

    mine = public_from_seed(b"m" * 32)
    body["keys"][0]["public"] = base64.b64encode(mine).decode()
    body["keys"][0]["key_id"] = key_id(mine).hex()


def test_a_good_manifest_is_read_as_it_was_made() -> None:
    assert read(RAW) == MANIFEST


def test_a_substituted_key_is_refused() -> None:
    refused(changed(substitute, signed=False), "not signed by both")


@pytest.mark.parametrize("which", ["ed25519", "mldsa65"])
def test_one_signature_is_not_enough(which: str) -> None:
    outer, strange = json.loads(RAW), json.loads(sign_manifest(MANIFEST, STRANGER))
    outer["signatures"][which] = strange["signatures"][which]
    refused(json.dumps(outer).encode(), "not signed by both")
    refused(RAW, "not signed by both", pins=replace(PINS, **{which: getattr(STRANGER.pins, which)}))


def test_an_older_version_is_refused() -> None:
    refused(RAW, "too old", minimum_version=2)


def test_an_expired_manifest_is_refused() -> None:
    refused(sign_manifest(make_manifest(days=0), KEYS.signers), "expired")
    late = NOW + timedelta(days=31)
    with pytest.raises(ManifestError, match="expired"):
        read_manifest(RAW, pins=PINS, now=late, minimum_version=1)


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "key id": lambda body: body["keys"][0].update(key_id="00" * 16),
    "short key": lambda body: body["keys"][0].update(public="AAAA"),
    "junk key": lambda body: body["keys"][0].update(public="not base64!"),
    "unknown compartment": lambda body: body["keys"][0].update(compartment="everything"),
    "version": lambda body: body.update(version="1"),
    "version zero": lambda body: body.update(version=0),
    "no zone": lambda body: body.update(not_after="2027-01-01T00:00:00"),
    "demo": lambda body: body.update(demo=1),
    "more": lambda body: body.update(more=1),
    "no recovery": lambda body: body.pop("recovery"),
    "a signer without a kind": lambda body: body["log_signers"][0].pop("kind"),
    "a signer of no known kind": lambda body: body["log_signers"][0].update(kind="link"),
    "a signer of another size": lambda body: body["log_signers"][0].update(public="AAAA"),
    "a signer's name": lambda body: body["log_signers"][0].update(name="Desk 1"),
    "a signer's last entry": lambda body: body["log_signers"][0].update(last=-1),
    "signers that are no list": lambda body: body.update(log_signers={"desk": 1}),
    "recovery is an agency": lambda body: body["recovery"].update(agency="vn-hotline"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_signed_manifest_of_another_form_is_refused(name: str) -> None:
    refused(changed(WRONG[name]), "not of the expected form")


def test_a_key_does_not_stand_twice() -> None:
    refused(changed(lambda body: body["keys"].append(body["keys"][0])), "stands twice")


@pytest.mark.parametrize("same", ["name", "public"])
def test_a_signer_of_the_log_does_not_stand_twice(same: str) -> None:
    def twice(body: dict[str, Any]) -> None:
        body["log_signers"][1][same] = body["log_signers"][0][same]

    refused(changed(twice), "stands twice")


def test_a_manifest_of_an_earlier_release_names_no_signers() -> None:
    raw = changed(lambda body: body.pop("log_signers"))
    assert read(raw) == replace(MANIFEST, log_signers=())


def test_no_report_is_sealed_to_nobody() -> None:
    with pytest.raises(ManifestError, match="no triage key"):
        MANIFEST.recipients("unknown", "triage")


def test_the_newest_epoch_is_used_beside_recovery() -> None:
    first = MANIFEST.keys[0]
    newer = replace(first, epoch=2, public=public_from_seed(b"n" * 32))
    both = replace(MANIFEST, keys=(*MANIFEST.keys, newer))
    assert both.recipients(first.agency, first.compartment) == (newer, MANIFEST.recovery)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_junk_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(ManifestError):
        read(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values, json_values)
def test_json_of_any_other_form_is_refused(body: object, signatures: object) -> None:
    with pytest.raises(ManifestError):
        read(json.dumps({"body": body, "signatures": signatures}).encode())
