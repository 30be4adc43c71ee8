"""No act passes over what the reporter wrote, and the refusal has the new words in hand."""

import os
from dataclasses import replace

import pytest

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.errors import UnreadWords
from portal.domain.report import Compartment
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact
from portal.store import audit, envelopes, messages, reports, shred, unread
from portal.triage import Writing
from tests.builders import desk
from tests.builders.coming_back import CODE, KEYS, add
from tests.builders.filing import NOW, file, intake_of

TRIAGE, IDENTITY = Compartment.TRIAGE, Compartment.IDENTITY
AT_THE_DOOR = "He is at my door now."


@pytest.fixture
def people(connection):
    """An analyst who holds the report, a supervisor and a custodian."""
    with connection.begin(write=True) as db:
        roles = {"linh": Role.ANALYST, "hoa": Role.SUPERVISOR, "lan": Role.CUSTODIAN}
        return {name: desk.add_member(db, name, role) for name, role in roles.items()}


@pytest.fixture
def filed(connection, people):
    found = file(connection, code=CODE)
    with connection.begin(write=True) as db:
        triage.take(db, act=replace(people["linh"], now=NOW), report_id=found.report_id)
    return found


def say(connection, text=AT_THE_DOOR):
    assert add(connection, text, os.urandom(16), NOW)


def move_contact(connection):
    intake, once = intake_of(connection), os.urandom(16)
    contact = SafeContact("Zalo 0900 111 222")
    change_contact(intake=intake, keys=KEYS, contact=contact, once=once, now=NOW)


def ask_for_deletion(connection):
    assert ask_deletion(intake=intake_of(connection), keys=KEYS, now=NOW)


def move(to, reason="", at=Status.IN_REVIEW):
    def act(db, about, filings):
        triage.move(db, **about, expected=at, to=to, reason=reason, filings=filings)

    return act


def reply(*, wait):
    def act(db, about, filings):
        writing = Writing("Then wait.", os.urandom)
        triage.reply(db, **about, writing=writing, wait=wait, filings=filings)

    return act


ACTS = {
    "close": move(Status.CLOSED, "resolved"),
    "wait": move(Status.WAITING),
    "refer": move(Status.REFERRED, "police"),
    "pause": move(Status.PAUSED, "deconfliction"),
    "back to new": move(Status.NEW),
    "reply": reply(wait=False),
    "reply and wait": reply(wait=True),
}


def do(connection, who, filed, act, filings):
    with connection.begin(write=True) as db:
        about = {"act": who, "keys": desk.keys_of(db, who), "report_id": filed.report_id}
        act(db, about, filings)


def open_new(connection, who, filed, filings=1):
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, who)
        return triage.open_new_words(
            db, act=who, keys=keys, report_id=filed.report_id, filings=filings
        )


def state(connection, filed):
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=filed.report_id)
        sent = len(messages.for_report(db, report_id=filed.report_id))
        log = audit.about(db, object=f"report:{filed.report_id.hex()}")
    return row, sent, [entry.action for entry in log]


def who_does(name, people):
    return replace(people["hoa" if name == "pause" else "linh"], now=NOW)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_over_new_words_changes_nothing(connection, people, filed, name):
    """From a page made before they came, and from one that only marks them."""
    say(connection)
    before = state(connection, filed)
    for filings in (1, 2):
        with pytest.raises(UnreadWords):
            do(connection, who_does(name, people), filed, ACTS[name], filings)
    assert state(connection, filed) == before


@pytest.mark.parametrize("name", ACTS)
def test_once_they_are_shown_the_act_goes_through_with_the_new_number(
    connection, people, filed, name
):
    say(connection)
    who = who_does(name, people)
    new = open_new(connection, who, filed)
    (part,) = new.parts
    assert [line.text for words in part.words for line in words.lines] == [AT_THE_DOOR]
    with pytest.raises(UnreadWords):
        do(connection, who, filed, ACTS[name], 1)
    do(connection, who, filed, ACTS[name], new.filings)
    row, sent, log = state(connection, filed)
    assert log[1] == "case:opened.triage came_back"
    assert (row.status is not Status.IN_REVIEW) or sent == 1


def test_words_that_a_colleague_read_are_shown_to_the_member_too(connection, people, filed):
    """Who answers has read them: that somebody else has is not enough."""
    say(connection)
    open_new(connection, people["hoa"], filed)
    with pytest.raises(UnreadWords):
        do(connection, who_does("reply", people), filed, ACTS["reply"], 1)
    (part,) = open_new(connection, people["linh"], filed).parts
    assert part.words[0].lines[0].text == AT_THE_DOOR


def test_an_invented_number_reads_nothing(connection, people, filed):
    for filings in (-1, 0, 2, 10**9):
        with pytest.raises(UnreadWords):
            do(connection, who_does("reply", people), filed, ACTS["reply"], filings)


def test_a_new_contact_is_for_a_custodian_and_nothing_is_closed_before(connection, people, filed):
    move_contact(connection)
    new = open_new(connection, people["linh"], filed)
    assert [(part.compartment, part.openers) for part in new.parts] == [
        (TRIAGE, ()),
        (IDENTITY, ("lan",)),
    ]
    assert new.parts[1].words is None
    linh = who_does("close", people)
    with pytest.raises(UnreadWords):
        do(connection, linh, filed, ACTS["close"], new.filings)
    do(connection, linh, filed, ACTS["reply and wait"], new.filings)
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, people["lan"])
        about = {"keys": keys, "report_id": filed.report_id, "reason": "contact"}
        triage.open_compartment(db, act=people["lan"], **about, compartment=IDENTITY)
    close = move(Status.CLOSED, "resolved", at=Status.WAITING)
    do(connection, linh, filed, close, new.filings)
    assert state(connection, filed)[0].status is Status.CLOSED


def test_a_part_that_opens_to_nobody_holds_up_no_answer(connection, people, filed):
    """Its key is lost: the reporter can still be asked to write it again."""
    say(connection)
    with connection.begin(write=True) as db:
        for one in envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)[1:]:
            shred.remove(db, shred_id=one.envelope.shred_id)
    linh = who_does("reply", people)
    (part,) = open_new(connection, linh, filed).parts
    assert (part.is_failed, part.words) == (True, None)
    with pytest.raises(UnreadWords):
        do(connection, linh, filed, ACTS["close"], 2)
    do(connection, linh, filed, ACTS["reply"], 2)
    with connection.begin(write=False) as db:
        assert unread.of(db, report_ids=(filed.report_id,)) == {filed.report_id: {"triage"}}


def test_a_wish_for_deletion_is_seen_before_the_case_is_closed(connection, people, filed):
    ask_for_deletion(connection)
    linh = who_does("close", people)
    with pytest.raises(UnreadWords):
        do(connection, linh, filed, ACTS["close"], 1)
    new = open_new(connection, linh, filed)
    assert new.row.deletion_asked_at is not None
    assert new.parts[0].words == ()
    do(connection, linh, filed, ACTS["close"], new.filings)


def test_a_wish_wakes_a_case_that_was_closed(connection, people, filed):
    do(connection, who_does("close", people), filed, ACTS["close"], 1)
    ask_for_deletion(connection)
    assert state(connection, filed)[0].status is Status.NEW


@pytest.mark.parametrize("ends", [triage.delete, triage.refuse])
def test_a_wish_is_not_decided_over_new_words(connection, people, filed, ends):
    ask_for_deletion(connection)
    hoa = replace(people["hoa"], now=NOW)
    open_new(connection, hoa, filed)
    say(connection)

    def decide(db, about, filings):
        if ends is triage.delete:
            triage.delete(db, act=hoa, report_id=filed.report_id, filings=filings)
        else:
            writing = Writing("We keep it.", os.urandom)
            triage.refuse(db, **about, reason="danger", writing=writing, filings=filings)

    for filings in (1, 2):
        with pytest.raises(UnreadWords):
            do(connection, hoa, filed, decide, filings)
    do(connection, hoa, filed, decide, open_new(connection, hoa, filed).filings)


def test_the_reply_form_knows_what_its_reader_has_seen(connection, people, filed):
    def since(filings):
        with connection.begin(write=False) as db:
            by = people["linh"].by
            return triage.new_words_since(db, by=by, report_id=filed.report_id, filings=filings)

    assert since(None) == (1, False)
    say(connection)
    assert (since(None), since(1)) == ((2, True), (1, True))
    open_new(connection, people["linh"], filed)
    assert (since(None), since(1), since(2)) == ((2, False), (1, True), (2, False))
