"""Nothing that a member types is lost, whatever happens between writing and keeping it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from portal.access import totp
from portal.sealing.suite import public_from_seed
from portal.staff.forms import typed
from portal.store.engine import Connection
from portal.store.tables import Draft, Member
from portal.web import database
from tests.builders.sites import Screen
from tests.staff.conftest import Desk, reading
from tests.staff.forms.test_once import Sending, form

NOTE = "Gọi lại lúc 17 giờ.\n\n\u2014 mẹ của em đã biết."
ANSWER = "Cảm ơn bạn.\n\nĐừng trả tiền nhé."
TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "staff"


def press(client: FlaskClient, page: str, action: str, **more: str) -> TestResponse:
    """Press a button, and follow where it leads."""
    return client.post(action, data=form(client, page, action, **more).data, follow_redirects=True)


def writing(client: FlaskClient, report: str, kind: str) -> Sending:
    """The form of a note, or of a reply that is about to be sent, filled in."""
    case = f"/case/{report}"
    for act in ("take", "open/triage"):
        press(client, case, f"{case}/{act}")
    if kind == "note":
        return form(client, case, f"{case}/note", note=NOTE)
    reply = f"{case}/reply"
    filled = form(client, reply, reply, text=ANSWER, go="preview")
    return form(client, client.post(reply, data=filled.data), reply, go="send", wait="yes")


def text_in(answer: TestResponse, name: str) -> str:
    """What stands in the text field of that name; "" where there is none."""
    found = [n for n in Screen(answer).all("textarea") if n.get("name") == name]
    return "".join(found[0].element.itertext()) if found else ""


def alert(answer: TestResponse) -> str:
    """What is said to be wrong; it stands in the form where there is one."""
    found = [n for n in Screen(answer).all("p") if n.get("role") == "alert"]
    assert len(found) == 1, answer.text
    return found[0].text


BOTH = pytest.mark.parametrize(("kind", "text"), [("note", NOTE), ("reply", ANSWER)])


def field_of(kind: str) -> str:
    return "note" if kind == "note" else "text"


def later(desk: Desk, **by: float) -> None:
    """Let time pass at the desk."""
    desk.clock.move(**by)


def sign_in_later(desk: Desk, client: FlaskClient, page: TestResponse, member: str) -> TestResponse:
    """Sign in on that page with the code of that time."""
    person = next(one for one in desk.people if one["member"] == member)
    code = totp.code_at(base64.b32decode(person["totp_secret"]), desk.clock())
    told = {"member": member, "passphrase": person["passphrase"], "code": code}
    sending = form(client, page, "/sign-in", **told)
    return client.post("/sign-in", data=sending.data, follow_redirects=True)


@BOTH
def test_the_session_idles_out_while_somebody_writes(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    later(own_desk, minutes=31)
    page = own_analyst.post(sending.path, data=sending.data)
    assert page.status_code == 403
    assert "Your session was over" in alert(page)
    assert text.splitlines()[0] not in html.unescape(page.text), "sealed until its member is known"
    back = sign_in_later(own_desk, own_analyst, page, "linh.analyst")
    assert text_in(back, field_of(kind)) == text
    assert "has not been sent yet" in back.text
    if kind == "reply":  # the report has lapsed as well: take it again, and send
        back = press_again(own_analyst, back, sending.path, kind)
        assert back.status_code == 409
        assert text_in(back, "text") == text
        back = press_button(own_analyst, back, f"/case/{own_report}/take")
    done = press_again(own_analyst, back, sending.path, kind)
    confirmed = "The note is kept." if kind == "note" else "Your answer was sealed and sent."
    assert confirmed in html.unescape(done.text)
    press(own_analyst, f"/case/{own_report}", f"/case/{own_report}/open/triage")
    assert text in html.unescape(own_analyst.get(f"/case/{own_report}").text)
    assert text_in(own_analyst.get(back.request.path), field_of(kind)) == "", (
        "done, so nothing waits"
    )


def press_again(client: FlaskClient, page: TestResponse, action: str, kind: str) -> TestResponse:
    """Go on where the page says: keep the note, or look at the reply once more and send it."""
    go = {} if kind == "note" else {"go": "preview"}
    next_page = client.post(
        action, data=form(client, page, action, **go).data, follow_redirects=True
    )
    if kind == "note":
        return next_page
    sending = form(client, next_page, action, go="send")
    return client.post(action, data=sending.data, follow_redirects=True)


@BOTH
def test_back_and_a_new_tab_find_the_text_too(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    later(own_desk, minutes=31)
    own_analyst.post(sending.path, data=sending.data)
    sign_in_later(own_desk, own_analyst, own_analyst.get("/sign-in"), "linh.analyst")
    where = f"/case/{own_report}" if kind == "note" else sending.path
    assert text_in(own_analyst.get(where), field_of(kind)) == text


@BOTH
def test_another_member_never_sees_it(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    later(own_desk, minutes=31)
    page = own_analyst.post(sending.path, data=sending.data)
    other = sign_in_later(own_desk, own_analyst, page, "hoa.supervisor")
    assert "belongs to another member" in html.unescape(other.text)
    first = text.splitlines()[0]
    for path in ("/queue", f"/case/{own_report}", f"/case/{own_report}/reply"):
        assert first not in html.unescape(own_analyst.get(path).text)
    own = own_desk.app.test_client()
    sign_in_later(own_desk, own, own.get("/sign-in"), "linh.analyst")
    where = f"/case/{own_report}" if kind == "note" else sending.path
    assert text_in(own.get(where), field_of(kind)) == text, "kept for its own member"


@pytest.mark.parametrize("change", ["altered", "cut", "expired", "another seal", "no base64"])
def test_what_waits_and_can_not_be_opened_is_dropped_with_a_word(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, change: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    later(own_desk, minutes=31)
    page = own_analyst.post(sending.path, data=sending.data)
    (waiting,) = [n for n in Screen(page).all("input") if n.get("name") == "waiting"][:1]
    good = waiting.get("value")
    swapped = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    changed = {"altered": swapped, "cut": good[:60], "expired": good,
               "another seal": sending.data["whose"], "no base64": "é"}[change]  # fmt: skip
    if change == "expired":
        later(own_desk, hours=25)
        page = own_analyst.get("/sign-in")
    person = next(one for one in own_desk.people if one["member"] == "linh.analyst")
    wrong = form(own_analyst, page, "/sign-in", member=person["member"], passphrase="x", code="0")
    again = own_analyst.post("/sign-in", data=wrong.data | {"waiting": changed})
    assert "could not be kept" in html.unescape(again.text)
    assert not [n for n in Screen(again).all("input") if n.get("name") == "waiting"]


def test_a_wrong_passphrase_loses_neither_the_text_nor_the_name(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    later(own_desk, minutes=31)
    page = own_analyst.post(sending.path, data=sending.data)
    wrong = form(own_analyst, page, "/sign-in", member="linh.analyst", passphrase="x", code="0")
    again = own_analyst.post("/sign-in", data=wrong.data)
    assert again.status_code == 403
    assert field_value(again, "member") == "linh.analyst"
    assert field_value(again, "passphrase") == field_value(again, "code") == ""
    chosen = form(own_analyst, again, "/language", language="vi")
    in_vietnamese = own_analyst.post("/language", data=chosen.data)
    assert Screen(in_vietnamese).one("html").get("lang") == "vi"
    back = sign_in_later(own_desk, own_analyst, in_vietnamese, "linh.analyst")
    assert text_in(back, "note") == NOTE


def field_value(answer: TestResponse, name: str) -> str:
    return next(n.get("value") for n in Screen(answer).all("input") if n.get("name") == name)


@BOTH
@pytest.mark.parametrize("token", ["x", ""])
def test_a_token_that_is_none(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str, token: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    page = own_analyst.post(sending.path, data=sending.data | {"csrf_token": token})
    assert page.status_code == 400
    assert "press again" in alert(page)
    assert "done nothing wrong" not in page.text, "the words of the reporter's site"
    assert text_in(page, field_of(kind)) == text
    assert text in html.unescape(press_again(own_analyst, page, sending.path, kind).text)


@BOTH
@pytest.mark.parametrize("key", [None, "", "x"])
def test_a_form_without_its_key(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str, key: str | None
) -> None:
    sending = writing(own_analyst, own_report, kind)
    data = sending.data | ({"once": key} if key is not None else {"once": ""})
    page = own_analyst.post(sending.path, data=data)
    assert page.status_code == 400
    assert text_in(page, field_of(kind)) == text
    assert text in html.unescape(press_again(own_analyst, page, sending.path, kind).text)


@BOTH
def test_a_form_that_was_sent_before_with_other_words(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    assert own_analyst.post(sending.path, data=sending.data).status_code == 303
    again = sending.data | {field_of(kind): "Something else."}
    page = own_analyst.post(sending.path, data=again)
    assert page.status_code == 409
    assert text_in(page, field_of(kind)) == "Something else."


@BOTH
@pytest.mark.parametrize("length", [4001, 30_000])
def test_a_text_that_is_too_long(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str, length: int
) -> None:
    sending = writing(own_analyst, own_report, kind)
    long = "đ" * length
    page = own_analyst.post(sending.path, data=sending.data | {field_of(kind): long})
    assert page.status_code == 422
    assert "4000" in alert(page)
    assert text_in(page, field_of(kind)) == long
    assert text_in(own_analyst.get(page.request.path.removesuffix("/note")), field_of(kind)) == long


@BOTH
def test_more_than_a_request_may_hold(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    huge = "rất dài " * 40_000
    page = own_analyst.post(sending.path, data=sending.data | {field_of(kind): huge})
    assert page.status_code == 413
    assert "too much at once" in alert(page)
    assert text_in(page, field_of(kind)) == huge
    beyond = own_analyst.post(sending.path, data=sending.data | {field_of(kind): huge * 4})
    assert beyond.status_code == 413
    assert "too much at once" in alert(beyond)


@BOTH
def test_the_words_beside_a_picture_stay(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    both = f"{text} data:image/png;base64,AAAA and after"
    page = own_analyst.post(sending.path, data=sending.data | {field_of(kind): both})
    assert page.status_code == 415
    assert "never taken" in alert(page)
    assert text_in(page, field_of(kind)).startswith(text)
    assert text_in(page, field_of(kind)).endswith("and after")
    assert "AAAA" not in text_in(page, field_of(kind))


def test_a_reply_after_somebody_else_took_the_report(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "reply")
    boss = reading(own_desk, "supervisor")
    press(boss, f"/case/{own_report}", f"/case/{own_report}/assign", member="minh.analyst")
    page = own_analyst.post(sending.path, data=sending.data)
    assert page.status_code == 409
    assert "take the report first" in alert(page)
    assert text_in(page, "text") == ANSWER
    refused = press_button(own_analyst, page, f"/case/{own_report}/take")
    assert refused.status_code == 409
    assert text_in(own_analyst.get(sending.path), "text") == ANSWER
    other = reading(own_desk, "analyst", 1)
    press(other, f"/case/{own_report}", f"/case/{own_report}/give-back")
    taken = press_button(own_analyst, page, f"/case/{own_report}/take")
    assert taken.request.path == sending.path, "back to where the answer stands"
    assert text_in(taken, "text") == ANSWER
    assert ANSWER in html.unescape(press_again(own_analyst, taken, sending.path, "reply").text)


def press_button(client: FlaskClient, page: TestResponse, action: str) -> TestResponse:
    """Press a button that stands on this very page."""
    data = form(client, page, action).data
    return client.post(action, data=data, follow_redirects=True)


def test_a_reply_on_a_case_that_was_closed_in_another_tab(
    own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "reply")
    closed = {"to": "closed", "reason.closed": "resolved"}
    closing = form(own_analyst, f"/case/{own_report}", f"/case/{own_report}/move", **closed)
    assert own_analyst.post(closing.path, data=closing.data).status_code == 303
    page = own_analyst.post(sending.path, data=sending.data)
    assert page.status_code == 409
    assert text_in(page, "text") == ANSWER


OTHER_BUTTONS = ("hide", "open/indicators", "give-back", "move", "sign-out", "language")


@pytest.mark.parametrize("button", OTHER_BUTTONS)
def test_another_button_of_the_page_keeps_the_note(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, button: str
) -> None:
    case = f"/case/{own_report}"
    writing(own_analyst, own_report, "note")
    action = f"/{button}" if button in ("sign-out", "language") else f"{case}/{button}"
    more = {"move": {"to": "referred", "reason.referred": "police"}, "language": {"language": "vi"}}
    after = press(own_analyst, case, action, note=NOTE, **more.get(button, {}))
    assert after.status_code == 200, after.text
    if button == "sign-out":
        assert "kept for a day" in html.unescape(after.text)
        later(own_desk, minutes=2)
        sign_in_later(own_desk, own_analyst, after, "linh.analyst")
    page = own_analyst.get(case)
    assert text_in(page, "note") == NOTE
    press(own_analyst, case, f"{case}/note")
    assert text_in(own_analyst.get(case), "note") == ""


def test_a_chosen_text_never_takes_the_place_of_what_somebody_wrote(
    own_analyst: FlaskClient, own_report: str
) -> None:
    writing(own_analyst, own_report, "note")
    reply = f"/case/{own_report}/reply"
    first = press(own_analyst, reply, reply, template="received")
    approved = text_in(first, "text")
    assert approved.startswith("Cảm ơn bạn")
    second = own_analyst.post(reply, data=form(own_analyst, first, reply, template="more").data)
    other = text_in(second, "text")
    assert other != approved, "an approved text as it was is replaced"
    assert approved not in other
    mine = form(own_analyst, second, reply, text=ANSWER, template="received")
    both = text_in(own_analyst.post(reply, data=mine.data), "text")
    assert both == f"{ANSWER}\n\n{approved}"


def test_the_preview_can_be_left_by_a_link(own_analyst: FlaskClient, own_report: str) -> None:
    sending = writing(own_analyst, own_report, "reply")
    own_analyst.get(f"/case/{own_report}")
    assert text_in(own_analyst.get(sending.path), "text") == ANSWER
    thrown = press(own_analyst, sending.path, "/draft/discard")
    assert thrown.request.path == sending.path
    assert text_in(thrown, "text") == ""


def test_a_draft_is_saved_while_somebody_writes_and_forgotten_when_it_is_emptied(
    own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    assert own_analyst.post("/draft", data=sending.data).status_code == 204
    assert text_in(own_analyst.get(f"/case/{own_report}"), "note") == NOTE
    assert own_analyst.post("/draft", data=sending.data | {"note": ""}).status_code == 204
    assert text_in(own_analyst.get(f"/case/{own_report}"), "note") == ""


def test_a_draft_that_comes_after_the_note_was_kept_does_not_come_back(
    own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    own_analyst.post(sending.path, data=sending.data)
    assert own_analyst.post("/draft", data=sending.data).status_code == 204
    assert text_in(own_analyst.get(f"/case/{own_report}"), "note") == ""


class Broken(Exception):
    pass


@BOTH
def test_the_database_takes_no_writes(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = writing(own_analyst, own_report, kind)
    whole: Callable[..., Any] = Connection.begin

    def begin(self: Connection, *, write: bool) -> Any:
        if write:
            raise Broken
        return whole(self, write=write)

    monkeypatch.setattr(Connection, "begin", begin)
    page = own_analyst.post(sending.path, data=sending.data)
    monkeypatch.undo()
    assert page.status_code == 500
    assert "failed on our side" in alert(page)
    assert text_in(page, field_of(kind)) == text
    go = {} if kind == "note" else {"go": "preview"}
    once_more = form(own_analyst, page, sending.path, **go)
    assert text in html.unescape(
        own_analyst.post(sending.path, data=once_more.data, follow_redirects=True).text
    )


@BOTH
def test_the_database_is_gone_and_comes_back(
    own_analyst: FlaskClient, own_report: str, kind: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = writing(own_analyst, own_report, kind)

    def begin(self: Connection, *, write: bool) -> Any:
        raise Broken

    monkeypatch.setattr(Connection, "begin", begin)
    page = own_analyst.post(sending.path, data=sending.data)
    assert page.status_code == 500
    assert "failed on our side" in alert(page)
    assert text.splitlines()[0] not in html.unescape(page.text), "it can't be told who asks"
    again = own_analyst.post("/draft/restore", data=form(own_analyst, page, "/draft/restore").data)
    assert again.status_code == 500
    monkeypatch.undo()
    back = press_button(own_analyst, page, "/draft/restore")
    assert text_in(back, field_of(kind)) == text


def test_a_form_of_another_member_in_the_same_browser_does_nothing_and_shows_nothing(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    boss = reading(own_desk, "supervisor")
    fresh = form(boss, "/account", "/sign-out").data["csrf_token"]
    page = boss.post(sending.path, data=sending.data | {"csrf_token": fresh})
    assert page.status_code == 403
    assert "another member" in alert(page)
    assert NOTE[:8] not in html.unescape(page.text)
    assert NOTE[:8] not in html.unescape(boss.get(f"/case/{own_report}").text)
    assert text_in(own_analyst.get(f"/case/{own_report}"), "note") == NOTE


def test_a_page_of_somebody_else_puts_no_words_into_a_form(
    own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "reply")
    planted = {"text": "Send us the pictures.", "go": "send", "csrf_token": "x", "once": "x"}
    page = own_analyst.post(sending.path, data=planted, headers={"Sec-Fetch-Site": "same-site"})
    assert page.status_code == 400
    assert "pictures." not in text_in(page, "text")
    assert "Send us" not in html.unescape(own_analyst.get(sending.path).text)


def test_a_chosen_reason_stays_chosen(own_desk: Desk, own_report: str) -> None:
    boss, case = reading(own_desk, "supervisor"), f"/case/{own_report}"
    moving = form(boss, case, f"{case}/move", to="paused", **{"reason.paused": "deconfliction"})
    press(reading(own_desk, "analyst"), case, f"{case}/take")
    page = boss.post(moving.path, data=moving.data)
    assert page.status_code == 409
    (opened,) = [n for n in Screen(page).all("details") if n.element.get("open") is not None]
    chosen = [o.get("value") for o in opened.all("option") if o.element.get("selected") is not None]
    assert chosen == ["deconfliction"]


def test_choices_outlive_the_session(own_desk: Desk, own_report: str) -> None:
    boss, case = reading(own_desk, "supervisor"), f"/case/{own_report}"
    moving = form(boss, case, f"{case}/move", to="paused", **{"reason.paused": "deconfliction"})
    later(own_desk, minutes=31)
    page = boss.post(moving.path, data=moving.data)
    back = sign_in_later(own_desk, boss, page, "hoa.supervisor")
    assert back.request.path == case
    (opened,) = [n for n in Screen(back).all("details") if n.element.get("open") is not None]
    assert "deconfliction" in [
        o.get("value") for o in opened.all("option") if o.element.get("selected") is not None
    ]


def test_an_invitation_keeps_its_name_and_role(own_desk: Desk) -> None:
    admin = reading(own_desk, "administrator")
    for name, status in (("No Such Name!", 422), ("linh.analyst", 409)):
        sending = form(admin, "/members", "/members/invite", name=name, role="auditor")
        page = admin.post(sending.path, data=sending.data)
        assert page.status_code == status
        assert alert(page).startswith("▲ ")
        assert field_value(page, "name") == name
        selected = [
            o.get("value")
            for o in Screen(page).all("option")
            if o.element.get("selected") is not None
        ]
        assert selected == ["auditor"]


def test_a_sign_in_page_that_waited_too_long_keeps_the_name(own_desk: Desk) -> None:
    client = own_desk.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    told = {"member": "linh.analyst", "passphrase": "four quiet", "code": "123456"}
    sending = form(client, "/sign-in", "/sign-in", **told)
    page = client.post("/sign-in", data=sending.data | {"csrf_token": "x"})
    assert page.status_code == 400
    assert field_value(page, "member") == "linh.analyst"
    assert "four quiet" not in page.text
    assert "123456" not in page.text


def test_what_a_stranger_posts_is_led_to_the_door_with_a_word(
    own_desk: Desk, own_report: str
) -> None:
    stranger = own_desk.app.test_client()
    stranger.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    csrf = form(stranger, "/sign-in", "/sign-in").data["csrf_token"]
    data = {"csrf_token": csrf, "note": "who wrote this?"}
    page = stranger.post(f"/case/{own_report}/note", data=data, follow_redirects=True)
    assert page.request.path == "/sign-in"
    assert "could not be kept" in html.unescape(page.text)
    assert "who wrote this" not in page.text


def test_the_store_learns_nothing_of_a_draft(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    own_analyst.post("/draft", data=sending.data)
    with database.connection_of(own_desk.app).begin(write=False) as db:
        rows = db.reports.query(Draft).all()
    assert len(rows) == 1
    stored = rows[0].id + rows[0].sealed
    for secret in (NOTE[:8], "linh", own_report, "note"):
        assert secret.encode() not in stored


def test_a_draft_is_sealed_to_no_key_that_somebody_put_into_the_database(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    sending = writing(own_analyst, own_report, "note")
    with database.connection_of(own_desk.app).begin(write=True) as db:
        swap = update(Member).where(Member.name == "linh.analyst")
        db.reports.execute(swap.values(public_key=public_from_seed(b"e" * 32)))
    assert own_analyst.post("/draft", data=sending.data).status_code == 403
    with database.connection_of(own_desk.app).begin(write=False) as db:
        assert db.reports.query(Draft).all() == []


CONTROL = re.compile(r"<(textarea|input|select)\b([^>]*)>")
UNKEPT = {"passphrase", "again", "current", "new_code", "recovery"}
"""What is never shown again: passphrases, and codes that open something."""
SEALED = {"csrf_token", "once", "whose", "waiting"}


def test_every_field_in_which_something_is_typed_is_listed() -> None:
    listed = {name for one in typed.FORMS.values() for name in one.fields} | UNKEPT
    found = set()
    for file in TEMPLATES.glob("*.html"):
        for tag, attributes in CONTROL.findall(file.read_text("utf-8")):
            name = re.search(r'name="([^"]+)"', attributes)
            if name and 'type="hidden"' not in attributes and "{{" not in name[1]:
                found.add((file.name, tag, name[1]))
    assert {("case_texts.html", "textarea", "note"), ("reply.html", "textarea", "text")} <= found
    assert {one for one in found if one[2] not in listed} == set()


def test_every_text_field_that_can_be_seen_stands_in_a_form_that_says_whose_it_is(
    own_desk: Desk, own_report: str
) -> None:
    case = f"/case/{own_report}"
    press(reading(own_desk, "analyst"), case, f"{case}/open/triage")
    for role, paths in (
        ("analyst", (case, f"{case}/reply", "/queue", "/account", "/deleted")),
        ("administrator", ("/members",)),
        ("supervisor", ("/members", case)),
    ):
        for path in paths:
            screen = Screen(reading(own_desk, role).get(path))
            for one in screen.all("form"):
                if one.all("textarea") or [
                    n for n in one.all("input") if n.get("type") in ("", "text")
                ]:
                    assert [
                        n for n in one.all("input") if n.get("name") == "whose" and n.get("value")
                    ], path
