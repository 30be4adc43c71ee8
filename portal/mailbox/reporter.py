"""From a code to keys, and from keys to replies, for the length of one request."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portal.domain.canon import canon
from portal.domain.envelope import FORMAT
from portal.domain.errors import OpenFailed
from portal.domain.statement import Columns, Kind, Statement
from portal.sealing.message import reply_info, seal_reply
from portal.sealing.padding import unpad
from portal.sealing.statement import StatementKey, read_signed
from portal.sealing.suite import derive, open_with, private_from_seed, public_from_seed

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP's setting for Argon2id (RFC 9106): 19 MiB, t = 2, p = 1; about 24 ms on one core."""

AT_ONCE = min(4, os.cpu_count() or 1)
"""Derivations at a time in one process: a bound on memory, 19 MiB each."""

_POOL = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2id")
"""Threads of their own: each thread that derives keeps its memory afterwards."""


@dataclass(frozen=True, slots=True)
class ReporterKeys:
    """What a code opens: the hash under which its receipt is found, and the reporter's two seeds.

    `seed` opens replies, `sign_seed` signs for what the reporter sends.
    """

    token_hash: bytes
    seed: bytes = field(repr=False)
    sign_seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The reporter's public key (1216 bytes): replies are sealed to it."""
        return public_from_seed(self.seed)

    @property
    def statement_key(self) -> StatementKey:
        """What signs the reporter's filings and supplements."""
        return StatementKey(self.sign_seed)


def derive_keys(digits: str, *, salt: bytes, pepper: bytes) -> ReporterKeys:
    """Derive the reporter's keys from the 20 digits of a code.

    `salt` is the deployment's, `pepper` its secret that no database holds. The look-up token is
    stored only as a keyed hash.
    """
    root = _POOL.submit(_stretch, digits.encode("ascii"), salt, pepper).result()
    token = derive(root, info=canon("receipt-token-v1"))
    keyed = hmac.HMAC(pepper, hashes.SHA256())
    keyed.update(canon("receipt-lookup-v1", token))
    return ReporterKeys(
        keyed.finalize(),
        derive(root, info=canon("receipt-seed-v1")),
        derive(root, info=canon("reporter-sign-v2")),
    )


def _stretch(digits: bytes, salt: bytes, pepper: bytes) -> bytes:
    return Argon2id(
        salt=salt,
        length=32,
        iterations=PASSES,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
        secret=pepper,
    ).derive(digits)


def open_reply(keys: ReporterKeys, *, report_id: bytes, message_id: bytes, sealed: bytes) -> str:
    """Open one reply; raises the one opaque `OpenFailed`."""
    info = reply_info(report_id=report_id, message_id=message_id)
    padded = open_with(private_from_seed(keys.seed), sealed, info=info)
    try:
        return unpad(padded).decode("utf-8")
    except ValueError:
        raise OpenFailed from None


def dummy_open(keys: ReporterKeys) -> None:  # noqa: ARG001 - whose code it was changes nothing
    """Do the work of opening one reply and of checking one statement, so that an unknown code costs
    what a known one does.

    It opens a real message: one that does not open ends sooner, and the clock would tell.
    """
    read_signed(_DUMMY_STATEMENT)
    open_reply(_NOBODY, report_id=bytes(16), message_id=bytes(16), sealed=_DUMMY)


_NOBODY = ReporterKeys(bytes(32), bytes(32), bytes(32))
"""The keys of no code: every part is zero."""

_DUMMY_STATEMENT = _NOBODY.statement_key.sign(
    Statement(
        format=FORMAT,
        report_id=bytes(16),
        revision=0,
        kind=Kind.WORDS,
        columns=Columns("", "", "", datetime.fromtimestamp(0, UTC)),
        shred_id=bytes(16),
        fields=(),
        grants=(),
    )
)

_DUMMY = seal_reply(
    public=_NOBODY.public, report_id=bytes(16), message_id=bytes(16), text="a short reply"
)
