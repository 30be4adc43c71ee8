"""What a reporter's key signs of each filing and supplement, so that a change of it shows.

A statement says what stands beside an envelope in clear, and the hashes of everything sealed in it.
Whoever holds a report can check it without opening anything. A report's id is a hash of the key
that signs for it: nobody can put another key, or another filing, in its place.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from portal.domain.canon import canon, parts_of
from portal.domain.envelope import Envelope, Grant, SealedField
from portal.domain.report import CONTACT

FILED = "filing:ok"
"""The tag of what the worker notes of each filing in the audit log, about its report."""

UPGRADED = "seals:upgraded"
"""The tag of the entry that names the key that signed what was here before statements."""

_TITLE = b"statement-v2"
_PARTS = 15


class Kind(StrEnum):
    """What a filing or supplement is. `danger`, `wish` and `cancel` are read, and not sent yet."""

    WORDS = "words"
    CONTACT = "contact"
    DANGER = "danger"
    WISH = "wish"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in clear beside an envelope.

    `agency` and `audience` are those of the report. A supplement claims no locale, no category and
    no priority: these are "". `filed_at` is kept to the minute.
    """

    agency: str
    audience: str
    definition_hash: str
    filed_at: datetime
    locale: str = ""
    category: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class FieldHash:
    """One sealed field by its hash (32 bytes)."""

    field: str
    compartment: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class GrantHash:
    """One grant by its hash (32 bytes)."""

    compartment: str
    recipient: str
    epoch: int
    key_id: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """One filing (revision 0) or supplement, as it was when it was sealed."""

    format: int
    report_id: bytes
    revision: int
    kind: Kind
    columns: Columns
    shred_id: bytes
    fields: tuple[FieldHash, ...]
    grants: tuple[GrantHash, ...]

    @property
    def encoded(self) -> bytes:
        """The bytes that are signed, and stored beside the envelope."""
        told = self.columns
        return canon(
            _TITLE,
            self.format,
            self.report_id,
            self.revision,
            self.kind,
            *(told.agency, told.audience, told.locale, told.category, told.priority),
            int(told.filed_at.timestamp()),
            told.definition_hash,
            self.shred_id,
            canon(*(canon(one.field, one.compartment, one.hash) for one in self.fields)),
            canon(
                *(
                    canon(one.compartment, one.recipient, one.epoch, one.key_id, one.hash)
                    for one in self.grants
                )
            ),
        )


def report_id_of(verify_key: bytes) -> bytes:
    """The id (16 bytes) of the report for which an Ed25519 key (32 bytes) signs."""
    return hashlib.sha256(canon("report-v2", verify_key)).digest()[:16]


def digest(encoded: bytes) -> str:
    """SHA-256 of a statement, in base64 for addresses without padding: 43 characters."""
    return base64.urlsafe_b64encode(_sha256(encoded)).decode("ascii").rstrip("=")


def filed_note(revision: int, encoded: bytes) -> str:
    """The action under which the audit log notes a filing: `filing:ok 0 …`, with its digest."""
    return f"{FILED} {revision} {digest(encoded)}"


def upgrade_object(verify_key: bytes) -> str:
    """The name under which the audit log knows the key that signed what was here before."""
    return f"seals:{base64.urlsafe_b64encode(verify_key).decode('ascii')}"


def state(envelope: Envelope, columns: Columns) -> Statement:
    """Describe an envelope as it is now, to sign it or to compare it with what was signed."""
    return Statement(
        format=envelope.format,
        report_id=envelope.report_id,
        revision=envelope.revision,
        kind=_kind({one.field for one in envelope.fields}),
        columns=columns,
        shred_id=envelope.shred_id,
        fields=tuple(_hash_field(one) for one in envelope.fields),
        grants=tuple(
            sorted(
                (_hash_grant(one) for one in envelope.grants),
                key=lambda one: (one.compartment, one.key_id),
            )
        ),
    )


def read_statement(encoded: bytes) -> Statement:
    """Read what `Statement.encoded` wrote; `ValueError` for anything else."""
    try:
        return _read(encoded)
    except (OverflowError, OSError):
        raise ValueError("statement: not of the expected form") from None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was signed: `what` names it, `name` says which one.

    `what` is `field.missing`, `field.changed`, `field.added`, `field.order`, `grant`, or a column:
    `agency`, `audience`, `locale`, `category`, `priority`, `time`, `definition`, `key`, `place`.
    """

    what: str
    name: str = ""


def differences(signed: Statement, found: Statement) -> tuple[Difference, ...]:
    """Give the differences between the statement that was signed and the envelope as it is now."""
    return (
        *_of_fields(signed.fields, found.fields),
        *((Difference("grant"),) if signed.grants != found.grants else ()),
        *_of_columns(signed, found),
    )


def _of_fields(signed: tuple[FieldHash, ...], found: tuple[FieldHash, ...]) -> Iterator[Difference]:
    then = {one.field: one for one in signed}
    now = {one.field: one for one in found}
    for name, one in then.items():
        if name not in now:
            yield Difference("field.missing", name)
        elif now[name] != one:
            yield Difference("field.changed", name)
    yield from (Difference("field.added", name) for name in now if name not in then)
    if then == now and signed != found:
        yield Difference("field.order")


def _of_columns(signed: Statement, found: Statement) -> Iterator[Difference]:
    then, now = signed.columns, found.columns
    for what in ("agency", "audience", "locale", "category", "priority"):
        if getattr(then, what) != getattr(now, what):
            yield Difference(what, getattr(then, what))
    if then.filed_at != now.filed_at:
        yield Difference("time")
    if then.definition_hash != now.definition_hash:
        yield Difference("definition")
    if signed.shred_id != found.shred_id:
        yield Difference("key")
    place = ("format", "report_id", "revision", "kind")
    if any(getattr(signed, name) != getattr(found, name) for name in place):
        yield Difference("place")


def _kind(names: Collection[str]) -> Kind:
    return Kind.CONTACT if CONTACT in names else Kind.WORDS


def _hash_field(one: SealedField) -> FieldHash:
    """Over the wrapped key as well: without it the text opens to nobody."""
    sealed = one.sealed
    both = canon(_sha256(sealed.wrapped_dek), _sha256(sealed.ciphertext))
    return FieldHash(one.field, one.compartment, _sha256(both))


def _hash_grant(one: Grant) -> GrantHash:
    return GrantHash(one.compartment, one.recipient, one.epoch, one.key_id, _sha256(one.sealed))


def _sha256(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def _read(encoded: bytes) -> Statement:
    parts = parts_of(encoded)
    if len(parts) != _PARTS or parts[0] != _TITLE:
        raise ValueError("statement: not of the expected form")
    (
        _,
        version,
        report_id,
        revision,
        kind,
        *clear,
        filed_at,
        definition,
        shred_id,
        fields,
        grants,
    ) = parts
    agency, audience, locale, category, priority = (part.decode("utf-8") for part in clear)
    found = Statement(
        format=_whole(version),
        report_id=report_id,
        revision=_whole(revision),
        kind=Kind(kind.decode("utf-8")),
        columns=Columns(
            agency=agency,
            audience=audience,
            locale=locale,
            category=category,
            priority=priority,
            filed_at=datetime.fromtimestamp(_whole(filed_at), UTC),
            definition_hash=definition.decode("utf-8"),
        ),
        shred_id=shred_id,
        fields=tuple(_read_field(one) for one in parts_of(fields)),
        grants=tuple(_read_grant(one) for one in parts_of(grants)),
    )
    if found.encoded != encoded:
        raise ValueError("statement: not of the expected form")
    return found


def _read_field(encoded: bytes) -> FieldHash:
    name, compartment, hashed = parts_of(encoded)
    return FieldHash(name.decode("utf-8"), compartment.decode("utf-8"), hashed)


def _read_grant(encoded: bytes) -> GrantHash:
    compartment, recipient, epoch, key_id, hashed = parts_of(encoded)
    return GrantHash(
        compartment.decode("utf-8"), recipient.decode("utf-8"), _whole(epoch), key_id, hashed
    )


def _whole(part: bytes) -> int:
    if len(part) != 8:
        raise ValueError("statement: a number has 8 bytes")
    return int.from_bytes(part, "big")
