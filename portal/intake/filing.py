"""Sealing one filing or supplement, and what a process holds to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.assessment.routing import Routing
from portal.domain.canon import canon
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


def seal_in(
    db: Db,
    intake: Intake,
    row: reports.ReportRow,
    plain: Sequence[PlainField],
    *,
    revision: int,
    at: datetime,
    random: Random,
    shred_id: bytes,
) -> None:
    """Seal one filing or supplement and store it, its shred key first.

    A key that a crash left behind under the same id is used: nothing was ever stored with it.
    """
    shred_key = shred.renew(db, shred_id=shred_id, at=at)
    if shred_key is None:
        shred_key = random(32)
        shred.put(db, shred_id=shred_id, key=shred_key, at=at)
    envelope = seal_report(
        manifest=intake.manifest,
        report_id=row.id,
        agency=row.agency,
        revision=revision,
        shred_id=shred_id,
        shred_key=shred_key,
        plain=plain,
        random=random,
    )
    envelopes.insert(db, envelope=envelope, sealed_at=at, definition_hash=row.definition_hash)


def to_the_minute(now: datetime) -> datetime:
    """Times of reporters are kept to the minute, no finer."""
    return now.replace(second=0, microsecond=0)
