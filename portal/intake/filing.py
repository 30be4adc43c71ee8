"""Sealing and signing one filing or supplement, and what a process holds to do it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.assessment.routing import Routing
from portal.domain.canon import canon
from portal.domain.envelope import Envelope
from portal.domain.incidents import Notice, unnoticed
from portal.domain.statement import Columns, state
from portal.sealing.field import Random
from portal.sealing.manifest import Manifest
from portal.sealing.seal import PlainField, seal_report
from portal.sealing.statement import StatementKey
from portal.store import envelopes, shred
from portal.store.engine import Connection, Db


@dataclass(frozen=True, slots=True)
class Intake:
    """What a process holds to take reports in: public keys and the pepper."""

    connection: Connection
    manifest: Manifest
    routing: Routing
    salt: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    receipt_days: int = 730
    deletes_at_once: bool = False
    notice: Notice = unnoticed
    """Is told of what only somebody who writes to the database can have brought about."""


def told_in(plain: Sequence[PlainField]) -> bytes:
    """Give the same bytes for the same words in the same fields, to be hashed into an id."""
    return canon("told-v1", *(part for one in plain for part in (one.field, one.text)))


@dataclass(frozen=True, slots=True)
class Unsealed:
    """One filing or supplement to be sealed: of which report, what is told, and who signs."""

    report_id: bytes
    revision: int
    shred_id: bytes
    columns: Columns
    plain: Sequence[PlainField] = field(repr=False)
    signer: StatementKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """What is sealed and signed, but stored nowhere yet, with its shred key."""

    unsealed: Unsealed
    envelope: Envelope
    shred_key: bytes = field(repr=False)


def seal(
    intake: Intake, unsealed: Unsealed, *, random: Random, shred_key: bytes | None = None
) -> Ready:
    """Seal one filing or supplement, under a new shred key or the one given, and sign for it.

    It needs no database: nobody waits for it.
    """
    key = shred_key or random(32)
    envelope = seal_report(
        manifest=intake.manifest,
        report_id=unsealed.report_id,
        agency=unsealed.columns.agency,
        revision=unsealed.revision,
        shred_id=unsealed.shred_id,
        shred_key=key,
        plain=unsealed.plain,
        random=random,
    )
    signed = unsealed.signer.sign(state(envelope, unsealed.columns))
    return Ready(unsealed, dataclasses.replace(envelope, signed=signed), key)


def store_sealed(db: Db, intake: Intake, ready: Ready, *, random: Random) -> None:
    """Store what was sealed, its shred key first.

    A key that a crash left behind under the same id is used, and the words are sealed again with
    it: nothing was ever stored with it.
    """
    unsealed, at = ready.unsealed, ready.unsealed.columns.filed_at
    held = shred.put(db, shred_id=unsealed.shred_id, key=ready.shred_key, at=at)
    if held != ready.shred_key:
        ready = seal(intake, unsealed, random=random, shred_key=held)
    envelopes.insert(
        db,
        envelope=ready.envelope,
        sealed_at=at,
        definition_hash=unsealed.columns.definition_hash,
    )


def to_the_minute(now: datetime) -> datetime:
    """Times of reporters are kept to the minute, no finer."""
    return now.replace(second=0, microsecond=0)
