"""What the public site notices of somebody who writes to the reports database.

Each test does to the rows what such an attacker does; then the child comes back, as on any day.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from portal.domain.errors import ReceiptError
from portal.domain.incidents import IncidentKind
from portal.domain.receipt import new_code
from portal.followup.deletion import ask_deletion, delete_at_once
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.followup.thread import come_back
from portal.intake.submit import Filed, submit
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.operations.upgrading import sign_all
from portal.store.engine import Connection
from tests.builders.attack import attack, slip_in
from tests.builders.coming_back import CODE, KEYS, LATER, answer
from tests.builders.desk import AUDIT
from tests.builders.filing import CHILD, NOW, PEPPER, SALT, file, filing
from tests.builders.noticing import Noticed
from tests.builders.unsigned import OLD_CODE, Old, file_unsigned

THEIR_CODE = new_code(b"the offender's own code")
THEIR_KEYS = derive_keys(THEIR_CODE, salt=SALT, pepper=PEPPER)


@pytest.fixture
def noticed() -> Noticed:
    return Noticed()


@pytest.fixture
def childs(connection: Connection) -> Filed:
    """A report with a supplement and an answer."""
    filed = file(connection, code=CODE)
    answer(connection, filed, "We are here.")
    add(connection, Noticed(), "He wrote again.")
    return filed


def look(connection: Connection, noticed: Noticed, keys: ReporterKeys = KEYS) -> None:
    """Come back, whatever comes of it."""
    with suppress(ReceiptError):
        come_back(intake=noticed.intake(connection), keys=keys, now=LATER)


def add(connection: Connection, noticed: Noticed, words: str) -> None:
    more = {"text": words, "once": os.urandom(16), "now": LATER}
    supplement(intake=noticed.intake(connection), keys=KEYS, **more)  # type: ignore[arg-type]


def test_an_ordinary_life_is_no_incident(connection: Connection, childs: Filed) -> None:
    noticed = Noticed()
    intake = noticed.intake(connection)
    for _ in range(2):
        submit(intake=intake, filing=filing(code=CODE), now=NOW)
        add(connection, noticed, "He wrote once more.")
        look(connection, noticed)
    contact = {"contact": SafeContact("Zalo"), "once": os.urandom(16), "now": LATER}
    change_contact(intake=intake, keys=KEYS, **contact)  # type: ignore[arg-type]
    ask_deletion(intake=intake, keys=KEYS, now=LATER)
    look(connection, noticed)
    assert noticed.seen == []


def test_a_code_that_is_unknown_wrong_or_deleted_is_no_incident(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    look(connection, noticed, THEIR_KEYS)
    object.__setattr__(intake := noticed.intake(connection), "deletes_at_once", True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    look(connection, noticed)
    attack(connection, "DELETE FROM tombstones")
    look(connection, noticed)
    assert noticed.seen == []


def test_a_receipt_that_was_turned_is_told_about_both_reports(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    theirs = file(connection, submission=b"their click" * 2, code=THEIR_CODE)
    attack(connection, "DELETE FROM receipts WHERE report_id = :it", it=childs.report_id)
    attack(connection, "UPDATE receipts SET report_id = :it", it=childs.report_id)
    look(connection, noticed, THEIR_KEYS)
    assert noticed.about(childs.report_id) == {IncidentKind.RECEIPT_TURNED}
    assert noticed.about(theirs.report_id) == {IncidentKind.CODE_LOST}


ATTACKS = {
    "an agency in the receipt": (
        "UPDATE receipts SET agency = 'hotline-intl'",
        {IncidentKind.RECEIPT_CHANGED},
    ),
    "a longer life of the code": (
        "UPDATE receipts SET expires_at = expires_at + 86400",
        {IncidentKind.RECEIPT_CHANGED},
    ),
    "no tag": ("UPDATE receipts SET tag = NULL", {IncidentKind.RECEIPT_CHANGED}),
    "no statement": (
        "UPDATE envelopes SET statement = NULL WHERE revision = 0",
        {IncidentKind.FILING_UNSIGNED},
    ),
    "another signature": (
        "UPDATE envelopes SET signature = statement WHERE revision = 0",
        {IncidentKind.FILING_UNSIGNED},
    ),
    "the first filing at another number": (
        "UPDATE envelopes SET revision = 7 WHERE revision = 0",
        {IncidentKind.FILING_UNSIGNED},
    ),
    "a lower priority": (
        "UPDATE reports SET priority = priority + 1",
        {IncidentKind.REPORT_CHANGED},
    ),
    "another agency": (
        "UPDATE reports SET agency = 'hotline-intl'",
        {IncidentKind.REPORT_CHANGED},
    ),
    "another time": (
        "UPDATE envelopes SET sealed_at = sealed_at - 86400 WHERE revision = 0",
        {IncidentKind.REPORT_CHANGED},
    ),
    "another shred key for the filing": (
        "UPDATE envelopes SET shred_id = 'xxxxxxxxxxxxxxxx' WHERE revision = 0",
        {IncidentKind.REPORT_CHANGED},
    ),
    "an addition without a signature": (
        "UPDATE envelopes SET signature = NULL WHERE revision = 1",
        {IncidentKind.ADDITION_UNSIGNED},
    ),
    "an addition at another number": (
        "UPDATE envelopes SET revision = 2 WHERE revision = 1",
        {IncidentKind.ADDITION_UNSIGNED, IncidentKind.ADDITION_MISSING},
    ),
    "another time of an addition": (
        "UPDATE envelopes SET sealed_at = sealed_at + 60 WHERE revision = 1",
        {IncidentKind.ADDITION_CHANGED},
    ),
    "a reply of their own": (
        "UPDATE messages SET sealed = id",
        {IncidentKind.REPLY_LOST},
    ),
    "a reply under a key that is not there": (
        "UPDATE messages SET shred_id = id",
        {IncidentKind.REPLY_LOST},
    ),
    "all is done": ("UPDATE reports SET status = 'closed'", {IncidentKind.STATE_UNSIGNED}),
}
"""What somebody writes, and what the site tells when the child has come back."""


@pytest.mark.parametrize("what", ATTACKS)
def test_it_is_told_when_the_child_comes_back(
    connection: Connection, childs: Filed, noticed: Noticed, what: str
) -> None:
    sql, kinds = ATTACKS[what]
    # Where the databases allow it: whoever writes there can take the keys between tables away.
    with connection.reports.execution_options(portal_write=True).connect() as plain:
        if plain.dialect.name == "postgresql":
            plain.execute(text("SET session_replication_role = replica"))
            sql = sql.replace("'xxxxxxxxxxxxxxxx'", "'xxxxxxxxxxxxxxxx'::bytea")
        else:
            plain.exec_driver_sql("COMMIT")
            plain.exec_driver_sql("PRAGMA foreign_keys=OFF")
            plain.exec_driver_sql("BEGIN IMMEDIATE")
        assert plain.execute(text(sql)).rowcount
        plain.commit()
        plain.invalidate()
    look(connection, noticed)
    assert noticed.about(childs.report_id) == noticed.kinds == kinds


def test_a_report_that_is_gone_without_anybodys_act_is_told_of(
    sqlite_connection: Connection, noticed: Noticed
) -> None:
    """SQLite's own shell deletes a report and leaves its receipt."""
    filed = file(sqlite_connection, code=CODE)
    with sqlite_connection.reports.connect() as plain:
        plain.exec_driver_sql("COMMIT")
        plain.exec_driver_sql("PRAGMA foreign_keys=OFF")
        plain.exec_driver_sql("DELETE FROM reports")
        plain.exec_driver_sql("BEGIN")
        plain.invalidate()
    look(sqlite_connection, noticed)
    assert noticed.seen == [(IncidentKind.REPORT_GONE, filed.report_id)]
    when = {"it": filed.report_id}
    attack(sqlite_connection, "INSERT INTO tombstones VALUES (:it, 'x', 'desk', 1)", **when)
    look(sqlite_connection, noticed)
    assert len(noticed.seen) == 1


def test_a_missing_addition_is_told_of(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    add(connection, noticed, "And again.")
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table} WHERE revision = 1")
    look(connection, noticed)
    assert noticed.kinds == {IncidentKind.ADDITION_MISSING}


def test_a_broken_filing_is_told_of_when_the_child_only_adds_something(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    attack(connection, "UPDATE envelopes SET signature = NULL WHERE revision = 0")
    add(connection, noticed, "He is back.")
    assert noticed.seen == [(IncidentKind.FILING_UNSIGNED, childs.report_id)]


def test_a_shred_key_that_an_older_copy_lacks_is_no_incident(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    """As after a restored backup of the reports: they were deleted since."""
    attack(connection.shred, "DELETE FROM shred_keys")
    look(connection, noticed)
    assert noticed.seen == []


def test_words_that_somebody_slipped_in_are_told_of(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    intake = noticed.intake(connection)
    slip_in(intake, childs.report_id, "All is well.", revision=2, signer=THEIR_KEYS.statement_key)
    look(connection, noticed)
    assert noticed.seen == [(IncidentKind.ADDITION_UNSIGNED, childs.report_id)]


def test_a_stray_row_in_the_way_of_an_addition_is_told_of(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    attack(
        connection,
        "INSERT INTO fields (report_id, revision, field, compartment, position, wrapped_dek,"
        " ciphertext) SELECT report_id, 2, field, compartment, position, wrapped_dek, ciphertext"
        " FROM fields WHERE revision = 1",
    )
    add(connection, noticed, "He is back.")
    assert noticed.seen == [(IncidentKind.ROW_STRAY, childs.report_id)]


def test_questions_that_somebody_changed_are_told_of(
    connection: Connection, childs: Filed, noticed: Noticed
) -> None:
    changed = CHILD.source.replace(b"code_only", b"contact_x")
    attack(connection, "UPDATE definitions SET source = :it", it=changed)
    add(connection, noticed, "He is back.")
    assert noticed.seen == [(IncidentKind.DEFINITION_CHANGED, childs.report_id)]
    filed = submit(
        intake=noticed.intake(connection), filing=filing(submission=b"another one" * 2), now=NOW
    )
    assert noticed.seen[1:] == [(IncidentKind.DEFINITION_CHANGED, filed.report_id)]


@pytest.fixture
def old(connection: Connection) -> Old:
    """A report from before statements, signed when they came."""
    filed = file_unsigned(connection)
    sign_all(connection, key=AUDIT, pepper=PEPPER, now=datetime.now(UTC), progress=lambda *_: None)
    return filed


def test_an_older_report_is_no_incident(connection: Connection, old: Old, noticed: Noticed) -> None:
    keys = derive_keys(OLD_CODE, salt=SALT, pepper=PEPPER)
    more = {"text": "He is back.", "once": os.urandom(16), "now": LATER}
    supplement(intake=noticed.intake(connection), keys=keys, **more)  # type: ignore[arg-type]
    for _ in range(2):
        look(connection, noticed, keys)
    assert noticed.seen == []


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE receipts SET tag = NULL", IncidentKind.RECEIPT_CHANGED),
        ("UPDATE receipts SET verify_key = token_hash", IncidentKind.RECEIPT_CHANGED),
        ("UPDATE envelopes SET signature = NULL", IncidentKind.FILING_UNSIGNED),
    ],
)
def test_what_was_changed_of_an_older_report_is_told_of(
    connection: Connection, old: Old, noticed: Noticed, sql: str, kind: IncidentKind
) -> None:
    attack(connection, sql)
    look(connection, noticed, old.keys)
    assert noticed.seen == [(kind, old.report_id)]
