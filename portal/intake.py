"""The only way in: every form and every API ends here, and every report is sealed here."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.domain.canon import canon
from portal.domain.case import Status, reference
from portal.domain.errors import PortalError, ReceiptError
from portal.domain.factor import Priority
from portal.domain.priority import Assessment, assess, to_json
from portal.domain.questionnaire import Problem, Questionnaire
from portal.domain.receipt import normalise
from portal.domain.report import Answers, Compartment, answer_to_text
from portal.domain.routing import Routing
from portal.mailbox.reporter import ReporterKeys, derive_keys, dummy_open, open_reply
from portal.sealing.field import Random
from portal.sealing.manifest import Manifest
from portal.sealing.seal import PlainField, seal_report
from portal.store import Connection, Db, definitions, envelopes, messages, receipts, reports, shred

ASSESSMENT = "@assessment"
"""The system's field in which the judgement is sealed."""

REPORTER_KEY = "@reporter_key"
"""The system's field in which the reporter's public key is sealed, in base64: replies are sealed to
this one, which nobody who can write to the database can exchange."""

MORE = "@more"
"""The field of a supplement: what the reporter adds, in their own words."""

LONGEST_SUPPLEMENT = 10_000
"""Characters."""


class NotComplete(PortalError):
    """The answers can't be filed yet; `problems` names the questions."""

    code = "not_complete"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a process holds to take reports in: public keys and the pepper."""

    connection: Connection
    manifest: Manifest
    routing: Routing
    salt: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    receipt_days: int = 730


@dataclass(frozen=True, slots=True)
class Filing:
    """One report on its way in. `submission` (16 bytes or more) is the same for a second click."""

    questionnaire: Questionnaire
    locale: str
    answers: Answers = field(repr=False)
    submission: bytes = field(repr=False)
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a filing; `created` is False when it had been filed before."""

    report_id: bytes
    reference: str
    created: bool
    agency: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, opened for the reporter."""

    sent_at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Returning:
    """What a reporter sees who comes back with a code."""

    report_id: bytes
    status: Status
    received_at: datetime
    supplements: tuple[datetime, ...]
    replies: tuple[Reply, ...]
    deletion_asked_at: datetime | None


def report_id_of(submission: bytes) -> bytes:
    """The id (16 bytes) of the report that a submission becomes."""
    return hashlib.sha256(canon("submission-v1", submission)).digest()[:16]


def submit(*, intake: Intake, filing: Filing, now: datetime, random: Random = os.urandom) -> Filed:
    """Judge, route, seal and store one report, in one transaction.

    Raises `NotComplete` when the one required answer is missing. The same submission twice files
    one report. The shred key is written first: a crash leaves a key without a report, never a
    report without its key.
    """
    answers = filing.questionnaire.prune(filing.answers)
    problems = filing.questionnaire.validate(answers)
    if problems:
        raise NotComplete(problems)
    judged = assess(filing.questionnaire, answers)
    agency = intake.routing.route(
        country=str(answers.get("country", "")), language=filing.locale, category=judged.category
    )
    report_id, minute = report_id_of(filing.submission), _minute(now)
    keys = _reporter(intake, filing.code)
    row = reports.ReportRow(
        id=report_id,
        agency=agency.id,
        audience=filing.questionnaire.audience,
        locale=filing.locale,
        category=judged.category,
        priority=judged.priority,
        status=Status.NEW,
        received_at=minute,
        due_at=agency.due_at(judged.priority, minute),
        definition_hash=filing.questionnaire.hash,
    )
    plain = _fields(filing.questionnaire, answers, judged, keys)
    with intake.connection.begin(write=True) as db:
        definitions.put(db, hash=filing.questionnaire.hash, source=filing.questionnaire.source)
        created = reports.insert(db, row=row)
        if created:
            _seal(db, intake, row, plain, revision=0, at=minute, random=random)
            _add_receipt(db, intake, keys, row)
    return Filed(report_id, reference(report_id), created, agency.id, judged)


def return_with(*, intake: Intake, code: str, now: datetime) -> Returning:
    """Open the status and the replies of the report behind a code, as a reporter typed it.

    Raises `ReceiptError` (`receipt.length`, `receipt.check`, `receipt.unknown`). An unknown code
    costs the same derivation and one opening, as a known one without many replies does.
    """
    keys = derive_keys(normalise(code), salt=intake.salt, pepper=intake.pepper)
    return come_back(intake=intake, keys=keys, now=now)


def come_back(*, intake: Intake, keys: ReporterKeys, now: datetime) -> Returning:
    """The same as `return_with`, for keys that were derived a moment ago."""
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now)
        receipts.touch(db, report_id=row.id, day=now.replace(hour=0, minute=0, second=0))
        found = messages.for_report(db, report_id=row.id)
        filed = envelopes.times(db, report_id=row.id)
    replies = tuple(
        Reply(
            one.sent_at,
            open_reply(keys, report_id=row.id, message_id=one.id, sealed=one.sealed),
        )
        for one in found
    )
    if not replies:
        dummy_open(keys)
    return Returning(
        row.id, row.status, row.received_at, tuple(filed[1:]), replies, row.deletion_asked_at
    )


def supplement(
    *,
    intake: Intake,
    keys: ReporterKeys,
    text: str,
    once: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> bool:
    """Add what a reporter tells later: a new envelope of the same report, the next revision.

    `once` (16 bytes) is the same for a second click; False when it was added before. A waiting
    case goes back to the desk, and so does a closed one: what a child adds is never lost.
    """
    if not text.strip() or len(text) > LONGEST_SUPPLEMENT:
        raise ValueError("supplement: empty or too long")
    shred_id = hashlib.sha256(canon("supplement-v1", keys.token_hash, once)).digest()[:16]
    plain = [PlainField(MORE, Compartment.TRIAGE, text)]
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now)
        if envelopes.has(db, shred_id=shred_id):
            return False
        revision = envelopes.next_revision(db, report_id=row.id)
        _seal(db, intake, row, plain, revision=revision, at=_minute(now), random=random,
              shred_id=shred_id)  # fmt: skip
        _wake(db, intake, row, _minute(now))
    return True


def ask_deletion(*, intake: Intake, keys: ReporterKeys, now: datetime) -> bool:
    """Note that the reporter asks for deletion; a member decides. False when noted before."""
    with intake.connection.begin(write=True) as db:
        row = _find(db, keys, now)
        return reports.ask_deletion(db, report_id=row.id, at=_minute(now))


def _find(db: Db, keys: ReporterKeys, now: datetime) -> reports.ReportRow:
    receipt = receipts.find(db, token_hash=keys.token_hash, now=now)
    row = receipt and reports.get(db, report_id=receipt.report_id)
    if not row:
        dummy_open(keys)
        raise ReceiptError("receipt.unknown")
    return row


def _wake(db: Db, intake: Intake, row: reports.ReportRow, minute: datetime) -> None:
    if row.status in (Status.WAITING, Status.CLOSED):
        reports.set_status(db, report_id=row.id, expected=row.status, to=Status.NEW)
        due_at = intake.routing.agency(row.agency).due_at(Priority(row.priority), minute)
        reports.set_due(db, report_id=row.id, due_at=due_at)


def _reporter(intake: Intake, code: str | None) -> ReporterKeys | None:
    return (code and derive_keys(code, salt=intake.salt, pepper=intake.pepper)) or None


def _fields(
    questionnaire: Questionnaire,
    answers: Answers,
    judged: Assessment,
    keys: ReporterKeys | None,
) -> list[PlainField]:
    """Every question is written, also the empty ones, so that nothing shows by its absence."""
    key = base64.b64encode(keys.public).decode("ascii") if keys else ""
    asked = [
        PlainField(question.id, question.compartment, answer_to_text(answers.get(question.id, "")))
        for question in questionnaire.questions
    ]
    return [
        *asked,
        PlainField(ASSESSMENT, Compartment.TRIAGE, to_json(judged)),
        PlainField(REPORTER_KEY, Compartment.TRIAGE, key),
    ]


def _seal(
    db: Db,
    intake: Intake,
    row: reports.ReportRow,
    plain: Sequence[PlainField],
    *,
    revision: int,
    at: datetime,
    random: Random,
    shred_id: bytes | None = None,
) -> None:
    shred_id = shred_id or random(16)
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


def _add_receipt(db: Db, intake: Intake, keys: ReporterKeys | None, row: reports.ReportRow) -> None:
    if keys is not None:
        expires_at = row.received_at + timedelta(days=intake.receipt_days)
        receipts.insert(db, token_hash=keys.token_hash, report_id=row.id, expires_at=expires_at)


def _minute(now: datetime) -> datetime:
    """Times of reporters are kept to the minute, no finer."""
    return now.replace(second=0, microsecond=0)
