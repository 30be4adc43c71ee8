"""The only way in: judged, routed, sealed and kept in one transaction, once for each submission."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import event

from portal.domain import case
from portal.domain.assessment.assess import from_json
from portal.domain.factors import Priority
from portal.domain.receipt import new_code
from portal.domain.report import (
    ASSESSMENT,
    REPORTER_KEY,
    Answers,
    Compartment,
    SelectorRow,
    answer_to_text,
)
from portal.intake.submit import Filed, NotComplete, submit
from portal.mailbox.reporter import derive_keys
from portal.sealing.statement import key_without_code
from portal.store import receipts, reports, shred
from portal.store.engine import Connection
from tests.builders.answers import child_with_a_meeting, threatened_child
from tests.builders.desk import ABROAD, HOME
from tests.builders.filing import (
    CHILD,
    MINUTE,
    NOW,
    PEPPER,
    SALT,
    file,
    filing,
    intake_of,
    opened,
    row_of,
    shred_keys,
    stored,
)

ID = key_without_code(PEPPER, platform="", submission=b"a click" * 3).report_id
"""The id of the report that a filing without a code becomes."""


def test_a_report_can_be_read_back_by_who_holds_the_keys(connection: Connection) -> None:
    answers = threatened_child(selectors=(SelectorRow("zalo", "mr.k"),), story="Họ dọa em.")
    texts = opened(connection, file(connection, answers))
    for name, answer in answers.items():
        assert texts[name] == answer_to_text(answer)


def test_every_question_is_a_field_also_the_ones_without_an_answer(connection: Connection) -> None:
    filed = file(connection, {"happening": ("other",)})
    fields = {item.field for item in stored(connection, filed).envelope.fields}
    assert fields == {question.id for question in CHILD.questions} | {ASSESSMENT, REPORTER_KEY}
    assert opened(connection, filed)["story"] == ""


def test_each_field_stands_in_the_compartment_that_its_question_names(
    connection: Connection,
) -> None:
    envelope = stored(connection, file(connection)).envelope
    named = {item.field: item.compartment for item in envelope.fields}
    assert named.pop(ASSESSMENT) == named.pop(REPORTER_KEY) == Compartment.TRIAGE
    assert named == {question.id: question.compartment for question in CHILD.questions}


def test_what_the_queue_needs_is_clear_and_to_the_minute(connection: Connection) -> None:
    filed = file(connection, child_with_a_meeting())
    row = row_of(connection, filed)
    assert row.priority is Priority.P0
    assert row.category == filed.assessment.category == "grooming"
    assert row.status is case.Status.NEW
    assert (row.audience, row.locale, row.agency) == ("child", "vi", HOME)
    assert row.received_at == MINUTE
    assert row.due_at == MINUTE + timedelta(minutes=15)
    assert stored(connection, filed).sealed_at == MINUTE
    assert filed.reference == case.reference(filed.report_id)


def test_the_judgement_is_sealed_beside_the_answers(connection: Connection) -> None:
    filed = file(connection, child_with_a_meeting())
    assert from_json(opened(connection, filed)[ASSESSMENT]) == filed.assessment
    assert "meeting_planned" in filed.assessment.factors


@pytest.mark.parametrize(("country", "agency"), [("VN", HOME), ("PH", ABROAD), ("BR", HOME)])
def test_the_report_goes_to_the_agency_of_the_country(
    connection: Connection, country: str, agency: str
) -> None:
    filed = file(connection, threatened_child(country=country))
    assert (filed.agency, row_of(connection, filed).agency) == (agency, agency)
    assert {grant.recipient for grant in stored(connection, filed).envelope.grants} == {
        agency,
        "recovery",
    }


def test_the_same_submission_twice_files_one_report(connection: Connection) -> None:
    first = file(connection)
    second = file(connection, child_with_a_meeting())
    assert first.created
    assert not second.created
    assert first.report_id == second.report_id == ID
    assert row_of(connection, second).priority is first.assessment.priority
    assert shred_keys(connection) == 1


def test_two_submissions_are_two_reports(connection: Connection) -> None:
    first = file(connection)
    second = file(connection, submission=b"another click" * 2)
    assert second.created
    assert first.report_id != second.report_id


def test_of_many_same_submissions_at_once_one_is_filed(connection: Connection) -> None:
    results: list[Filed | BaseException] = []
    start = threading.Barrier(6)

    def click() -> None:
        start.wait()
        try:
            results.append(file(connection, code=new_code(b"c" * 16)))
        except BaseException as error:
            results.append(error)

    clicks = [threading.Thread(target=click) for _ in range(6)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    filed = [result for result in results if isinstance(result, Filed)]
    assert len(filed) == 6, results
    assert sum(result.created for result in filed) == 1
    assert shred_keys(connection) == 1
    assert opened(connection, filed[0])["story"] == "They wrote to me yesterday."


def test_without_the_one_required_answer_nothing_is_kept(connection: Connection) -> None:
    with pytest.raises(NotComplete) as refused:
        file(connection, {"story": "Please help"})
    assert [problem.question for problem in refused.value.problems] == ["happening"]
    assert "help" not in f"{refused.value!r} {refused.value}"
    assert shred_keys(connection) == 0


def test_an_answer_that_is_too_long_is_refused_and_never_cut(connection: Connection) -> None:
    longest = next(q.max_length for q in CHILD.questions if q.id == "story")
    with pytest.raises(NotComplete) as refused:
        file(connection, threatened_child(story="x" * (longest + 1)))
    assert [problem.code for problem in refused.value.problems] == ["too_long"]


def test_answers_to_questions_that_were_hidden_are_dropped(connection: Connection) -> None:
    hidden = threatened_child(contact="code_only", safe_contact="0900 000 000", safe_time="noon")
    texts = opened(connection, file(connection, hidden))
    assert texts["safe_contact"] == texts["safe_time"] == ""


BEYOND: Answers = {
    "priority": "P4",
    "@assessment": '{"priority":4}',
    "@reporter_key": base64.b64encode(b"k" * 1216).decode(),
    "agency": ABROAD,
    "category": "other",
    "due_at": "2099-01-01",
    "factors": ("only_looking",),
    "did": ("pretended", "no_such_option"),
    "age": "immortal",
    "status": "closed",
}


def test_what_the_browser_sends_beyond_the_answers_changes_nothing(connection: Connection) -> None:
    plain = threatened_child()
    plain.pop("age")
    alone = file(connection, plain, submission=b"alone" * 4)
    more = file(connection, {**BEYOND, **plain}, submission=b"with more" * 2)
    told = file(connection, {**plain, **BEYOND}, submission=b"and after" * 2)
    for one in (more, told):
        assert one.assessment == alone.assessment
        assert opened(connection, one) == opened(connection, alone)
        assert replace(row_of(connection, one), id=b"") == replace(
            row_of(connection, alone), id=b""
        )


def test_the_code_leads_to_the_report_until_it_expires(connection: Connection) -> None:
    code = new_code(os.urandom(16))
    filed = file(connection, code=code)
    keys = derive_keys(code, salt=SALT, pepper=PEPPER)
    with connection.begin(write=False) as db:
        found = receipts.find(db, token_hash=keys.token_hash, now=NOW)
        later = NOW + timedelta(days=100)
        expired = receipts.find(db, token_hash=keys.token_hash, now=later)
    assert found is not None
    assert found.report_id == filed.report_id
    assert expired is None


def test_the_reporters_key_is_sealed_for_the_desk(connection: Connection) -> None:
    code = new_code(os.urandom(16))
    filed = file(connection, code=code)
    public = derive_keys(code, salt=SALT, pepper=PEPPER).public
    assert base64.b64decode(opened(connection, filed)[REPORTER_KEY]) == public


def test_without_a_code_there_is_no_receipt_and_no_key(connection: Connection) -> None:
    filed = file(connection, code=None)
    assert opened(connection, filed)[REPORTER_KEY] == ""
    with connection.begin(write=False) as db:
        assert receipts.for_report(db, report_id=filed.report_id) is None


def test_a_second_filing_tells_whether_it_said_the_same(connection: Connection) -> None:
    first = {"happening": ("other",), "story": "He is coming."}
    assert file(connection, first).is_same
    again = file(connection, dict(reversed(first.items())))
    assert (again.created, again.is_same) == (False, True)
    changed = file(connection, first | {"story": "He is coming tonight."})
    assert (changed.created, changed.is_same) == (False, False)
    assert opened(connection, changed)["story"] == "He is coming."


def test_a_crash_before_the_report_leaves_only_a_key_for_the_next_try(
    sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two databases can't commit as one: the shred store goes first, whatever happens then."""
    with _reports_fail_to_commit(sqlite_connection), pytest.raises(_Crash):
        file(sqlite_connection)
    with sqlite_connection.begin(write=False) as db:
        assert reports.get(db, report_id=ID) is None
        (left,) = shred.waiting(db, state=shred.PENDING)
        assert not shred.known(db, ids=[left.id])
    again = file(sqlite_connection)
    assert again.created
    assert opened(sqlite_connection, again)["story"]
    with sqlite_connection.begin(write=False) as db:
        assert shred.known(db, ids=[left.id])


def test_an_error_on_the_way_leaves_nothing(connection: Connection) -> None:
    lost = iter([os.urandom(16), os.urandom(32)])

    def runs_dry(_count: int) -> bytes:
        try:
            return next(lost)
        except StopIteration:
            raise _Crash from None

    with pytest.raises(_Crash):
        submit(intake=intake_of(connection), filing=filing(), now=NOW, random=runs_dry)
    assert shred_keys(connection) == 0
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=ID) is None


class _Crash(Exception):
    """The process dies here."""


@contextmanager
def _reports_fail_to_commit(connection: Connection) -> Iterator[None]:
    def die(bound: SqlConnection) -> None:
        bound.connection.rollback()  # what the database does when its client is gone
        raise _Crash

    event.listen(connection.reports, "commit", die)
    try:
        yield
    finally:
        event.remove(connection.reports, "commit", die)
