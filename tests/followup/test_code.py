"""Whoever can write to the reports database turns receipts to other reports, with a code of theirs.

Each test does to the rows what such an attacker does, and comes back with a code.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import pytest

from portal.domain.errors import ReceiptError
from portal.domain.receipt import new_code
from portal.domain.report import Audience
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.followup.thread import come_back as open_thread
from portal.intake.submit import Filed
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.operations.upgrading import sign_all
from portal.store import envelopes, receipts
from portal.store.engine import Connection
from tests.builders.attack import attack, slip_in
from tests.builders.coming_back import CODE, KEYS, LATER, add, come_back
from tests.builders.desk import AUDIT
from tests.builders.filing import CHILD, PEPPER, SALT, file, intake_of
from tests.builders.unsigned import OLD_CODE, Old, file_unsigned

THEIRS = new_code(b"the offender's own code")
THEIR_KEYS = derive_keys(THEIRS, salt=SALT, pepper=PEPPER)


def filings(connection: Connection, report_id: bytes) -> int:
    with connection.begin(write=False) as db:
        return envelopes.next_revision(db, report_id=report_id)


@pytest.fixture
def childs(connection: Connection) -> Filed:
    return file(connection, code=CODE)


@pytest.fixture
def theirs(connection: Connection) -> Filed:
    return file(connection, submission=b"their click" * 2, code=THEIRS)


def tries(connection: Connection, keys: ReporterKeys) -> None:
    """Everything that a code is good for."""
    about = {"intake": intake_of(connection), "keys": keys, "now": LATER}
    with pytest.raises(ReceiptError, match="unknown"):
        open_thread(**about)  # type: ignore[arg-type]
    with pytest.raises(ReceiptError, match="unknown"):
        supplement(**about, text="All is well.", once=os.urandom(16))  # type: ignore[arg-type]
    with pytest.raises(ReceiptError, match="unknown"):
        change_contact(**about, contact=SafeContact("Zalo"), once=os.urandom(16))  # type: ignore[arg-type]


def test_a_receipt_that_was_turned_to_a_childs_report_leads_nowhere(
    connection: Connection, childs: Filed, theirs: Filed
) -> None:
    attack(connection, "DELETE FROM receipts WHERE report_id = :it", it=childs.report_id)
    attack(connection, "UPDATE receipts SET report_id = :it", it=childs.report_id)
    tries(connection, THEIR_KEYS)
    assert filings(connection, childs.report_id) == 1


def test_nor_does_one_that_carries_the_childs_tag(
    connection: Connection, childs: Filed, theirs: Filed
) -> None:
    """The row of the child's receipt, with the token of the attacker's code."""
    attack(connection, "DELETE FROM receipts WHERE report_id = :it", it=theirs.report_id)
    token = THEIR_KEYS.token_hash
    attack(connection, "UPDATE receipts SET token_hash = :it", it=token)
    tries(connection, THEIR_KEYS)
    assert filings(connection, childs.report_id) == 1


def test_a_child_whose_receipt_was_changed_is_not_turned_away(
    connection: Connection, childs: Filed
) -> None:
    """What their own key signed of the filing says to whom it went, whatever the row says."""
    attack(connection, "UPDATE receipts SET agency = 'hotline-intl', audience = 'platform'")
    attack(connection, "UPDATE reports SET agency = 'hotline-intl', audience = 'platform'")
    assert come_back(connection).audience == Audience.CHILD
    assert add(connection, "He is back.")
    with connection.begin(write=False) as db:
        _, second = envelopes.all_for(db, report_id=childs.report_id, agency=childs.agency)
    assert {one.recipient for one in second.envelope.grants} == {childs.agency, "recovery"}


def test_what_a_child_adds_goes_to_the_first_agency_also_where_the_filing_was_broken(
    connection: Connection, childs: Filed
) -> None:
    attack(connection, "UPDATE envelopes SET signature = verify_key")
    attack(connection, "UPDATE reports SET agency = 'hotline-intl'")
    assert add(connection, "He is back.")
    with connection.begin(write=False) as db:
        second = envelopes.all_for(db, report_id=childs.report_id, agency=childs.agency)[1]
    assert {one.recipient for one in second.envelope.grants} == {childs.agency, "recovery"}
    attack(connection, "UPDATE receipts SET agency = 'hotline-intl'")
    tries(connection, KEYS)


def test_a_child_never_signs_for_questions_that_somebody_wrote_into_the_database(
    connection: Connection, childs: Filed
) -> None:
    """ "Only here" would read as "contact me" where somebody swaps the texts of the options."""
    swapped = CHILD.source.replace(b"code_only", b"contact_x")
    hashed = hashlib.sha256(swapped).hexdigest()
    row = {"hash": hashed, "source": swapped}
    attack(connection, "INSERT INTO definitions (hash, source) VALUES (:hash, :source)", **row)
    attack(connection, "UPDATE envelopes SET signature = NULL")
    attack(connection, "UPDATE reports SET definition_hash = :it", it=hashed)
    more = {"intake": intake_of(connection), "keys": KEYS, "now": LATER}
    assert change_contact(**more, contact=SafeContact(), once=b"o" * 16)  # type: ignore[arg-type]
    with connection.begin(write=False) as db:
        second = envelopes.all_for(db, report_id=childs.report_id, agency=childs.agency)[1]
    assert second.definition_hash == CHILD.hash


STRAY = (
    "INSERT INTO fields (report_id, revision, field, compartment, position, wrapped_dek,"
    " ciphertext) SELECT report_id, 1, '@more', 'triage', 0, wrapped_dek, ciphertext FROM fields"
    " WHERE field = 'story'"
)


@pytest.mark.parametrize(
    "sql",
    [
        STRAY,
        "UPDATE reports SET status = 'closed', agency = 'nobody'",
        "UPDATE envelopes SET format = 7, statement = signature",
    ],
)
def test_nothing_that_stands_in_the_rows_refuses_what_a_child_adds(
    connection: Connection, childs: Filed, sql: str
) -> None:
    attack(connection, sql)
    assert add(connection, "He is back.")
    assert add(connection, "He is at the door.", b"another " * 2)
    assert filings(connection, childs.report_id) >= 3


def test_the_thread_shows_only_what_the_childs_own_key_signed(
    connection: Connection, childs: Filed
) -> None:
    add(connection, "He is back.")
    assert len(come_back(connection).supplements) == 1
    add(connection, "He is gone.", b"another " * 2)
    other = THEIR_KEYS.statement_key.verify_key
    attack(connection, "UPDATE envelopes SET verify_key = :it WHERE revision = 2", it=other)
    assert len(come_back(connection).supplements) == 1


def test_the_thread_shows_nothing_that_another_key_signed(
    connection: Connection, childs: Filed
) -> None:
    """Somebody seals words into the child's report with the public keys, and signs them."""
    signer = THEIR_KEYS.statement_key
    slip_in(intake_of(connection), childs.report_id, "All is well.", signer=signer)
    assert come_back(connection).supplements == ()


def test_the_thread_shows_no_addition_twice(connection: Connection, childs: Filed) -> None:
    add(connection, "He is back.")
    attack(
        connection,
        "INSERT INTO envelopes (report_id, revision, format, shred_id, sealed_at, definition_hash,"
        " verify_key, statement, signature) SELECT report_id, 2, format, :id, sealed_at,"
        " definition_hash, verify_key, statement, signature FROM envelopes WHERE revision = 1",
        id=b"another shred id",
    )
    assert len(come_back(connection).supplements) == 1


@pytest.fixture
def old(connection: Connection) -> Old:
    """A report from before statements, signed when they came."""
    filed = file_unsigned(connection)
    sign_all(connection, key=AUDIT, pepper=PEPPER, now=datetime.now(UTC), progress=lambda *_: None)
    return filed


def test_the_first_return_with_an_old_code_binds_its_key(connection: Connection, old: Old) -> None:
    with connection.begin(write=False) as db:
        before = receipts.for_report(db, report_id=old.report_id)
    assert before
    assert before.verify_key is None
    assert come_back(connection, OLD_CODE).report_id == old.report_id
    with connection.begin(write=False) as db:
        after = receipts.for_report(db, report_id=old.report_id)
    assert after
    assert after.verify_key == old.keys.statement_key.verify_key
    assert after.tag != before.tag
    assert come_back(connection, OLD_CODE).audience == Audience.CHILD


def test_an_old_receipt_that_was_turned_leads_nowhere(
    connection: Connection, old: Old, theirs: Filed
) -> None:
    attack(connection, "DELETE FROM receipts WHERE report_id = :it", it=old.report_id)
    attack(connection, "UPDATE receipts SET report_id = :it", it=old.report_id)
    tries(connection, THEIR_KEYS)
    attack(connection, "UPDATE receipts SET verify_key = :it, tag = NULL", it=b"k" * 32)
    tries(connection, THEIR_KEYS)


def test_two_old_receipts_can_not_be_exchanged(connection: Connection) -> None:
    childs = file_unsigned(connection)
    theirs = file_unsigned(connection, submission=b"their old click!", code=THEIRS)
    sign_all(connection, key=AUDIT, pepper=PEPPER, now=datetime.now(UTC), progress=lambda *_: None)
    attack(connection, "DELETE FROM receipts WHERE report_id = :it", it=childs.report_id)
    attack(connection, "UPDATE receipts SET report_id = :it", it=childs.report_id)
    tries(connection, theirs.keys)
    assert filings(connection, childs.report_id) == 1


def test_an_old_receipt_without_a_tag_leads_nowhere(connection: Connection, old: Old) -> None:
    """What was not there when everything was signed was put there since."""
    attack(connection, "UPDATE receipts SET tag = NULL")
    tries(connection, old.keys)
