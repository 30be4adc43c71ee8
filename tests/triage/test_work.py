import base64
from datetime import timedelta
from os import urandom

import pytest

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.errors import CaseError, Conflict, NotFound, PermissionRefused
from portal.sealing.message import reply_info, uncover
from portal.sealing.padding import unpad
from portal.sealing.seal import PlainField
from portal.sealing.suite import open_with, private_from_seed, public_from_seed
from portal.store import audit, case_texts, messages, reports, shred
from portal.triage import Writing, WritingError
from tests.builders import desk


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


@pytest.fixture
def taken(connection, linh):
    with connection.begin(write=True) as db:
        filed = desk.file_report(db)
        triage.take(db, act=linh, report_id=filed.id)
    return filed


def writing(text):
    return Writing(text, urandom)


def reply(connection, who, report_id, text="Em không có lỗi.", *, wait=True, filings=1):
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, who)
        about = {"act": who, "keys": keys, "report_id": report_id, "filings": filings}
        triage.reply(db, **about, writing=writing(text), wait=wait)


def move(connection, who, report_id, expected, to, reason="", *, filings=1):
    with connection.begin(write=True) as db:
        about = {"act": who, "keys": desk.keys_of(db, who), "report_id": report_id}
        triage.move(db, **about, expected=expected, to=to, reason=reason, filings=filings)


def test_a_reply_waits_for_the_reporter_and_the_desk_keeps_its_copy(connection, linh, taken):
    reply(connection, linh, taken.id)
    case = desk.see(connection, linh, taken.id)
    assert case.row.status is Status.WAITING
    assert [(text.kind, text.author, text.text) for text in case.texts] == [
        ("reply", "linh", "Em không có lỗi.")
    ]
    assert [entry.action for entry in case.timeline] == [
        "case:taken",
        "case:replied",
        "case:moved.waiting",
    ]


def test_the_reporter_reads_the_reply_with_the_key_of_the_code(connection, linh, taken):
    reply(connection, linh, taken.id)
    with connection.begin(write=False) as db:
        (message,) = messages.for_report(db, report_id=taken.id)
    text = open_as_reporter(connection, taken, message)
    assert text == "Em không có lỗi."


def open_as_reporter(connection, filed, message):
    with connection.begin(write=False) as db:
        shred_key = shred.get(db, shred_id=message.shred_id)
    sealed = uncover(message.sealed, shred_key=shred_key, report_id=filed.id, message_id=message.id)
    private = private_from_seed(filed.reporter_seed)
    info = reply_info(report_id=filed.id, message_id=message.id)
    return unpad(open_with(private, sealed, info=info)).decode()


def test_nothing_of_a_reply_or_a_note_is_readable_in_the_store(connection, linh, taken):
    reply(connection, linh, taken.id, "A very plain sentence")
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, linh)
        note = writing("A very plain sentence")
        triage.write_note(db, act=linh, keys=keys, report_id=taken.id, writing=note)
        kept = case_texts.for_report(db, report_id=taken.id)
        (message,) = messages.for_report(db, report_id=taken.id)
    assert all(b"plain" not in one.sealed.ciphertext for one in kept)
    assert b"plain" not in message.sealed
    assert len(kept) == 2


def test_a_key_slipped_in_later_does_not_turn_replies_aside(connection, linh, taken):
    with connection.begin(write=True) as db:
        theirs = base64.b64encode(public_from_seed(b"x" * 32)).decode()
        plain = [PlainField("@reporter_key", "triage", theirs)]
        desk.add_supplement(db, taken, plain)
    reply(connection, linh, taken.id, filings=2)
    with connection.begin(write=False) as db:
        (message,) = messages.for_report(db, report_id=taken.id)
    assert open_as_reporter(connection, taken, message) == "Em không có lỗi."


def test_only_who_holds_the_report_answers(connection, linh, taken):
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
    with pytest.raises(Conflict):
        reply(connection, minh, taken.id)
    late = desk.act("linh", Role.ANALYST, now=desk.NOW + timedelta(hours=1))
    with pytest.raises(Conflict):
        reply(connection, late, taken.id)


def test_a_report_without_a_way_back_is_not_answered_and_says_so(connection, linh):
    with connection.begin(write=True) as db:
        filed = desk.file_report(db, number=2, has_receipt=False)
        triage.take(db, act=linh, report_id=filed.id)
    with pytest.raises(WritingError, match=r"reply\.no_receipt"):
        reply(connection, linh, filed.id)
    with connection.begin(write=False) as db:
        assert messages.for_report(db, report_id=filed.id) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n ", "text.empty"),
        ("\u200b\u200b", "text.empty"),
        ("x" * 4001, "text.too_long"),
    ],
)
def test_an_empty_or_endless_reply_is_not_sent(connection, linh, taken, text, code):
    with pytest.raises(WritingError, match=code):
        reply(connection, linh, taken.id, text)


def test_a_case_moves_along_the_table_with_its_reason(connection, linh, taken):
    move(connection, linh, taken.id, Status.IN_REVIEW, Status.CLOSED, "spam")
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=taken.id)
        entry = audit.about(db, object=f"report:{taken.id.hex()}")[-1]
    assert (row.status, row.closed_reason, row.assigned_to) == (Status.CLOSED, "spam", None)
    assert entry.action == "case:moved.closed spam"


def test_a_closed_case_is_reopened_with_a_reason(connection, linh, taken):
    move(connection, linh, taken.id, Status.IN_REVIEW, Status.CLOSED, "spam")
    with pytest.raises(CaseError, match=r"case\.reason"):
        move(connection, linh, taken.id, Status.CLOSED, Status.IN_REVIEW)
    move(connection, linh, taken.id, Status.CLOSED, Status.IN_REVIEW, "mistake")
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=taken.id)
    assert (row.status, row.closed_reason) == (Status.IN_REVIEW, None)


def test_words_are_no_reason(connection, linh, taken):
    with pytest.raises(CaseError, match=r"case\.reason"):
        move(connection, linh, taken.id, Status.IN_REVIEW, Status.REFERRED, "her name is Mai")


def test_a_move_from_a_page_that_is_out_of_date_changes_nothing(connection, linh, taken):
    with pytest.raises(Conflict):
        move(connection, linh, taken.id, Status.NEW, Status.CLOSED, "spam")


def test_nobody_moves_what_a_colleague_holds(connection, linh, taken):
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
    with pytest.raises(Conflict):
        move(connection, minh, taken.id, Status.IN_REVIEW, Status.CLOSED, "spam")


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_neither_move_nor_note_nor_answer(connection, linh, taken, role):
    with connection.begin(write=True) as db:
        who = desk.add_member(db, "who", role)
        keys = desk.keys_of(db, who)
        with pytest.raises(PermissionRefused):
            triage.write_note(db, act=who, keys=keys, report_id=taken.id, writing=writing("x"))
    with pytest.raises(PermissionRefused):
        move(connection, who, taken.id, Status.IN_REVIEW, Status.CLOSED, "spam")
    with pytest.raises(PermissionRefused):
        reply(connection, who, taken.id)


def test_the_summary_shows_factors_only_to_who_took_it_or_opened_it(connection, linh, taken):
    case = desk.see(connection, linh, taken.id)
    assert case.is_mine
    assert case.judged.factors
    assert all(part.words is None for part in case.parts)
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
    assert desk.see(connection, minh, taken.id).judged is None


def test_a_custodian_sees_the_case_without_its_words_or_notes(connection, linh, taken):
    reply(connection, linh, taken.id)
    with connection.begin(write=True) as db:
        lan = desk.add_member(db, "lan", Role.CUSTODIAN)
    case = desk.see(connection, lan, taken.id)
    assert (case.judged, case.texts, case.steps) == (None, (), ())
    assert [part.compartment for part in case.parts if part.is_held] == ["identity"]


def test_another_agencys_case_is_not_found(connection, linh):
    with connection.begin(write=True) as db:
        filed = desk.file_report(db, number=3, agency=desk.ABROAD)
    with pytest.raises(NotFound):
        desk.see(connection, linh, filed.id)


def test_a_failed_deed_leaves_no_trace_in_the_log(connection, linh, taken):
    before = len(desk.see(connection, linh, taken.id).timeline)
    with pytest.raises(WritingError):
        reply(connection, linh, taken.id, "")
    assert len(desk.see(connection, linh, taken.id).timeline) == before
