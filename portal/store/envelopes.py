"""Sealed envelopes, in and out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy import insert as insert_into

from portal.domain.envelope import Envelope, Grant, Sealed, SealedField
from portal.store import tables
from portal.store.engine import Db

_ENVELOPES, _GRANTS, _FIELDS = (
    tables.Base.metadata.tables[table.__tablename__]
    for table in (tables.Envelope, tables.EnvelopeGrant, tables.Field)
)
"""As plain columns: a send writes dozens of rows, and needs no object of any."""


@dataclass(frozen=True, slots=True)
class StoredEnvelope:
    """An envelope, and when and under which definition it was filed."""

    envelope: Envelope
    sealed_at: datetime
    definition_hash: str


def insert(db: Db, *, envelope: Envelope, sealed_at: datetime, definition_hash: str) -> None:
    """Add one envelope with its grants and fields."""
    where = {"report_id": envelope.report_id, "revision": envelope.revision}
    db.reports.execute(
        insert_into(_ENVELOPES).values(
            **where,
            format=envelope.format,
            shred_id=envelope.shred_id,
            sealed_at=sealed_at,
            definition_hash=definition_hash,
        )
    )
    db.reports.execute(
        insert_into(_GRANTS),
        [
            {
                **where,
                "compartment": grant.compartment,
                "recipient": grant.recipient,
                "epoch": grant.epoch,
                "key_id": grant.key_id,
                "sealed": grant.sealed,
            }
            for grant in envelope.grants
        ],
    )
    db.reports.execute(
        insert_into(_FIELDS),
        [
            {
                **where,
                "field": item.field,
                "compartment": item.compartment,
                "position": position,
                "wrapped_dek": item.sealed.wrapped_dek,
                "ciphertext": item.sealed.ciphertext,
            }
            for position, item in enumerate(envelope.fields)
        ],
    )


def filings(db: Db, *, report_id: bytes, marked_by: str) -> list[tuple[datetime, bool]]:
    """Give when the filing and each supplement came in, in order, and whether it has a field."""
    one, field = tables.Envelope, tables.Field
    marked = exists().where(
        field.report_id == one.report_id, field.revision == one.revision, field.field == marked_by
    )
    query = select(one.sealed_at, marked).where(one.report_id == report_id).order_by(one.revision)
    return [(row[0], bool(row[1])) for row in db.reports.execute(query)]


def first_shred_id(db: Db, *, report_id: bytes) -> bytes | None:
    """Give the shred id of the first filing of a report."""
    one = tables.Envelope
    query = select(one.shred_id).where(one.report_id == report_id, one.revision == 0)
    return db.reports.scalar(query)


def has(db: Db, *, shred_id: bytes) -> bool:
    """Tell whether an envelope stands under this shred key."""
    query = select(tables.Envelope.revision).where(tables.Envelope.shred_id == shred_id)
    return db.reports.scalar(query) is not None


def next_revision(db: Db, *, report_id: bytes) -> int:
    """Give the number that the next envelope of a report gets."""
    query = select(func.max(tables.Envelope.revision)).where(tables.Envelope.report_id == report_id)
    last = db.reports.scalar(query)
    return 0 if last is None else last + 1


def parts_since(db: Db, *, report_id: bytes, revision: int) -> frozenset[str]:
    """Name the compartments in which something was sealed with this revision or a later one."""
    field = tables.Field
    query = select(field.compartment).where(
        field.report_id == report_id, field.revision >= max(revision, 1)
    )
    return frozenset(db.reports.scalars(query.distinct()))


def all_for(db: Db, *, report_id: bytes, agency: str) -> list[StoredEnvelope]:
    """Give every envelope of a report in order. Three queries, however many there are.

    What comes in between them is left out.
    """
    rows = db.reports.scalars(
        select(tables.Envelope)
        .where(tables.Envelope.report_id == report_id)
        .order_by(tables.Envelope.revision)
    ).all()
    grants, fields = _grants(db, report_id), _fields(db, report_id)
    return [
        StoredEnvelope(
            Envelope(
                report_id=row.report_id,
                agency=agency,
                revision=row.revision,
                shred_id=row.shred_id,
                grants=tuple(grants[row.revision]),
                fields=tuple(fields[row.revision]),
                format=row.format,
            ),
            row.sealed_at,
            row.definition_hash,
        )
        for row in rows
    ]


def _grants(db: Db, report_id: bytes) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = defaultdict(list)
    table = tables.EnvelopeGrant
    query = select(
        table.revision,
        table.compartment,
        table.recipient,
        table.epoch,
        table.key_id,
        table.sealed,
    )
    for row in db.reports.execute(query.where(table.report_id == report_id)):
        grant = Grant(row.compartment, row.recipient, row.epoch, row.key_id, row.sealed)
        found[row.revision].append(grant)
    return found


def _fields(db: Db, report_id: bytes) -> dict[int, list[SealedField]]:
    found: dict[int, list[SealedField]] = defaultdict(list)
    table = tables.Field
    query = select(
        table.revision, table.field, table.compartment, table.wrapped_dek, table.ciphertext
    )
    query = query.where(table.report_id == report_id).order_by(table.revision, table.position)
    for row in db.reports.execute(query):
        sealed = Sealed(row.wrapped_dek, row.ciphertext)
        found[row.revision].append(SealedField(row.field, row.compartment, sealed))
    return found
