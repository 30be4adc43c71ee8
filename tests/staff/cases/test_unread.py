"""An act over words that came meanwhile is refused, and its answer shows them with the form."""

from __future__ import annotations

import html
import os
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.followup.thread import come_back
from portal.mailbox.reporter import ReporterKeys
from portal.store import audit, reports
from portal.web import database
from tests.builders.sites import Screen
from tests.staff.conftest import Desk, file_with_code, public, reading
from tests.staff.forms.test_once import Sending, form
from tests.staff.forms.test_unsent import sign_in_later

AT_THE_DOOR = "Anh ta đang ở trước cửa nhà em."
ANSWER = "Cảm ơn bạn.\n\nHãy chờ chúng tôi."
NOTE = "Gọi lại lúc 17 giờ."
Filed = tuple[str, ReporterKeys]


@pytest.fixture
def filed(own_desk: Desk) -> Filed:
    """A report that the analyst has taken and read."""
    found = file_with_code(own_desk, "read, then written to")
    for act in ("take", "open/triage"):
        press(reading(own_desk, "analyst"), f"/case/{found[0]}", f"/case/{found[0]}/{act}")
    return found


def press(client: FlaskClient, page: str | TestResponse, action: str, **more: str) -> TestResponse:
    return client.post(action, data=form(client, page, action, **more).data, follow_redirects=True)


def write(desk: Desk, keys: ReporterKeys, text: str = AT_THE_DOOR) -> None:
    with public(desk) as intake:
        supplement(intake=intake, keys=keys, text=text, once=os.urandom(16), now=desk.clock())


def status(desk: Desk, report: str) -> str:
    with database.connection_of(desk.app).begin(write=False) as db:
        row = reports.get(db, report_id=bytes.fromhex(report))
    assert row is not None
    return str(row.status)


def log(desk: Desk, report: str) -> list[str]:
    with database.connection_of(desk.app).begin(write=False) as db:
        return [entry.action for entry in audit.about(db, object=f"report:{report}")]


def assert_shown(answer: TestResponse) -> None:
    """Refused, said once and at the top, and the new words are there to be read."""
    assert answer.status_code == 409
    screen = Screen(answer)
    (alert,) = [node for node in screen.all() if node.get("role") == "alert"]
    assert "the reporter wrote more" in alert.text
    (fresh,) = [node for node in screen.all("section") if node.get("id") == "new"]
    assert AT_THE_DOOR in fresh.text
    assert not [node for node in screen.all() if node.element.get("autofocus") is not None]


def test_a_case_is_not_closed_over_new_words(own_desk: Desk, filed: Filed) -> None:
    report, keys = filed
    client, case = reading(own_desk, "analyst"), f"/case/{filed[0]}"
    closing = {"to": "closed", "reason.closed": "resolved", "note": NOTE}
    old = form(client, case, f"{case}/move", **closing)
    write(own_desk, keys)
    answer = client.post(f"{case}/move", data=old.data)
    assert_shown(answer)
    assert status(own_desk, report) == "in_review"
    assert log(own_desk, report)[-1] == "case:opened.triage came_back"
    page = html.unescape(answer.text)
    assert '<option value="resolved" selected>' in page
    assert NOTE in page, "a note that stood in its form is still there"
    press(client, answer, f"{case}/move", **closing)
    assert status(own_desk, report) == "closed"


def test_an_answer_is_not_sent_over_new_words_and_stays_on_its_form(
    own_desk: Desk, filed: Filed
) -> None:
    report, keys = filed
    client, reply = reading(own_desk, "analyst"), f"/case/{filed[0]}/reply"
    begun = press(client, f"{reply}?filings=1", reply, text=ANSWER, wait="yes")
    write(own_desk, keys)
    answer = press(client, begun, reply, go="send")
    assert_shown(answer)
    (area,) = Screen(answer).all("textarea")
    assert "".join(area.element.itertext()).strip().splitlines() == ANSWER.splitlines()
    assert status(own_desk, report) == "in_review"
    again = press(client, answer, reply, go="preview")
    press(client, again, reply, go="send")
    assert status(own_desk, report) == "waiting"
    with public(own_desk) as intake:
        (read,) = come_back(intake=intake, keys=keys, now=own_desk.clock()).replies
    assert read.text == ANSWER


def again(
    desk: Desk, client: FlaskClient, way: str, old: Sending, meanwhile: Callable[[], object]
) -> TestResponse:
    """Come back to the form of a reply in one of the ways that lead over another page."""
    case = old.path.removesuffix("/reply")
    if way == "another language":
        meanwhile()
        return client.post("/language", data=old.data | {"language": "en"}, follow_redirects=True)
    if way == "a new sign-in":
        meanwhile()
        desk.clock.move(minutes=31)
        page = client.post(old.path, data=old.data)
        return sign_in_later(desk, client, page, "linh.analyst")
    press(reading(desk, "supervisor"), case, f"{case}/assign", member="minh.analyst")
    page = client.post(old.path, data=old.data | {"go": "send"})
    meanwhile()
    press(reading(desk, "analyst", 1), case, f"{case}/give-back")
    return press(client, page, f"{case}/take")


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("another language", ANSWER),
        ("another language", ""),
        ("a new sign-in", ANSWER),
        ("a new sign-in", ""),
        ("taken again", ANSWER),
    ],
)
def test_a_reply_knows_how_much_its_writer_had_seen(
    own_desk: Desk, filed: Filed, way: str, text: str
) -> None:
    """Also where a colleague has read the new words since, so that they are unread no more."""
    report, keys = filed
    client, reply = reading(own_desk, "analyst"), f"/case/{filed[0]}/reply"
    old = form(client, f"{reply}?filings=1", reply, text=text)

    def meanwhile() -> None:
        write(own_desk, keys)
        boss = reading(own_desk, "supervisor")
        press(boss, f"/case/{report}", f"/case/{report}/open/triage")

    page = again(own_desk, client, way, old, meanwhile)
    assert page.request.path == reply
    assert "Read them before you answer" in page.text
    page = press(client, page, reply, text=ANSWER, go="preview")
    page = press(client, page, reply, go="send")
    if way == "a new sign-in":
        assert "take the report first" in page.text
        page = press(client, page, f"/case/{report}/take")
        page = press(client, press(client, page, reply, go="preview"), reply, go="send")
    assert_shown(page)
    for go in ("preview", "send"):
        page = press(client, page, reply, go=go)
    assert "was sealed and sent" in page.text


def test_a_reply_that_was_left_is_sent_once_the_new_words_are_read(
    own_desk: Desk, filed: Filed
) -> None:
    report, keys = filed
    client, reply = reading(own_desk, "analyst"), f"/case/{filed[0]}/reply"
    client.post("/draft", data=form(client, f"{reply}?filings=1", reply, text=ANSWER).data)
    write(own_desk, keys)
    press(client, f"/case/{report}", f"/case/{report}/open/triage")
    page = client.get(f"{reply}?filings=2")
    for go in ("preview", "send"):
        page = press(client, page, reply, go=go)
    assert "was sealed and sent" in page.text


def test_a_deletion_is_not_decided_over_new_words(own_desk: Desk, filed: Filed) -> None:
    report, keys = filed
    client, case = reading(own_desk, "supervisor"), f"/case/{filed[0]}"
    with public(own_desk) as intake:
        ask_deletion(intake=intake, keys=keys, now=own_desk.clock())
    press(client, case, f"{case}/open/triage")
    warned = press(client, f"{case}/deletion", f"{case}/deletion", go="warn")
    write(own_desk, keys)
    answer = press(client, warned, f"{case}/deletion", go="delete")
    assert_shown(answer)
    assert "Deletion asked for" in answer.text
    assert status(own_desk, report)
    for go in ("warn", "delete"):  # as browsers do: the address of the link stays
        sending = form(client, answer, f"{case}/deletion", go=go)
        answer = client.post(f"{case}/deletion?filings=1", data=sending.data)
    assert answer.status_code == 303
    assert client.get(case).status_code == 410


def test_a_part_that_the_member_cannot_open_says_who_can(own_desk: Desk, filed: Filed) -> None:
    report, keys = filed
    client, case = reading(own_desk, "analyst"), f"/case/{filed[0]}"
    with public(own_desk) as intake:
        now, contact = own_desk.clock(), SafeContact("Zalo 0900 111 222")
        change_contact(intake=intake, keys=keys, contact=contact, once=os.urandom(16), now=now)
    closing = {"to": "closed", "reason.closed": "resolved"}
    answer = press(client, case, f"{case}/move", **closing)
    again = press(client, answer, f"{case}/move", **closing)
    for page in (answer, again, client.get(case)):
        assert "These members can open it:" in page.text
        assert "quang.custodian" in page.text
        assert "0900" not in page.text
    assert (answer.status_code, status(own_desk, report)) == (409, "in_review")
    press(client, again, f"{case}/move", to="waiting")
    assert status(own_desk, report) == "waiting"
    assert report in reading(own_desk, "custodian").get("/queue?scope=unread").text
    assert report not in client.get("/queue?scope=unread").text


def test_who_begins_an_answer_is_told_of_new_words(own_desk: Desk, filed: Filed) -> None:
    report, keys = filed
    client = reading(own_desk, "analyst")
    assert "Read them before" not in client.get(f"/case/{report}/reply").text
    write(own_desk, keys)
    assert "Read them before" in client.get(f"/case/{report}/reply").text


def test_a_report_that_is_given_to_somebody_away_says_for_how_long(
    own_desk: Desk, filed: Filed
) -> None:
    case = f"/case/{filed[0]}"
    page = press(reading(own_desk, "supervisor"), case, f"{case}/assign", member="linh.analyst")
    assert "linh.analyst holds the report now." in page.text
    others = [one["member"] for one in own_desk.people if one["role"] == "analyst"]
    away = next(name for name in others if name != "linh.analyst" and name in page.text)
    page = press(reading(own_desk, "supervisor"), case, f"{case}/assign", member=away)
    assert f"{away} is not signed in." in page.text
