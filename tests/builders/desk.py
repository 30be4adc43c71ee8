"""A desk to test with: two agencies, their keys, a member of every role, and reports."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from portal import triage
from portal.access import (
    Act,
    Enrolled,
    Principal,
    Role,
    TrustedLog,
    compartments_of,
    grant_seed,
    keyring,
    totp,
)
from portal.access.membership import enrol
from portal.domain.assessment.assess import assess, to_json
from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.domain.log_signers import LogSigner, SignerKind
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import Questionnaire, load_builtin
from portal.domain.report import (
    ASSESSMENT,
    REPORTER_KEY,
    Answers,
    Audience,
    Compartment,
    answer_to_text,
)
from portal.domain.statement import Columns, state
from portal.intake.receipt import tagged
from portal.sealing.manifest import Manifest, RecipientKey
from portal.sealing.seal import PlainField, seal_report
from portal.sealing.statement import StatementKey
from portal.sealing.suite import public_from_seed
from portal.store import definitions, envelopes, factors, members, receipts, reports, shred
from portal.store.columns import columns_of
from portal.store.engine import Connection, Db
from portal.store.factors import FactorRow
from portal.store.members import MemberRow
from portal.store.receipts import ReceiptRow
from portal.store.reports import ReportRow
from portal.vault.keyring import Keyring, RoleSeed
from portal.vault.member import FactorSet, unlock
from portal.vault.signing import AuditKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOME, ABROAD = "hotline-vn", "hotline-intl"
PEPPER = b"p" * 32
PASSPHRASE = "four quiet green lamps"
AUDIT = AuditKey(b"a" * 32, "desk-1")
LOG_SIGNERS = (LogSigner(AUDIT.name, SignerKind.DESK, AUDIT.public),)


def role_seed(agency: str, compartment: str, epoch: int = 1) -> RoleSeed:
    """The seed behind one key of the test manifest: the same in every test."""
    seed = hashlib.sha256(f"{agency} {compartment} {epoch}".encode()).digest()
    return RoleSeed(agency, str(compartment), epoch, seed)


@cache
def manifest() -> Manifest:
    """Public keys of two agencies."""
    keys = tuple(
        RecipientKey(agency, str(part), 1, public_from_seed(role_seed(agency, part).seed))
        for agency in (HOME, ABROAD)
        for part in Compartment
    )
    recovery = RecipientKey("recovery", "recovery", 1, public_from_seed(b"r" * 32))
    return Manifest(1, NOW + timedelta(days=365), True, keys, recovery, LOG_SIGNERS)


def totp_secret(name: str) -> bytes:
    """What stands in the phone of that member."""
    return hashlib.sha1(name.encode()).digest()


def code(name: str, at: datetime = NOW) -> str:
    """What the phone of that member shows."""
    return totp.code_at(totp_secret(name), at)


def enrolled(name: str, role: Role, agency: str = HOME) -> Enrolled:
    """An enrolled member with keys. Cached, because a passphrase costs a quarter of a second."""
    return _enrolled(name, role, agency)


@cache
def _enrolled(name: str, role: Role, agency: str) -> Enrolled:
    bare = MemberRow(name=name, role=role.value, agency=agency, status="invited", created_at=NOW)
    return enrol(bare, PASSPHRASE, totp_secret(name), NOW, os.urandom)


def member_row(name: str, role: Role, agency: str = HOME) -> MemberRow:
    """The row of an enrolled member."""
    return enrolled(name, role, agency).row


@cache
def member_seed(name: str, role: Role, agency: str = HOME) -> bytes:
    """The seed that the member's passphrase opens."""
    mine = enrolled(name, role, agency).passphrase
    return unlock(name, PASSPHRASE, FactorSet(mine.salt, mine.sealed_seed))


def act(name: str, role: Role, agency: str = HOME, now: datetime = NOW) -> Act:
    """A deed of that member."""
    return Act(Principal(name, role, agency), now, TrustedLog(AUDIT))


def logged(db: Db, row: MemberRow) -> None:
    """Write into the log what a member is and holds, as every act that changes it does."""
    operator = Act(Principal("operator", Role.ADMINISTRATOR, row.agency), NOW, TrustedLog(AUDIT))
    operator.record_member(db, "member:enrolled", row.name, row.role)


def insert_member(db: Db, row: MemberRow, sets: Iterable[FactorRow] = ()) -> None:
    """Put a member into the store as the rows say, and into the log."""
    members.insert(db, row=row)
    factors.insert(db, rows=sets)
    logged(db, row)


def add_member(db: Db, name: str, role: Role, agency: str = HOME, *, granted: bool = True) -> Act:
    """Put an enrolled member into the store, with what the role may hold."""
    insert_member(db, member_row(name, role, agency), enrolled(name, role, agency).sets)
    for part in compartments_of(role) if granted else ():
        seed = role_seed(agency, part)
        grant_seed(db, member=name, role_seed=seed, now=NOW, log=TrustedLog(AUDIT))
    return act(name, role, agency)


def keys_of(db: Db, who: Act) -> Keyring:
    """The keyring that this member's own seed opens."""
    by = who.by
    seed = member_seed(by.member, by.role, by.agency)
    return keyring(db, member=by.member, seed=seed, log=who.log)


def see(connection: Connection, who: Act, report_id: bytes, *opened: Compartment) -> triage.Case:
    """Fetch the page of a case as this member sees it."""
    with connection.begin(write=False) as db:
        return triage.see_case(
            db,
            by=who.by,
            keys=keys_of(db, who),
            report_id=report_id,
            opened=opened,
            now=who.now,
            verify=who.log.verify,
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """A report in the store, and the seeds that its reporter's code would give."""

    id: bytes
    reporter_seed: bytes
    sign_seed: bytes


def move(db: Db, who: Act, report_id: bytes, **more: Any) -> None:
    """Move a case as a member does who reads everything first."""
    keys = keys_of(db, who)
    about = {"act": who, "keys": keys, "report_id": report_id}
    new = triage.open_new_words(db, **about, filings=0)
    triage.move(db, **about, **more, filings=new.filings)


STORY: Answers = {
    "happening": ("threat_share", "want_money"),
    "safe_now": "no",
    "country": "VN",
    "story": "Họ nói sẽ gửi ảnh của em cho bạn bè.",
    "selectors": (),
    "contact": "contact",
    "safe_contact": "Zalo 0900 000 000",
}


def file_report(
    db: Db,
    *,
    number: int = 1,
    agency: str = HOME,
    answers: Answers | None = None,
    priority: Priority | None = None,
    questionnaire: Questionnaire | None = None,
    received_at: datetime = NOW,
    has_receipt: bool = True,
    **changes: object,
) -> Filed:
    """File a sealed report, the way intake does."""
    asked = questionnaire or load_builtin(Audience.CHILD)
    told = Answered(asked, STORY if answers is None else answers).kept
    judged = assess(Answered(asked, told))
    sign_seed = hashlib.sha256(f"signer {number}".encode()).digest()
    signer = StatementKey(sign_seed)
    report_id = signer.report_id
    reporter_seed = hashlib.sha256(f"reporter {number}".encode()).digest()
    public = base64.b64encode(public_from_seed(reporter_seed)).decode() if has_receipt else ""
    plain = [
        PlainField(q.id, str(q.compartment), answer_to_text(told.get(q.id, "")))
        for q in asked.questions
    ]
    plain.append(PlainField(ASSESSMENT, "triage", to_json(judged)))
    plain.append(PlainField(REPORTER_KEY, "triage", public))
    urgency = judged.priority if priority is None else priority
    row = ReportRow(
        id=report_id,
        agency=agency,
        audience=str(asked.audience),
        locale="vi",
        category=judged.category,
        priority=urgency,
        status=Status.NEW,
        received_at=received_at,
        due_at=received_at + timedelta(minutes=15),
        definition_hash=asked.hash,
    )
    definitions.put(db, hash=asked.hash, source=asked.source)
    row = replace(row, **changes)  # type: ignore[arg-type]
    reports.insert(db, row=row)
    seal(db, signer, 0, plain, columns_of(row))
    if has_receipt:
        bare = ReceiptRow(
            token_hash=hashlib.sha256(report_id).digest(),
            report_id=report_id,
            expires_at=received_at + timedelta(days=365),
            agency=row.agency,
            audience=row.audience,
            verify_key=None,
            tag=None,
        )
        receipts.insert(db, row=tagged(bare, pepper=PEPPER))
    return Filed(report_id, reporter_seed, sign_seed)


def add_supplement(
    db: Db, filed: Filed, plain: list[PlainField], *, revision: int = 1, at: datetime = NOW
) -> None:
    """Add to a report of a child at home what its reporter signs."""
    asked = load_builtin(Audience.CHILD)
    columns = Columns(HOME, Audience.CHILD, asked.hash, at)
    seal(db, StatementKey(filed.sign_seed), revision, plain, columns)


def seal(
    db: Db, signer: StatementKey, revision: int, plain: list[PlainField], columns: Columns
) -> None:
    """Seal one filing or supplement into the store, signed."""
    shred_id, shred_key = os.urandom(16), os.urandom(32)
    shred.put(db, shred_id=shred_id, key=shred_key, at=columns.filed_at)
    envelope = seal_report(
        manifest=manifest(),
        report_id=signer.report_id,
        agency=columns.agency,
        revision=revision,
        shred_id=shred_id,
        shred_key=shred_key,
        plain=plain,
    )
    envelopes.insert(
        db,
        envelope=replace(envelope, signed=signer.sign(state(envelope, columns))),
        sealed_at=columns.filed_at,
        definition_hash=columns.definition_hash,
    )
