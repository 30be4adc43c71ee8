"""Whatever a reporter and the desk do, and in whatever order: no new words fall asleep."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.errors import CaseError, Conflict, NotFound, PermissionRefused, ReceiptError
from portal.domain.receipt import new_code
from portal.domain.report import Compartment
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.mailbox.reporter import derive_keys
from portal.store import envelopes, erasing, reports, unread
from portal.store.engine import Connection, Db
from portal.store.queue import QueueView
from portal.triage import Writing
from portal.vault.keyring import Keyring
from tests.builders import desk
from tests.builders.filing import NOW, PEPPER, SALT, file, intake_of

MUCH_LATER = NOW + timedelta(days=2)
"""When every lease has run out."""

REFUSALS = (CaseError, Conflict, NotFound, PermissionRefused, ReceiptError)
"""What the desk says where it does nothing; anything else is a fault."""

REASONS = {
    Status.REFERRED: "police",
    Status.PAUSED: "deconfliction",
    Status.CLOSED: "resolved",
    Status.IN_REVIEW: "came_back",
}

ROLES = {"linh": Role.ANALYST, "hoa": Role.SUPERVISOR, "lan": Role.CUSTODIAN, "may": Role.ANALYST}


@dataclass
class Page:
    """What a member's page of the case shows: it is as old as it is."""

    filings: int = 1
    status: Status = Status.NEW


class Walk:
    """A reporter, two who work at the desk, each with a page, and a custodian."""

    def __init__(self, connection: Connection, number: int) -> None:
        self.connection = connection
        code = new_code(b"the walk %08d" % number)
        self.filed = file(connection, submission=b"walk %08d" % number, code=code)
        self.keys = derive_keys(code, salt=SALT, pepper=PEPPER)
        self.people = {name: desk.act(name, role, now=NOW) for name, role in ROLES.items()}
        self.pages = {"linh": Page(), "hoa": Page()}
        self.is_told = False

    def end(self) -> None:
        """Take the report away, so that the next walk has the desk to itself."""
        with self.connection.begin(write=True) as db:
            erasing.erase(db, report_id=self.filed.report_id, by="desk", at=NOW)

    def tell(self, what: str) -> None:
        """The reporter adds, moves the safe contact, or asks for deletion.

        Only a report that was deleted before can't be told anything.
        """
        about: dict[str, Any] = {
            "intake": intake_of(self.connection),
            "keys": self.keys,
            "now": NOW,
        }
        try:
            if what == "add":
                supplement(**about, text="He is at my door now.", once=os.urandom(16))
            elif what == "contact":
                change_contact(**about, contact=SafeContact("Zalo"), once=os.urandom(16))
            else:
                ask_deletion(**about)
        except ReceiptError:
            self.is_told = False
        else:
            self.is_told = True

    def look(self, name: str) -> None:
        """The member loads the page of the case."""
        row = self.row()
        if row is not None:
            with self.connection.begin(write=False) as db:
                filings = envelopes.next_revision(db, report_id=row.id)
            self.pages[name] = Page(filings, row.status)

    def act(self, name: str, what: str) -> None:
        """The member does something, from the page as it stands."""
        who, report_id = self.people[name], self.filed.report_id
        before = self.marks()
        try:
            with self.connection.begin(write=True) as db:
                about = {"act": who, "report_id": report_id}
                _do(db, about, desk.keys_of(db, who), what, self.pages.get(name, Page()))
        except REFUSALS:
            return
        if what == "delete":
            assert not before, "what nobody had read was deleted"

    def row(self) -> reports.ReportRow | None:
        with self.connection.begin(write=False) as db:
            return reports.get(db, report_id=self.filed.report_id)

    def marks(self) -> frozenset[str]:
        with self.connection.begin(write=False) as db:
            found = unread.of(db, report_ids=(self.filed.report_id,))
        return found.get(self.filed.report_id, frozenset())

    def check(self) -> None:
        """New words: the case is not closed, stands in the lists, and is given to who can read."""
        row, marks = self.row(), self.marks()
        if row is None or not marks:
            return
        assert row.status is not Status.CLOSED
        if marks & set(triage_parts(Role.ANALYST)):
            assert row.status in (Status.NEW, Status.IN_REVIEW)
            assert self.next() == row.id
        for name in ("may", "lan"):
            for scope in ("open", "unread"):
                is_theirs = bool(marks & set(triage_parts(ROLES[name])))
                assert (row.id in self.listed(name, scope)) == (is_theirs or scope == "open")

    def listed(self, name: str, scope: str) -> set[bytes]:
        by = self.people[name].by
        with self.connection.begin(write=False) as db:
            page = triage.see_queue(db, by=by, view=QueueView(scope), after=None, now=NOW)
        return {row.id for row in page.rows}

    def next(self) -> bytes | None:
        """Whom would take next serve, once nobody holds anything? Nothing is kept of the look."""
        with self.connection.begin(write=True) as db:
            found = triage.take_next(db, act=replace(self.people["may"], now=MUCH_LATER))
            db.reports.rollback()
        return found and found.id


def triage_parts(role: Role) -> tuple[Compartment, ...]:
    return {Role.CUSTODIAN: (Compartment.IDENTITY,)}.get(
        role, (Compartment.TRIAGE, Compartment.INDICATORS)
    )


def _do(db: Db, about: dict[str, Any], keys: Keyring, what: str, page: Page) -> None:
    writing = Writing("We are here.", os.urandom)
    seen = {"filings": page.filings}
    if what == "take":
        triage.take(db, **about)
    elif what == "next":
        triage.take_next(db, act=about["act"])
    elif what == "give back":
        triage.give_back(db, **about)
    elif what == "note":
        triage.write_note(db, **about, keys=keys, writing=writing)
    elif what in ("reply", "reply and wait"):
        is_wait = what != "reply"
        triage.reply(db, **about, **seen, keys=keys, writing=writing, wait=is_wait)
    elif what == "delete":
        triage.delete(db, **about, **seen)
    elif what == "keep":
        triage.refuse(db, **about, **seen, keys=keys, reason="danger", writing=writing)
    elif what in list(Compartment):
        reason = next(iter(triage.OPENING_REASONS[Compartment(what)]))
        part = Compartment(what)
        triage.open_compartment(db, **about, keys=keys, compartment=part, reason=reason)
    else:
        to = Status(what)
        reason = (
            "" if (page.status, to) == (Status.WAITING, Status.IN_REVIEW) else REASONS.get(to, "")
        )
        triage.move(db, **about, **seen, keys=keys, expected=page.status, to=to, reason=reason)


TOLD = ("add", "contact", "ask for deletion")
DONE = (
    *("take", "next", "give back", "note", "reply", "reply and wait", "delete", "keep"),
    *(str(status) for status in Status),
    *("triage", "indicators"),
)
OFTEN = ("take", "look", "closed", "waiting")
STEPS = st.one_of(
    st.tuples(st.just("reporter"), st.sampled_from(TOLD)),
    st.tuples(st.sampled_from(("linh", "hoa")), st.sampled_from(("look", *DONE))),
    st.tuples(st.sampled_from(("linh", "hoa")), st.sampled_from(OFTEN)),
    st.just(("lan", "identity")),
)  # fmt: skip


@pytest.fixture
def people(connection: Connection) -> None:
    with connection.begin(write=True) as db:
        for name, role in ROLES.items():
            desk.add_member(db, name, role)


NUMBERS = count()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=24))
def test_no_new_words_fall_asleep(
    connection: Connection, people: None, steps: list[tuple[str, str]]
) -> None:
    walk = Walk(connection, next(NUMBERS))
    try:
        for who, what in steps:
            if who == "reporter":
                walk.tell(what)
            elif what == "look":
                walk.look(who)
            else:
                walk.act(who, what)
            walk.check()
    finally:
        walk.end()


RACES = (
    *("closed", "waiting", "referred", "paused", "new"),
    *("reply", "reply and wait", "delete", "keep"),
)
ROUNDS = 6


@pytest.mark.parametrize("what", RACES)
def test_in_a_race_with_an_act_no_new_words_fall_asleep(
    connection: Connection, people: None, what: str
) -> None:
    """Both start together, as often as it takes for each to come first."""
    for number in range(ROUNDS):
        walk = Walk(connection, 10_000 + number)
        if what in ("delete", "keep"):
            walk.tell("ask for deletion")
        walk.act("hoa", "take")
        walk.act("hoa", "triage")
        walk.look("hoa")
        assert race(partial(walk.tell, "add"), partial(walk.act, "hoa", what)) == []
        assert walk.is_told == (walk.row() is not None), "taken in, and then deleted unread"
        walk.check()
        walk.end()


def race(*acts: Callable[[], None]) -> list[BaseException]:
    """Do all of it at once; gives what went wrong."""
    start, failed = threading.Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_the_look_can_fail(connection: Connection, people: None) -> None:
    """A case that is put to sleep past every use case is noticed."""
    walk = Walk(connection, 99_999)
    walk.tell("add")
    walk.check()
    with connection.begin(write=True) as db:
        closed = {"expected": Status.NEW, "to": Status.CLOSED}
        assert reports.set_status(db, report_id=walk.filed.report_id, **closed)
    with pytest.raises(AssertionError):
        walk.check()
    assert walk.next() == walk.filed.report_id, "and is served all the same"
    assert walk.filed.report_id in walk.listed("may", "open")
    walk.act("linh", "take")
    assert (row := walk.row()) is not None
    assert (row.status, row.assigned_to) == (Status.IN_REVIEW, "linh")
