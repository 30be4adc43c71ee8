"""A safe contact that changed: the newest counts and comes first, the earlier one is marked."""

from datetime import timedelta

import pytest

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.receipt import new_code
from portal.domain.report import Compartment
from portal.followup.supplement import SafeContact, change_contact
from portal.mailbox.reporter import derive_keys
from portal.store import envelopes, reports
from portal.triage.compartments import find
from tests.builders import desk
from tests.builders.filing import NOW, PEPPER, SALT, file, intake_of, row_of, shred_keys

CODE = new_code(b"a child wrote it")
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
TOLD = {**desk.STORY, "safe_time": "sau giờ học"}


@pytest.fixture
def filed(connection):
    return file(connection, TOLD, code=CODE)


def change(connection, how="", when="", hours=1, once=b"o" * 16):
    return change_contact(
        intake=intake_of(connection),
        keys=KEYS,
        contact=SafeContact(how, when),
        once=once,
        now=NOW + timedelta(hours=hours),
    )


def read(connection, filed, role=Role.CUSTODIAN, part=Compartment.IDENTITY):
    with connection.begin(write=True) as db:
        who = desk.add_member(db, f"who.{role}", role)
    with connection.begin(write=False) as db:
        row = find(db, by=who.by, report_id=filed.report_id)
        kept = triage.CaseFile(db, row=row, keys=desk.keys_of(db, who), verify=who.log.verify)
        return triage.read(kept, by=who.by, compartment=part)


def contacts(words):
    """What each filing says of the contact: the text, and whether it was replaced."""
    return [
        (line.text, line.replaced_at is not None)
        for one in words
        for line in one.lines
        if line.name in ("safe_contact", "@safe_contact")
    ]


def test_the_newest_comes_first_and_the_earlier_ones_are_marked(connection, filed):
    assert change(connection, "Zalo 0900 111 222", "buổi tối")
    assert change(connection, "Zalo 0900 111 333", hours=2)
    words = read(connection, filed)
    assert contacts(words) == [
        ("Zalo 0900 111 333", False),
        ("Zalo 0900 111 222", True),
        ("Zalo 0900 000 000", True),
    ]
    newest, middle, first = words
    assert (newest.revision, middle.revision, first.revision) == (2, 1, 0)
    replaced = {line.replaced_at for line in first.lines if line.replaced_at}
    assert replaced == {middle.at}
    assert [line.label for line in newest.lines] == ["Safe contact", "When contact is safe"]


def test_the_wish_for_no_contact_is_said_and_replaces_the_number(connection, filed):
    change(connection)
    newest, first = read(connection, filed)
    assert triage.is_only_here(newest)
    assert not triage.is_only_here(first)
    assert contacts([first]) == [("Zalo 0900 000 000", True)]
    assert all(line.replaced_at for line in first.lines if line.text == "sau giờ học")


def test_the_wish_stands_in_triage_in_the_words_of_the_question(connection, filed):
    change(connection)
    first, change_ = read(connection, filed, Role.ANALYST, Compartment.TRIAGE)
    (wish,) = change_.lines
    assert wish.chosen == ("Don't contact me. I will come back with my code.",)
    (before,) = (line for line in first.lines if line.name == "contact")
    assert before.replaced_at == change_.at
    story = next(line for line in first.lines if line.name == "story")
    assert story.replaced_at is None


def test_whoever_holds_no_identity_key_reads_no_new_contact(connection, filed):
    change(connection, "Zalo 0900 111 222")
    words = read(connection, filed, Role.ANALYST, Compartment.TRIAGE)
    assert "0900" not in repr([line.text for one in words for line in one.lines])
    with connection.begin(write=False) as db:
        _, added = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
    assert {(one.field, one.compartment) for one in added.envelope.fields} == {
        ("@contact", "triage"),
        ("@safe_contact", "identity"),
        ("@safe_time", "identity"),
    }


def test_what_is_sealed_has_the_same_form_for_either_wish(connection, filed):
    change(connection, once=b"1" * 16)
    change(connection, "Zalo 0900 111 222", "buổi tối", once=b"2" * 16)
    with connection.begin(write=False) as db:
        _, *added = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
    forms = [[(f.field, len(f.sealed.ciphertext)) for f in one.envelope.fields] for one in added]
    assert forms[0] == forms[1]


def test_a_second_click_changes_nothing(connection, filed):
    assert change(connection, "Zalo 0900 111 222")
    assert not change(connection, "Zalo 0900 111 222", hours=2)
    assert change(connection, "Zalo 0900 111 333", hours=2), "other words are a change"
    assert shred_keys(connection) == 3


@pytest.mark.parametrize("status", [Status.WAITING, Status.CLOSED])
def test_a_change_brings_the_case_back_to_the_desk(connection, filed, status):
    with connection.begin(write=True) as db:
        reports.set_status(db, report_id=filed.report_id, expected=Status.NEW, to=status)
    change(connection, "Zalo 0900 111 222")
    assert row_of(connection, filed).status is Status.NEW
