"""Reports as releases before statements left them: sealed in format 1, signed by nobody."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from portal.domain.case import Status
from portal.domain.envelope import UNSIGNED_FORMAT, Envelope, Grant, SealedField
from portal.domain.receipt import new_code
from portal.domain.report import Answers, Audience
from portal.intake.submit import id_before_statements
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.sealing.envelope import TABLE, grant_info, kek_info
from portal.sealing.field import FieldContext, seal_text
from portal.sealing.manifest import Manifest
from portal.sealing.seal import PlainField
from portal.sealing.suite import derive, seal_to
from portal.store import definitions, envelopes, receipts, reports, shred, unread
from portal.store.engine import Connection, Db
from portal.store.receipts import ReceiptRow
from tests.builders.answers import threatened_child
from tests.builders.desk import HOME, manifest
from tests.builders.filing import CHILD, MINUTE, PEPPER, SALT

OLD_CODE = new_code(b"an older report!")


OLD_SUBMISSION = b"an old click 123"


@dataclass(frozen=True)
class Old:
    """A report of an earlier release, and what its code gives."""

    report_id: bytes
    agency: str
    keys: ReporterKeys


def file_unsigned(
    connection: Connection, *, submission: bytes = OLD_SUBMISSION, code: str = OLD_CODE
) -> Old:
    """File a report as the release before statements did, with its receipt."""
    keys = derive_keys(code, salt=SALT, pepper=PEPPER)
    report_id, told = id_before_statements(submission), threatened_child()
    row = reports.ReportRow(
        id=report_id,
        agency=HOME,
        audience=Audience.CHILD,
        locale="vi",
        category="sexual_extortion_pictures",
        priority=reports.Priority(1),
        status=Status.NEW,
        received_at=MINUTE,
        due_at=MINUTE + timedelta(minutes=15),
        definition_hash=CHILD.hash,
    )
    with connection.begin(write=True) as db:
        definitions.put(db, hash=CHILD.hash, source=CHILD.source)
        reports.insert(db, row=row)
        add_unsigned(db, row, _fields(told), revision=0)
        receipts.insert(
            db,
            row=ReceiptRow(
                token_hash=keys.token_hash,
                report_id=report_id,
                expires_at=MINUTE + timedelta(days=100),
                agency="",
                audience="",
                verify_key=None,
                tag=None,
            ),
        )
        db.reports.execute(text("UPDATE receipts SET agency = NULL, audience = NULL"))
    return Old(report_id, HOME, keys)


def add_unsigned(
    db: Db,
    row: reports.ReportRow,
    plain: Sequence[PlainField],
    *,
    revision: int,
    at: datetime = MINUTE,
) -> None:
    """Seal one filing or supplement in format 1 into the store."""
    shred_id, shred_key = os.urandom(16), os.urandom(32)
    shred.put(db, shred_id=shred_id, key=shred_key, at=at)
    one = seal_unsigned(manifest(), row.id, row.agency, revision, shred_id, shred_key, plain)
    envelopes.insert(db, envelope=one, sealed_at=at, definition_hash=row.definition_hash)
    if revision:
        unread.add(db, report_id=row.id, compartments={item.compartment for item in plain})


def seal_unsigned(
    to: Manifest,
    report_id: bytes,
    agency: str,
    revision: int,
    shred_id: bytes,
    shred_key: bytes,
    plain: Sequence[PlainField],
) -> Envelope:
    """Seal as format 1 did; `tests/vectors` holds one that was really sealed then."""
    grants, fields, old = [], [], UNSIGNED_FORMAT
    for part in dict.fromkeys(item.compartment for item in plain):
        secret = os.urandom(32)
        about = {"report_id": report_id, "agency": agency, "compartment": part}
        for key in to.recipients(agency, part):
            info = grant_info(**about, key_id=key.key_id, format=old)  # type: ignore[arg-type]
            sealed = seal_to(key.public, secret, info=info)
            grants.append(Grant(part, key.agency, key.epoch, key.key_id, sealed))
        info = kek_info(**about, format=old)  # type: ignore[arg-type]
        kek = derive(secret, salt=shred_key, info=info)
        for item in plain:
            if item.compartment == part:
                place = FieldContext(TABLE, report_id, agency, item.field, part, revision, old)
                sealed_field = seal_text(kek, place, item.text, random=os.urandom)
                fields.append(SealedField(item.field, part, sealed_field))
    return Envelope(report_id, agency, revision, shred_id, tuple(grants), tuple(fields), old)


def _fields(told: Answers) -> list[PlainField]:
    return [
        PlainField(one.id, one.compartment, str(told.get(one.id, "")))
        for one in CHILD.questions
        if isinstance(told.get(one.id, ""), str)
    ] + [PlainField("@assessment", "triage", "")]


def forged_id(name: str) -> bytes:
    """An id of nobody's key."""
    return hashlib.sha256(name.encode()).digest()[:16]
