"""Sealing one filing or supplement, and what a process holds to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.assessment.routing import Routing
from portal.domain.canon import canon
from portal.domain.envelope import Envelope
from portal.sealing.field import Random
from portal.sealing.manifest import Manifest
from portal.sealing.seal import PlainField, seal_report
from portal.store import envelopes, reports, shred
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


def told_in(plain: Sequence[PlainField]) -> bytes:
    """Give the same bytes for the same words in the same fields, to be hashed into an id."""
    return canon("told-v1", *(part for one in plain for part in (one.field, one.text)))


@dataclass(frozen=True, slots=True)
class Ready:
    """One filing or supplement, sealed but stored nowhere yet, with its shred key."""

    envelope: Envelope
    shred_key: bytes = field(repr=False)


def seal(
    intake: Intake,
    row: reports.ReportRow,
    plain: Sequence[PlainField],
    *,
    revision: int,
    shred_id: bytes,
    random: Random,
    shred_key: bytes | None = None,
) -> Ready:
    """Seal one filing or supplement, under a new shred key or the one given. It needs no database:
    nobody waits for it.
    """
    key = shred_key or random(32)
    envelope = seal_report(
        manifest=intake.manifest,
        report_id=row.id,
        agency=row.agency,
        revision=revision,
        shred_id=shred_id,
        shred_key=key,
        plain=plain,
        random=random,
    )
    return Ready(envelope, key)


def store_sealed(
    db: Db,
    intake: Intake,
    row: reports.ReportRow,
    plain: Sequence[PlainField],
    *,
    ready: Ready,
    at: datetime,
    random: Random,
) -> None:
    """Store what was sealed, its shred key first.

    A key that a crash left behind under the same id is used, and the words are sealed again with
    it: nothing was ever stored with it.
    """
    one = ready.envelope
    held = shred.put(db, shred_id=one.shred_id, key=ready.shred_key, at=at)
    if held != ready.shred_key:
        one = seal(
            intake,
            row,
            plain,
            revision=one.revision,
            shred_id=one.shred_id,
            random=random,
            shred_key=held,
        ).envelope
    envelopes.insert(db, envelope=one, sealed_at=at, definition_hash=row.definition_hash)


def to_the_minute(now: datetime) -> datetime:
    """Times of reporters are kept to the minute, no finer."""
    return now.replace(second=0, microsecond=0)
