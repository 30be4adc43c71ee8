"""One ciphertext opens to one text: AES-GCM alone does not promise that, the commitment does."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from portal.domain.canon import canon
from portal.domain.envelope import Sealed
from portal.domain.errors import OpenFailed
from portal.sealing import field as sealing_field
from portal.sealing.field import FieldContext, open_text
from portal.sealing.padding import pad
from portal.sealing.suite import derive

PLACE = FieldContext("fields", b"r" * 16, "vn-hotline", "story", "triage", 0)
CONTEXT = PLACE.context
ZERO = bytes(12)
BLOCK = 16
POLY = 0xE1000000000000000000000000000000


def halves(dek: bytes) -> tuple[bytes, bytes]:
    both = derive(dek, info=canon("field-v1", CONTEXT), length=64)
    return both[:32], both[32:]


def wrap(kek: bytes, dek: bytes) -> bytes:
    return AESGCMSIV(derive(kek, info=CONTEXT)).encrypt(ZERO, dek, CONTEXT)


def times(a: int, b: int) -> int:
    """Multiply in GHASH's field (NIST SP 800-38D, 6.3), most significant bit first."""
    product = 0
    for bit in range(127, -1, -1):
        if b >> bit & 1:
            product ^= a
        a = a >> 1 ^ POLY if a & 1 else a >> 1
    return product


def power(a: int, exponent: int) -> int:
    result = 1 << 127
    while exponent:
        if exponent & 1:
            result = times(result, a)
        a, exponent = times(a, a), exponent >> 1
    return result


def inverse(a: int) -> int:
    return power(a, 2**128 - 2)


def block(key: bytes, data: bytes) -> int:
    """One AES block, out of GCM's own counter mode: encrypt zeros under a chosen first block."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(data) + encryptor.finalize(), "big")


def ghash(h: int, blocks: list[int]) -> int:
    state = 0
    for one in blocks:
        state = times(state ^ one, h)
    return state


def split(data: bytes) -> list[int]:
    padded = data + bytes(-len(data) % BLOCK)
    return [int.from_bytes(padded[i : i + BLOCK], "big") for i in range(0, len(padded), BLOCK)]


def invisible_salamander(key1: bytes, key2: bytes, ciphertext: bytes) -> bytes:
    """Make one AES-GCM message that two keys both accept (Dodis et al., CRYPTO 2018).

    One block is free, and is solved for so that both tags are the same.
    """
    lengths = (len(CONTEXT) * 8 << 64) | (len(ciphertext) + BLOCK) * 8
    hash_parts = []
    for key in (key1, key2):
        h = block(key, bytes(16))
        known = [*split(CONTEXT), *split(ciphertext), 0, lengths]
        hash_parts.append((ghash(h, known) ^ block(key, ZERO + b"\0\0\0\1"), times(h, h)))
    (sum1, weight1), (sum2, weight2) = hash_parts
    free = times(sum1 ^ sum2, inverse(weight1 ^ weight2))
    tag = sum1 ^ times(free, weight1)
    return ciphertext + free.to_bytes(16, "big") + tag.to_bytes(16, "big")


def test_a_message_that_two_keys_accept_is_refused_for_one_of_them() -> None:
    (key1, commitment1), (key2, commitment2) = halves(b"1" * 32), halves(b"2" * 32)
    forged = invisible_salamander(key1, key2, bytes(48))
    first = AESGCM(key1).decrypt(ZERO, forged, CONTEXT)
    second = AESGCM(key2).decrypt(ZERO, forged, CONTEXT)
    assert first != second, "the attack on plain AES-GCM works, so the commitment has work to do"

    kek = b"k" * 32
    opened = 0
    for dek in (b"1" * 32, b"2" * 32):
        for commitment in (commitment1, commitment2):
            try:
                open_text(kek, PLACE, Sealed(wrap(kek, dek), commitment + forged))
                opened += 1
            except OpenFailed:
                continue
    assert opened == 0


def test_another_key_is_refused_before_anything_is_decrypted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, commitment = halves(b"1" * 32)
    ciphertext = commitment + AESGCM(key).encrypt(ZERO, pad(b"text"), CONTEXT)
    kek = b"k" * 32
    assert open_text(kek, PLACE, Sealed(wrap(kek, b"1" * 32), ciphertext)) == "text"

    def never(*_: object) -> bytes:
        raise AssertionError("decrypted before the commitment was checked")

    class Watched:
        def __init__(self, _: bytes) -> None: ...

        decrypt = never

    monkeypatch.setattr(sealing_field, "AESGCM", Watched)
    with pytest.raises(OpenFailed):
        open_text(kek, PLACE, Sealed(wrap(kek, b"2" * 32), ciphertext))
