"""A member's own seed: made once, sealed by each factor set apart, opened for a session."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portal.domain.canon import canon
from portal.domain.errors import OpenFailed
from portal.sealing.suite import derive

MEMORY_KIB = 64 * 1024
PASSES = 3
SALT_BYTES = 16
_NONCE = 12


@dataclass(frozen=True, slots=True)
class FactorSet:
    """One way to a member's seed: sealed under a key that only the passphrase or a code gives."""

    salt: bytes
    sealed_seed: bytes = field(repr=False)


def seal_with_passphrase(
    seed: bytes, passphrase: str, *, member: str, random: Callable[[int], bytes]
) -> FactorSet:
    """Seal a member's seed: AES-256-GCM-SIV, HKDF(Argon2id(passphrase, 64 MiB, t = 3)).

    Key and associated data name the member; a recovery code's key is derived in another way, so a
    set opens for no other member, and not as another kind.
    """
    salt = random(SALT_BYTES)
    return FactorSet(salt, _seal(_passphrase_key(member, passphrase, salt), seed, member, random))


def unlock(member: str, passphrase: str, factors: FactorSet) -> bytes:
    """Open a member's seed (32 bytes) with the passphrase; raises `OpenFailed`."""
    return _open(_passphrase_key(member, passphrase, factors.salt), factors.sealed_seed, member)


def seal_with_code(
    seed: bytes, code: str, *, member: str, random: Callable[[int], bytes]
) -> FactorSet:
    """Seal a member's seed under a recovery code: AES-256-GCM-SIV, HKDF-SHA256(code).

    The code has 135 random bits, which nobody tries out: Argon2id would make it no stronger, and
    eight of them at each try would cost two seconds.
    """
    salt = random(SALT_BYTES)
    return FactorSet(salt, _seal(_code_key(member, code, salt), seed, member, random))


def unlock_with_code(member: str, code: str, factors: FactorSet) -> bytes:
    """Open a member's seed (32 bytes) with a recovery code as it is read; raises `OpenFailed`."""
    return _open(_code_key(member, code, factors.salt), factors.sealed_seed, member)


def waste_unlock(passphrase: str) -> None:
    """Do the work of `unlock` for a member who does not exist, so that both cost the same."""
    _passphrase_key("", passphrase, bytes(SALT_BYTES))


def seal_totp(seed: bytes, secret: bytes, *, member: str, random: Callable[[int], bytes]) -> bytes:
    """Seal the secret of the one-time codes under the member's seed."""
    return _seal(derive(seed, info=canon("totp-v1", member)), secret, member, random)


def open_totp(seed: bytes, sealed: bytes, *, member: str) -> bytes:
    """Open what `seal_totp` made; raises `OpenFailed`."""
    return _open(derive(seed, info=canon("totp-v1", member)), sealed, member)


def seal_session(
    seed: bytes,
    cookie_key: bytes,
    *,
    member: str,
    session: bytes,
    random: Callable[[int], bytes],
) -> bytes:
    """Seal the seed for one session under a key that only the member's cookie has.

    `session` says which session it is: with another one, it opens no more.
    """
    return _seal(_session_key(cookie_key, member, session), seed, member, random)


def open_session(sealed: bytes, cookie_key: bytes, *, member: str, session: bytes) -> bytes:
    """Open what `seal_session` made; raises `OpenFailed`."""
    return _open(_session_key(cookie_key, member, session), sealed, member)


def _session_key(cookie_key: bytes, member: str, session: bytes) -> bytes:
    return derive(cookie_key, info=canon("session-v2", member, session))


def _passphrase_key(member: str, passphrase: str, salt: bytes) -> bytes:
    root = Argon2id(
        salt=salt, length=32, iterations=PASSES, lanes=1, memory_cost=MEMORY_KIB
    ).derive(unicodedata.normalize("NFKC", passphrase).encode("utf-8"))
    return derive(root, info=canon("member-v1", member))


def _code_key(member: str, code: str, salt: bytes) -> bytes:
    return derive(code.encode("ascii"), salt=salt, info=canon("recovery-v1", member))


def _seal(key: bytes, secret: bytes, member: str, random: Callable[[int], bytes]) -> bytes:
    nonce = random(_NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, secret, member.encode("utf-8"))


def _open(key: bytes, sealed: bytes, member: str) -> bytes:
    try:
        return AESGCMSIV(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], member.encode("utf-8"))
    except (InvalidTag, ValueError):
        raise OpenFailed from None
