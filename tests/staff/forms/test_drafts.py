"""A draft that was on its way when its text was sent never says that it was not."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from portal.store import acts
from portal.store.engine import Connection
from tests.staff.cases.test_unread import write
from tests.staff.conftest import Desk, file_with_code, reading
from tests.staff.forms.test_once import form
from tests.staff.forms.test_unsent import ANSWER, NOTE, text_in, writing

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def begun(client: FlaskClient, report: str) -> tuple[str, dict[str, str]]:
    """The form of a reply as its script saves it while somebody writes."""
    writing(client, report, "note")
    reply = f"/case/{report}/reply"
    return reply, form(client, reply, reply, text=ANSWER[:9]).data


def test_a_reply_that_was_sent_from_its_preview(own_analyst: FlaskClient, own_report: str) -> None:
    reply, early = begun(own_analyst, own_report)
    preview = own_analyst.post(reply, data=early | {"text": ANSWER, "go": "preview"})
    own_analyst.post(reply, data=form(own_analyst, preview, reply, go="send").data)
    for late in (early, early | {"text": ANSWER}):
        assert own_analyst.post("/draft", data=late).status_code == 204
        assert text_in(own_analyst.get(reply), "text") == ""


def test_a_reply_that_was_changed_after_its_preview(
    own_analyst: FlaskClient, own_report: str
) -> None:
    reply, early = begun(own_analyst, own_report)
    page = own_analyst.post(reply, data=early | {"template": "received"})
    for go in ("preview", "edit", "preview", "send"):
        page = own_analyst.post(reply, data=form(own_analyst, page, reply, go=go).data)
    assert page.status_code == 303
    own_analyst.post("/draft", data=early)
    assert text_in(own_analyst.get(reply), "text") == ""


def test_a_reply_that_was_refused_over_unread_words_first(own_desk: Desk) -> None:
    report, reporter = file_with_code(own_desk, "wrote again")
    reply, early = begun(analyst := reading(own_desk, "analyst"), report)
    preview = analyst.post(reply, data=early | {"text": ANSWER, "go": "preview"})
    write(own_desk, reporter)
    refused = analyst.post(reply, data=form(analyst, preview, reply, go="send").data)
    assert refused.status_code == 409
    assert analyst.post("/draft", data=early).status_code == 204
    assert text_in(analyst.get(reply), "text") == ANSWER, "what comes late is older"
    for go in ("preview", "send"):
        refused = analyst.post(reply, data=form(analyst, refused, reply, go=go).data)
    assert refused.status_code == 303
    analyst.post("/draft", data=early)
    assert text_in(analyst.get(reply), "text") == ""


def test_an_emptied_field_that_comes_late_takes_no_later_text_away(
    own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    own_analyst.post(sending.path, data=sending.data)
    newer = form(own_analyst, f"/case/{own_report}", sending.path, note="A second note.")
    own_analyst.post("/draft", data=newer.data)
    own_analyst.post("/draft", data=sending.data | {"note": ""})
    assert text_in(own_analyst.get(f"/case/{own_report}"), "note") == "A second note."


def test_other_words_on_the_page_of_a_note_that_was_kept_are_saved_by_another_button(
    own_analyst: FlaskClient, own_report: str
) -> None:
    """The way back leads to the page as it was; what is typed there then was never sent."""
    case, sending = f"/case/{own_report}", writing(own_analyst, own_report, "note")
    old = own_analyst.get(case)
    note = form(own_analyst, old, sending.path, note=NOTE)
    own_analyst.post(note.path, data=note.data)
    own_analyst.post(f"{case}/hide", data=note.data)
    assert text_in(own_analyst.get(case), "note") == "", "the same words"
    own_analyst.post(f"{case}/hide", data=note.data | {"note": "More."})
    assert text_in(own_analyst.get(case), "note") == "More."


@pytest.mark.parametrize("button", ["hide", "draft", "language", "413"])
def test_the_longest_text_that_can_be_typed_is_kept(
    own_analyst: FlaskClient, own_report: str, button: str
) -> None:
    case, sending = f"/case/{own_report}", writing(own_analyst, own_report, "note")
    long = "đường dài " * (25_000 if button == "413" else 5000)
    path = {"hide": f"{case}/hide", "413": sending.path}.get(button, f"/{button}")
    told = own_analyst.post(path, data=sending.data | {"note": long, "language": "vi"})
    assert told.status_code == {"draft": 204, "413": 413}.get(button, 303)
    assert text_in(own_analyst.get(case), "note") == long


def test_saving_waits_for_the_act_that_is_being_done(connection: Connection) -> None:
    found: list[bool] = []

    def save() -> None:
        with connection.begin(write=True) as db:
            found.append(acts.hold(db, id=b"k" * 32, content=b"c" * 32, at=NOW))

    with connection.begin(write=True) as db:
        assert acts.claim(db, id=b"k" * 32, content=b"c" * 32, at=NOW)
        saving = threading.Thread(target=save)
        saving.start()
    saving.join()
    assert found == [False]


def test_holding_leaves_no_trace(connection: Connection) -> None:
    for _ in range(2):
        with connection.begin(write=True) as db:
            assert acts.hold(db, id=b"k" * 32, content=b"c" * 32, at=NOW)
            assert acts.get(db, id=b"k" * 32) is None
