"""Sealed envelopes, in and out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy import insert as insert_into

from portal.domain.envelope import Envelope, Grant, Sealed, SealedField, SignedStatement
from portal.store import tables
from portal.store.engine import Db

_ENVELOPES, _GRANTS, _FIELDS = (
    tables.Base.metadata.tables[table.__tablename__]
    for table in (tables.Envelope, tables.EnvelopeGrant, tables.Field)
)
"""As plain columns: a send writes dozens of rows, and needs no object of any."""

_INSERT_ENVELOPE, _INSERT_GRANTS, _INSERT_FIELDS = map(insert_into, (_ENVELOPES, _GRANTS, _FIELDS))


@dataclass(frozen=True, slots=True)
class StoredEnvelope:
    """An envelope, and when and under which definition it was filed."""

    envelope: Envelope
    sealed_at: datetime
    definition_hash: str


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """What was signed of one envelope; None where nothing was."""

    revision: int
    format: int
    sealed_at: datetime
    signed: SignedStatement | None


@dataclass(frozen=True, slots=True)
class FirstFiling:
    """The first filing of a report; `signed` is None where nothing was."""

    shred_id: bytes
    signed: SignedStatement | None


@dataclass(frozen=True, slots=True)
class NextRevision:
    """The number that the next envelope gets; `is_beside_stray` where rows of no envelope stood
    there, and it is a later one.
    """

    number: int
    is_beside_stray: bool


def insert(db: Db, *, envelope: Envelope, sealed_at: datetime, definition_hash: str) -> None:
    """Add one envelope with its grants and fields."""
    where, signed = _place(envelope), envelope.signed
    db.reports.execute(
        _INSERT_ENVELOPE,
        {
            **where,
            "format": envelope.format,
            "shred_id": envelope.shred_id,
            "sealed_at": sealed_at,
            "definition_hash": definition_hash,
            "verify_key": signed and signed.verify_key,
            "statement": signed and signed.statement,
            "signature": signed and signed.signature,
        },
    )
    _insert_sealed(db, envelope)


def _insert_sealed(db: Db, envelope: Envelope) -> None:
    where = _place(envelope)
    db.reports.execute(
        _INSERT_GRANTS,
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
        _INSERT_FIELDS,
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


def statements(db: Db, *, report_id: bytes) -> list[StoredStatement]:
    """Give what was signed of the filing and of each supplement, in order."""
    one = tables.Envelope
    query = select(
        one.revision, one.format, one.sealed_at, one.verify_key, one.statement, one.signature
    )
    rows = db.reports.execute(query.where(one.report_id == report_id).order_by(one.revision))
    return [
        StoredStatement(row[0], row[1], row[2], _signed(row[3], row[4], row[5])) for row in rows
    ]


def first(db: Db, *, report_id: bytes) -> FirstFiling | None:
    """Give the shred id of the first filing of a report, and what was signed of it."""
    one = tables.Envelope
    query = select(one.shred_id, one.verify_key, one.statement, one.signature)
    row = db.reports.execute(query.where(one.report_id == report_id, one.revision == 0)).first()
    return row and FirstFiling(row[0], _signed(row[1], row[2], row[3]))


def has(db: Db, *, shred_id: bytes) -> bool:
    """Tell whether an envelope stands under this shred key."""
    query = select(tables.Envelope.revision).where(tables.Envelope.shred_id == shred_id)
    return db.reports.scalar(query) is not None


def reports_under(db: Db, *, shred_ids: Collection[bytes]) -> list[bytes]:
    """Give the reports of which an envelope stands under one of these shred keys."""
    query = select(tables.Envelope.report_id).where(tables.Envelope.shred_id.in_(shred_ids))
    return list(db.reports.scalars(query.distinct().order_by(tables.Envelope.report_id)))


def next_revision(db: Db, *, report_id: bytes) -> int:
    """Give the number that the next envelope of a report gets."""
    return next_place(db, report_id=report_id).number


def next_place(db: Db, *, report_id: bytes) -> NextRevision:
    """Give the number that the next envelope of a report gets, and what stood in its way."""
    found = union_all(
        *(
            select(literal(is_envelope), func.max(table.revision)).where(
                table.report_id == report_id
            )
            for is_envelope, table in (
                (True, tables.Envelope),
                (False, tables.EnvelopeGrant),
                (False, tables.Field),
            )
        )
    )
    numbers = db.reports.execute(found).all()
    ours = [last + 1 for of_envelope, last in numbers if of_envelope and isinstance(last, int)]
    every = [last + 1 for _, last in numbers if isinstance(last, int)]
    # A stray row under the next number would refuse what a reporter adds.
    number = max(every, default=0)
    return NextRevision(number, is_beside_stray=[number] != ours)


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
                signed=_signed(row.verify_key, row.statement, row.signature),
            ),
            row.sealed_at,
            row.definition_hash,
        )
        for row in rows
    ]


def _place(envelope: Envelope) -> dict[str, object]:
    return {"report_id": envelope.report_id, "revision": envelope.revision}


def _signed(
    verify_key: bytes | None, statement: bytes | None, signature: bytes | None
) -> SignedStatement | None:
    if verify_key is None or statement is None or signature is None:
        return None
    return SignedStatement(verify_key, statement, signature)


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
