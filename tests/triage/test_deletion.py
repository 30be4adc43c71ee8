"""Deletion on the reporter's wish: decided by a supervisor, and then nobody opens a word of it."""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from portal import triage
from portal.access import Role
from portal.domain.errors import (
    CaseError,
    Conflict,
    NotFound,
    OpenFailed,
    PermissionRefused,
    ReceiptError,
    UnreadWords,
)
from portal.domain.receipt import new_code
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import supplement
from portal.followup.thread import come_back
from portal.mailbox.reporter import derive_keys, open_reply
from portal.sealing.message import uncover
from portal.store import audit, case_texts, envelopes, erasing, messages, reports, shred
from portal.store.queue import QueueView
from portal.triage.work import Writing
from portal.vault.opening import open_case_text, open_key
from tests.builders import backup, desk
from tests.builders.filing import EVERYTHING, NOW, PEPPER, SALT, file, intake_of, shred_keys

CODE = new_code(b"a child wrote it")
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def hoa(connection):
    with connection.begin(write=True) as db:
        return replace(desk.add_member(db, "hoa", Role.SUPERVISOR), now=LATER)


@pytest.fixture
def filed(connection, hoa):
    """A report with a supplement, a reply and a note, whose reporter asks for deletion."""
    found = file(connection, code=CODE)
    add(connection, "Họ lại nhắn tin.")
    with connection.begin(write=True) as db:
        keys, about = desk.keys_of(db, hoa), {"act": hoa, "report_id": found.report_id}
        triage.take(db, **about)
        triage.open_new_words(db, **about, keys=keys, filings=1)
        sent = {"writing": writing("Em không có lỗi."), "wait": False, "filings": 2}
        triage.reply(db, **about, keys=keys, **sent)
        triage.write_note(db, **about, keys=keys, writing=writing("gọi lại chiều nay"))
    ask_deletion(intake=intake_of(connection), keys=KEYS, now=LATER)
    with connection.begin(write=True) as db:
        triage.open_new_words(db, **about, keys=keys, filings=2)
    return found


def writing(text):
    return Writing(text, os.urandom)


def add(connection, text):
    supplement(intake=intake_of(connection), keys=KEYS, text=text, once=b"o" * 16, now=LATER)


def delete(connection, who, filed, filings=2):
    with connection.begin(write=True) as db:
        triage.delete(db, act=who, report_id=filed.report_id, filings=filings)


def refuse(connection, who, filed, reason="danger", filings=2):
    with connection.begin(write=True) as db:
        triage.refuse(
            db,
            act=who,
            keys=desk.keys_of(db, who),
            report_id=filed.report_id,
            reason=reason,
            writing=writing("We keep it for now."),
            filings=filings,
        )


def log(connection, filed):
    with connection.begin(write=False) as db:
        assert audit.verify(db, verify=desk.AUDIT.verify).ok
        return [one.action for one in audit.about(db, object=f"report:{filed.report_id.hex()}")]


def look(connection):
    return come_back(intake=intake_of(connection), keys=KEYS, now=LATER)


def what_opens(connection, filed):
    """Try every sealed thing of the report with every key that anybody holds; name what opens."""
    with connection.begin(write=False) as db:
        stored = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
        keys = [key for one in stored for key in keys_that_open(db, one.envelope)]
        case = [key for key in keys if (key.compartment, key.revision) == ("triage", 0)]
        for text in case_texts.for_report(db, report_id=filed.report_id):
            for key in case:
                open_case_text(key, kind=text.kind, text_id=text.id, sealed=text.sealed)
                keys.append(key)
        opened = [f"{key.compartment} {key.revision}" for key in keys]
        replies = messages.for_report(db, report_id=filed.report_id)
        return opened + ["reply" for one in replies if reply_opens(db, filed, one)]


def keys_that_open(db, envelope):
    shred_key = shred.get(db, shred_id=envelope.shred_id)
    for part in {grant.compartment for grant in envelope.grants}:
        with suppress(OpenFailed):
            yield open_key(envelope, compartment=part, keyring=EVERYTHING, shred_key=shred_key)


def reply_opens(db, filed, one):
    """With the reporter's code, and with whatever the shred store still has."""
    about = {"report_id": filed.report_id, "message_id": one.id}
    shred_key = shred.get(db, shred_id=one.shred_id)
    with suppress(OpenFailed):
        sealed = uncover(one.sealed, shred_key=shred_key, **about) if shred_key else one.sealed
        return open_reply(KEYS, sealed=sealed, **about) == "Em không có lỗi."
    return False


def test_after_deletion_nothing_opens_with_every_key_and_a_backup(connection, hoa, filed):
    copy = backup.take(connection)
    assert len(look(connection).replies) == 1
    notes = ["triage 0", "triage 0"]  # the note, and the desk's copy of the reply
    parts = ["identity 0", "indicators 0", "triage 0", "triage 1"]
    assert sorted(what_opens(connection, filed)) == sorted([*parts, *notes, "reply"])
    assert shred_keys(connection) == 3

    delete(connection, hoa, filed)
    assert shred_keys(connection) == 0
    backup.put_back(connection, copy)
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=filed.report_id), "the backup brings the rows back"
    assert what_opens(connection, filed) == []
    with pytest.raises(ReceiptError, match="unknown"):
        look(connection)


def test_a_deleted_report_leaves_a_tombstone_and_an_entry_in_the_log(connection, hoa, filed):
    delete(connection, hoa, filed)
    with connection.begin(write=False) as db:
        page = triage.see_queue(db, by=hoa.by, view=QueueView(), after=None, now=LATER)
        assert page.rows == ()
        (stone,) = triage.deleted(db, by=hoa.by)
        assert stone == triage.find_deleted(db, by=hoa.by, report_id=filed.report_id)
    with pytest.raises(NotFound):
        desk.see(connection, hoa, filed.report_id)
    assert (stone.report_id, stone.by) == (filed.report_id, erasing.DESK)
    assert log(connection, filed)[-1] == "case:deleted"
    with pytest.raises(ReceiptError, match="unknown"):
        look(connection)


@pytest.mark.parametrize("decide", [delete, refuse])
def test_what_the_reporter_told_meanwhile_is_read_first(connection, hoa, filed, decide):
    with pytest.raises(UnreadWords):
        decide(connection, hoa, filed, filings=1)
    assert len(look(connection).replies) == 1


def test_nothing_is_deleted_that_nobody_asks_to_delete(connection, hoa):
    found = file(connection, code=CODE)
    with pytest.raises(Conflict, match="not_asked"):
        delete(connection, hoa, found, filings=1)
    with pytest.raises(Conflict, match="not_asked"):
        refuse(connection, hoa, found)
    assert look(connection).report_id == found.report_id


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_only_a_supervisor_decides(connection, filed, role):
    with connection.begin(write=True) as db:
        who = desk.add_member(db, "who", role)
    with pytest.raises(PermissionRefused):
        delete(connection, who, filed)
    with pytest.raises(PermissionRefused):
        refuse(connection, who, filed)
    with connection.begin(write=False) as db, pytest.raises(PermissionRefused):
        triage.see_deletion_request(db, by=who.by, report_id=filed.report_id)


def test_another_agency_decides_nothing_and_sees_no_tombstone(connection, hoa, filed):
    with connection.begin(write=True) as db:
        other = desk.add_member(db, "arif", Role.SUPERVISOR, desk.ABROAD)
    with pytest.raises(NotFound):
        delete(connection, other, filed)
    delete(connection, hoa, filed)
    with connection.begin(write=False) as db:
        assert triage.deleted(db, by=other.by) == ()
        with pytest.raises(NotFound):
            triage.find_deleted(db, by=other.by, report_id=filed.report_id)


def test_a_refusal_is_told_to_the_reporter_who_may_ask_again(connection, hoa, filed):
    refuse(connection, hoa, filed)
    found = look(connection)
    assert "We keep it for now." in {reply.text for reply in found.replies}
    assert found.deletion_asked_at is None
    assert log(connection, filed)[-2:] == ["case:replied", "case:kept danger"]
    assert ask_deletion(intake=intake_of(connection), keys=KEYS, now=LATER)


def test_a_reason_that_is_not_listed_refuses_nothing(connection, hoa, filed):
    with pytest.raises(CaseError, match="reason"):
        refuse(connection, hoa, filed, reason="because")
    assert look(connection).deletion_asked_at is not None


def test_a_deletion_that_stopped_half_way_is_finished_later(connection, hoa, filed):
    """The shred store commits first: without the rows' end nothing opens, and the wish stays."""
    with connection.begin(write=True) as db:
        for shred_id in erasing.shred_ids(db, report_id=filed.report_id):
            shred.remove(db, shred_id=shred_id)
    assert what_opens(connection, filed) == []
    delete(connection, hoa, filed)
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=filed.report_id) is None
    assert log(connection, filed)[-1] == "case:deleted"
