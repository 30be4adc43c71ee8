"""The one suite: HPKE base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305.

Sources: RFC 9180 (HPKE), draft-connolly-cfrg-xwing-kem (X-Wing, KEM id 0x647a). It is also the
suite of age's native post-quantum recipient.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.domain.errors import OpenFailed

SEED_BYTES = 32
PUBLIC_BYTES = 1216
KEY_ID_BYTES = 16
_MLKEM_PUBLIC = 1184
_MLKEM_SEED = 64

PublicKey = hpke.MLKEM768X25519PublicKey
PrivateKey = hpke.MLKEM768X25519PrivateKey

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


@lru_cache(maxsize=512)
def parse_public(public: bytes) -> PublicKey:
    """Read a public key: ML-KEM-768 (1184 bytes) ‖ X25519 (32); raises `ValueError`."""
    if len(public) != PUBLIC_BYTES:
        raise ValueError("suite: a public key has 1216 bytes")
    return PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )


def key_id(public: bytes) -> bytes:
    """Name a public key: SHA-256(public)[:16]."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def seal_to(public: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """Seal to a public key; `info` is the context that both sides must agree on."""
    return _SUITE.encrypt(plaintext, parse_public(public), info=info)


def derive(secret: bytes, *, info: bytes, salt: bytes | None = None, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def private_from_seed(seed: bytes) -> PrivateKey:
    """Expand a 32-byte seed to its private key: SHAKE256(seed, 96) = ML-KEM seed ‖ X25519 key.

    Hybrid keys have no serialisation of their own; the seed is what is kept. A pure function: it
    stands here because reporters (mailbox) and members (vault) have keys of the same kind.
    """
    mlkem, x25519 = _halves(seed)
    return PrivateKey(mlkem, x25519)


def public_from_seed(seed: bytes) -> bytes:
    """Give the 1216 public bytes that belong to a seed."""
    mlkem, x25519 = _halves(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def open_with(private: PrivateKey, sealed: bytes, *, info: bytes) -> bytes:
    """Open what `seal_to` made; raises the one opaque `OpenFailed`."""
    try:
        return _SUITE.decrypt(sealed, private, info=info)
    except (InvalidTag, ValueError, TypeError):
        raise OpenFailed from None


def _halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(seed) != SEED_BYTES:
        raise ValueError("suite: a seed has 32 bytes")
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:]),
    )
