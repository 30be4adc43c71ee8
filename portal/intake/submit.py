"""The only way in: every form and every API ends here, and every report is sealed here."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.domain.assessment.assess import Assessment, assess, to_json
from portal.domain.assessment.routing import Agency
from portal.domain.canon import canon
from portal.domain.case import Status, reference
from portal.domain.errors import PortalError
from portal.domain.incidents import IncidentKind
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Problem
from portal.domain.report import ASSESSMENT, REPORTER_KEY, Compartment, answer_to_text
from portal.intake.filing import Intake, Unsealed, seal, store_sealed, to_the_minute, told_in
from portal.intake.receipt import tagged
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.sealing.field import Random
from portal.sealing.seal import PlainField
from portal.sealing.statement import StatementKey, key_without_code
from portal.store import definitions, envelopes, erasing, receipts, reports
from portal.store.columns import columns_of
from portal.store.engine import Db
from portal.store.receipts import ReceiptRow


class NotComplete(PortalError):
    """The answers can't be filed yet; `problems` names the questions."""

    code = "not_complete"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class WasDeleted(PortalError):
    """The same report was filed before, and deleted since: it is not filed again by itself."""

    code = "was_deleted"


@dataclass(frozen=True, slots=True)
class Filing:
    """One report on its way in. `submission` (16 bytes or more) is the same for a second click.

    With a code its reporter can come back; a second click derives the same one. Without a code the
    submission must be random and secret, and `platform` names who sent it.
    """

    answered: Answered
    locale: str
    submission: bytes = field(repr=False)
    code: str | None = field(default=None, repr=False)
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a filing; `created` is False when it had been filed before.

    `is_same` is False when that was with other answers: these ones are then stored nowhere.
    """

    report_id: bytes
    reference: str
    created: bool
    is_same: bool
    agency: str
    assessment: Assessment


def was_deleted(*, intake: Intake, report_id: bytes) -> bool:
    """Tell whether a report was deleted."""
    with intake.connection.begin(write=False) as db:
        return erasing.is_gone(db, report_id=report_id)


def id_before_statements(submission: bytes) -> bytes:
    """The id (16 bytes) that a submission's report had in releases before statements."""
    return hashlib.sha256(canon("submission-v1", submission)).digest()[:16]


def submit(*, intake: Intake, filing: Filing, now: datetime, random: Random = os.urandom) -> Filed:
    """Judge, route, seal, sign and store one report, in one transaction.

    Raises `NotComplete` when the one required answer is missing, and `WasDeleted` when the report
    was filed before and deleted since. The same submission (or code) twice files one report, and
    the answer tells whether it was with the same answers. The shred key is written first: a crash
    leaves a key without a report, never a report without its key.
    """
    answered, definition = filing.answered, filing.answered.questionnaire
    problems = answered.problems_of_filing()
    if problems:
        raise NotComplete(problems)
    judged = assess(answered)
    agency = _route(intake, filing, judged)
    keys = _reporter(intake, filing)
    signer = keys.statement_key if keys else _site_key(intake, filing)
    row = _row(filing, judged, agency, report_id=signer.report_id, at=to_the_minute(now))
    plain = _fields(answered, judged, keys)
    # Before the lock: SQLite lets one writer in at a time, and sealing is most of the work.
    shred_id = _shred_id(filing.submission, plain)
    unsealed = Unsealed(row.id, 0, shred_id, columns_of(row), plain, signer)
    ready = seal(intake, unsealed, random=random)
    with intake.connection.begin(write=True) as db:
        earlier = id_before_statements(filing.submission)
        before = erasing.look_before(db, report_id=row.id, earlier_id=earlier)
        if before.is_gone:
            raise WasDeleted
        if before.is_filed:
            is_same = envelopes.has(db, shred_id=shred_id)
            return Filed(earlier, reference(earlier), False, is_same, agency.id, judged)
        if not definitions.put(db, hash=definition.hash, source=definition.source):
            intake.notice(IncidentKind.DEFINITION_CHANGED, row.id)
        created = reports.insert(db, row=row)
        if created:
            store_sealed(db, intake, ready, random=random)
            _add_receipt(db, intake, keys, row)
        is_same = created or envelopes.has(db, shred_id=shred_id)
    return Filed(row.id, reference(row.id), created, is_same, agency.id, judged)


def _route(intake: Intake, filing: Filing, judged: Assessment) -> Agency:
    return intake.routing.route(
        country=str(filing.answered.kept.get("country", "")),
        language=filing.locale,
        category=judged.category,
    )


def _row(
    filing: Filing, judged: Assessment, agency: Agency, *, report_id: bytes, at: datetime
) -> reports.ReportRow:
    definition = filing.answered.questionnaire
    return reports.ReportRow(
        id=report_id,
        agency=agency.id,
        audience=definition.audience,
        locale=filing.locale,
        category=judged.category,
        priority=judged.priority,
        status=Status.NEW,
        received_at=at,
        due_at=agency.due_at(judged.priority, at),
        definition_hash=definition.hash,
    )


def _shred_id(submission: bytes, plain: Sequence[PlainField]) -> bytes:
    """The same for the same answers of one submission; other answers are never taken for them.

    A reporter's submission is random and nowhere stored, so nobody can try answers against the id.
    """
    return hashlib.sha256(canon("filing-v1", submission, told_in(plain))).digest()[:16]


def _reporter(intake: Intake, filing: Filing) -> ReporterKeys | None:
    if not filing.code:
        return None
    return derive_keys(filing.code, salt=intake.salt, pepper=intake.pepper)


def _site_key(intake: Intake, filing: Filing) -> StatementKey:
    return key_without_code(intake.pepper, platform=filing.platform, submission=filing.submission)


def _fields(answered: Answered, judged: Assessment, keys: ReporterKeys | None) -> list[PlainField]:
    """Every question is written, also the empty ones, so that nothing shows by its absence."""
    key = base64.b64encode(keys.public).decode("ascii") if keys else ""
    asked = [
        PlainField(
            question.id, question.compartment, answer_to_text(answered.kept.get(question.id, ""))
        )
        for question in answered.questionnaire.questions
    ]
    return [
        *asked,
        PlainField(ASSESSMENT, Compartment.TRIAGE, to_json(judged)),
        PlainField(REPORTER_KEY, Compartment.TRIAGE, key),
    ]


def _add_receipt(db: Db, intake: Intake, keys: ReporterKeys | None, row: reports.ReportRow) -> None:
    if keys is None:
        return
    bare = ReceiptRow(
        token_hash=keys.token_hash,
        report_id=row.id,
        expires_at=row.received_at + timedelta(days=intake.receipt_days),
        agency=row.agency,
        audience=row.audience,
        verify_key=None,
        tag=None,
    )
    receipts.insert(db, row=tagged(bare, pepper=intake.pepper))
