"""Outside judges: the standards' vectors, as the package `cryptography_vectors` ships them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.bindings._rust import openssl as rust
from cryptography.hazmat.primitives import hpke as api

from portal.sealing.suite import open_with, parse_public, private_from_seed, public_from_seed

FOLDER = Path(cryptography_vectors.__file__).parent
XWING, HKDF_SHA256, CHACHA20_POLY1305 = 0x647A, 1, 3


def ours() -> list[dict[str, Any]]:
    """The HPKE vectors of our KEM in base mode."""
    loaded = json.loads((FOLDER / "HPKE" / "hpke-pq-test-vectors.json").read_text())
    return [one for one in loaded if (one["mode"], one["kem_id"]) == (0, XWING)]


def test_there_are_vectors_for_our_kem() -> None:
    assert ours()


@pytest.mark.parametrize("vector", ours(), ids=lambda v: f"kdf-{v['kdf_id']}")
def test_a_seed_expands_to_the_standard_key(vector: dict[str, Any]) -> None:
    seed = bytes.fromhex(vector["skRm"])
    public = bytes.fromhex(vector["pkRm"])
    assert public_from_seed(seed) == public
    parse_public(public)


@pytest.mark.parametrize(
    "vector",
    [v for v in ours() if (v["kdf_id"], v["aead_id"]) == (HKDF_SHA256, CHACHA20_POLY1305)],
    ids=lambda _: "our-suite",
)
def test_the_first_message_opens(vector: dict[str, Any]) -> None:
    """HPKE's single-shot form is the first message of a context, with an empty aad."""
    first = vector["encryptions"][0]
    private = private_from_seed(bytes.fromhex(vector["skRm"]))
    sealed = bytes.fromhex(vector["enc"]) + bytes.fromhex(first["ct"])
    if first["aad"]:
        # The vectors carry an associated data that our envelopes do not use.
        suite = api.Suite(api.KEM.MLKEM768_X25519, api.KDF.HKDF_SHA256, api.AEAD.CHACHA20_POLY1305)
        opened = rust.hpke._decrypt_with_aad(
            suite, sealed, private, bytes.fromhex(vector["info"]), bytes.fromhex(first["aad"])
        )
    else:
        opened = open_with(private, sealed, info=bytes.fromhex(vector["info"]))
    assert opened == bytes.fromhex(first["pt"])
