"""What a reporter adds is marked until a member opens it, and nothing else takes the mark away."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import triage
from portal.access import Role
from portal.domain.errors import NotFound, OpenFailed
from portal.domain.receipt import new_code
from portal.domain.report import Compartment
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.mailbox.reporter import derive_keys
from portal.store import envelopes, shred
from portal.store.queue import QueueView
from portal.triage import compartments
from tests.builders import desk
from tests.builders.coming_back import CODE, KEYS, add_more
from tests.builders.filing import NOW, PEPPER, SALT, file, intake_of
from tests.builders.statements import watched
from tests.builders.waiting import wait

TRIAGE, IDENTITY = Compartment.TRIAGE, Compartment.IDENTITY


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


@pytest.fixture
def lan(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "lan", Role.CUSTODIAN)


@pytest.fixture
def filed(connection):
    return file(connection, code=CODE)


def move_contact(connection):
    change_contact(
        intake=intake_of(connection),
        keys=KEYS,
        contact=SafeContact("Zalo 0900 111 222"),
        once=os.urandom(16),
        now=NOW,
    )


def open_it(connection, who, filed, part=TRIAGE):
    with connection.begin(write=True) as db:
        return triage.open_compartment(
            db,
            act=who,
            keys=desk.keys_of(db, who),
            report_id=filed.report_id,
            compartment=part,
            reason=next(iter(triage.OPENING_REASONS[part])),
        )


def in_queue(connection, who, filed):
    with connection.begin(write=False) as db:
        page = triage.see_queue(db, by=who.by, view=QueueView(), after=None, now=who.now)
    return filed.report_id in page.unread


def on_page(connection, who, filed, opened=()):
    """The compartments that the case page marks, and those whose words it shows."""
    case = desk.see(connection, who, filed.report_id, *opened)
    marked = [part.compartment for part in case.parts if part.is_unread]
    return marked, [part.compartment for part in case.parts if part.words is not None]


def test_a_report_to_which_nothing_was_added_is_not_marked(connection, linh, filed):
    assert not in_queue(connection, linh, filed)
    assert on_page(connection, linh, filed) == ([], [])


def test_what_was_added_is_marked_until_somebody_opens_it(connection, linh, filed):
    open_it(connection, linh, filed)
    add_more(connection)
    assert in_queue(connection, linh, filed), "in the very minute of the opening before"
    assert on_page(connection, linh, filed) == ([TRIAGE], [])
    words = open_it(connection, linh, filed)
    assert [one.revision for one in words] == [0, 1]
    assert not in_queue(connection, linh, filed)
    assert on_page(connection, linh, filed, {TRIAGE}) == ([], [TRIAGE])
    add_more(connection, NOW + timedelta(days=1))
    assert in_queue(connection, linh, filed)


def test_an_opening_does_not_cover_what_was_added_after_it(connection, linh, filed):
    """Who has the words on the screen opens the new ones with a reason, on record."""
    open_it(connection, linh, filed)
    assert on_page(connection, linh, filed, {TRIAGE}) == ([], [TRIAGE])
    add_more(connection)
    assert on_page(connection, linh, filed, {TRIAGE}) == ([TRIAGE], [])


def test_a_new_contact_waits_for_whoever_may_open_it(connection, linh, lan, filed):
    move_contact(connection)
    assert in_queue(connection, linh, filed)
    open_it(connection, linh, filed)
    assert not in_queue(connection, linh, filed), "no mark that the role can never take away"
    assert in_queue(connection, lan, filed)
    assert on_page(connection, linh, filed, {TRIAGE}) == ([IDENTITY], [TRIAGE])
    open_it(connection, lan, filed, IDENTITY)
    assert not in_queue(connection, lan, filed)
    assert on_page(connection, linh, filed) == ([], [])


def test_taking_the_report_is_not_reading_it(connection, linh, filed):
    add_more(connection)
    with connection.begin(write=True) as db:
        triage.take(db, act=linh, report_id=filed.report_id)
    assert in_queue(connection, linh, filed)


def test_what_does_not_open_stays_marked(connection, linh, filed):
    add_more(connection)
    with connection.begin(write=True) as db:
        for one in envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency):
            shred.remove(db, shred_id=one.envelope.shred_id)
    with pytest.raises(OpenFailed):
        open_it(connection, linh, filed)
    assert in_queue(connection, linh, filed)


def test_another_agency_takes_no_mark_away(connection, linh, filed):
    add_more(connection)
    with connection.begin(write=True) as db:
        far = desk.add_member(db, "far", Role.ANALYST, desk.ABROAD)
        with pytest.raises(NotFound):
            triage.open_compartment(
                db,
                act=far,
                keys=desk.keys_of(db, far),
                report_id=filed.report_id,
                compartment=TRIAGE,
                reason="working",
            )
    assert in_queue(connection, linh, filed)


def test_what_comes_in_while_somebody_opens_is_not_taken_for_read(
    postgresql_connection, monkeypatch
):
    """In PostgreSQL; SQLite lets one writer in at a time. The addition waits for the opening."""
    filed = file(postgresql_connection, code=CODE)
    with postgresql_connection.begin(write=True) as db:
        linh = desk.add_member(db, "linh", Role.ANALYST)
    real = compartments.read
    additions = []

    def read(kept, **about):
        words = real(kept, **about)
        additions.append(pool.submit(add_more, postgresql_connection))
        wait_for_a_lock(postgresql_connection)
        return words

    monkeypatch.setattr(compartments, "read", read)
    with ThreadPoolExecutor(1) as pool:
        words = open_it(postgresql_connection, linh, filed)
    additions[0].result()
    assert [one.revision for one in words] == [0]
    assert in_queue(postgresql_connection, linh, filed)


WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def wait_for_a_lock(connection):
    """Wait until somebody waits: then the addition has come as far as the lock lets it."""
    with connection.reports.connect() as plain:
        wait(lambda: plain.scalar(WAITING), "the addition waits for a lock")


def test_a_page_takes_four_queries_however_much_is_unread(connection, linh):
    for number in range(5):
        code = new_code(b"child number %03d" % number)
        keys = derive_keys(code, salt=SALT, pepper=PEPPER)
        file(connection, submission=b"click %02d" % number * 3, code=code)
        once, intake = os.urandom(16), intake_of(connection)
        supplement(intake=intake, keys=keys, text="More.", once=once, now=NOW)
    with watched(connection.reports) as asked, connection.begin(write=False) as db:
        at = replace(linh, now=NOW)
        page = triage.see_queue(db, by=at.by, view=QueueView(), after=None, now=at.now)
    assert len(page.unread) == 5
    assert len([one for one in asked if one[0].startswith("SELECT")]) == 4
