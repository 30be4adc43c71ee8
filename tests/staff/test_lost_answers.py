"""The act was done and nobody was told: pressing again does nothing twice, no text comes back."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import URL, event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.store.engine import Connection
from portal.store.tables import ActDone, AuditEntry, CaseText, Member, Message
from portal.web import database
from tests.builders.sites import Screen
from tests.staff.conftest import Desk, file_with_code, reading
from tests.staff.forms.test_once import Sending, form, token_of
from tests.staff.forms.test_unsent import (
    BOTH,
    alert,
    field_of,
    later,
    press,
    press_again,
    sign_in_later,
    text_in,
    writing,
)

COUNTED = (ActDone, AuditEntry, CaseText, Member, Message)


class Lost(Exception):
    pass


@contextmanager
def answers_lost(error: Exception, *, then: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let the commit of the next act succeed, and fail right after it."""
    seen: list[URL] = []

    def claimed(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO acts_done"):
            seen.append(connection.engine.url)
        elif statement.startswith("DELETE FROM acts_done"):
            seen.clear()  # only held, to save a text

    def committed(session: Session) -> None:
        if cast("Engine", session.get_bind()).url in seen:
            seen.clear()
            event.remove(Session, "after_commit", committed)
            then()
            raise error

    event.listen(Engine, "after_cursor_execute", claimed)
    event.listen(Session, "after_commit", committed)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", claimed)
        if event.contains(Session, "after_commit", committed):
            event.remove(Session, "after_commit", committed)


def counts(desk: Desk) -> list[int]:
    with database.connection_of(desk.app).begin(write=False) as db:
        return [db.reports.scalar(select(func.count()).select_from(t)) or 0 for t in COUNTED]


def keys(page: TestResponse) -> list[str]:
    return [n.get("value") for n in Screen(page).all("input") if n.get("name") == "once"]


def lose(sending: Sending, error: Exception | None = None) -> TestResponse:
    with answers_lost(error or Lost()):
        return sending.client.post(sending.path, data=sending.data)


@BOTH
@pytest.mark.parametrize("status", [500, 503])
def test_pressing_again_after_a_failure_does_nothing_twice(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str, status: int
) -> None:
    sending = writing(own_analyst, own_report, kind)
    before = counts(own_desk)
    gone = OperationalError("COMMIT", {}, Exception("server closed the connection"))
    page = lose(sending, gone if status == 503 else Lost())
    done = counts(own_desk)
    assert done[0] == before[0] + 1, "the act is done"
    assert page.status_code == status
    assert "Press again" in alert(page)
    assert "Nothing was changed" not in html.unescape(page.text), "nobody knows that"
    assert text_in(page, field_of(kind)) == text
    assert sending.data["once"] in keys(page)
    where = f"/case/{own_report}" if kind == "note" else sending.path
    assert text_in(own_analyst.get(where), field_of(kind)) == "", "it is sent, so it waits nowhere"
    told = press_again(own_analyst, page, sending.path, kind)
    assert ("is kept" if kind == "note" else "was sealed and sent") in html.unescape(told.text)
    assert counts(own_desk) == done
    assert text_in(own_analyst.get(where), field_of(kind)) == ""


@BOTH
def test_other_words_after_a_failure_are_asked_about_first(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    page = lose(sending := writing(own_analyst, own_report, kind))
    done = counts(own_desk)
    go = {} if kind == "note" else {"go": "preview"}
    more = form(own_analyst, page, sending.path, **{field_of(kind): "More words."}, **go)
    page = own_analyst.post(sending.path, data=more.data)
    if kind == "reply":
        page = own_analyst.post(
            sending.path, data=form(own_analyst, page, sending.path, go="send").data
        )
    assert page.status_code == 409
    assert "this form was sent before" in alert(page)
    assert counts(own_desk) == done
    press_again(own_analyst, page, sending.path, kind)
    assert counts(own_desk)[0] == done[0] + 1


@BOTH
def test_the_database_is_gone_right_after_the_act(
    own_desk: Desk,
    own_analyst: FlaskClient,
    own_report: str,
    kind: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begin(self: Connection, *, write: bool) -> Any:
        raise Lost

    sending = writing(own_analyst, own_report, kind)
    with answers_lost(Lost(), then=lambda: monkeypatch.setattr(Connection, "begin", begin)):
        kept = own_analyst.post(sending.path, data=sending.data)
    page = own_analyst.post(sending.path, data=sending.data)
    monkeypatch.undo()
    done = counts(own_desk)
    assert kept.status_code == page.status_code == 500
    press_again(own_analyst, kept, sending.path, kind)
    assert counts(own_desk) == done
    restoring = form(own_analyst, page, "/draft/restore")
    back = own_analyst.post("/draft/restore", data=restoring.data, follow_redirects=True)
    assert text_in(back, field_of(kind)) == "", "it was sent"
    assert "has not been sent yet" not in back.text


@BOTH
def test_the_session_is_over_when_it_is_pressed_again(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str, kind: str, text: str
) -> None:
    sending = writing(own_analyst, own_report, kind)
    lose(sending)
    later(own_desk, minutes=31)
    page = own_analyst.post(sending.path, data=sending.data, follow_redirects=True)
    assert page.request.path == "/sign-in"
    assert not [n for n in Screen(page).all("input") if n.get("name") == "waiting"]
    sign_in_later(own_desk, own_analyst, page, "linh.analyst")
    where = f"/case/{own_report}" if kind == "note" else sending.path
    assert text_in(own_analyst.get(where), field_of(kind)) == ""


def test_a_note_beside_an_act_whose_answer_was_lost_is_kept(
    own_desk: Desk, own_analyst: FlaskClient, own_report: str
) -> None:
    """The button of another act brings the note along: the act is done, the note is not."""
    press(own_analyst, case := f"/case/{own_report}", f"{case}/take")
    press(own_analyst, case, f"{case}/open/triage")
    page = lose(form(own_analyst, case, f"{case}/open/indicators", note="Not kept yet."))
    done = counts(own_desk)
    assert text_in(page, "note") == text_in(own_analyst.get(case), "note") == "Not kept yet."
    again = form(own_analyst, page, f"{case}/open/indicators")
    assert own_analyst.post(again.path, data=again.data).status_code == 303
    assert counts(own_desk) == done, "opened once"


def test_an_invitation_whose_answer_was_lost_is_shown_when_it_is_asked_for_again(
    own_desk: Desk,
) -> None:
    admin = reading(own_desk, "administrator")
    page = lose(form(admin, "/members", "/members/invite", name="new.colleague", role="analyst"))
    done = counts(own_desk)
    again = form(admin, page, "/members/invite")
    assert again.data["name"] == "new.colleague"
    again.data["role"] = "analyst"
    assert token_of(admin.post(again.path, data=again.data)).startswith("new.colleague.")
    assert counts(own_desk) == done


def test_take_next_whose_answer_was_lost_takes_no_second_report(own_desk: Desk) -> None:
    for number in range(2):
        file_with_code(own_desk, f"waiting {number}")
    client = reading(own_desk, "analyst")
    page = lose(form(client, "/queue", "/queue/next"))
    done = counts(own_desk)
    again = client.post("/queue/next", data=form(client, page, "/queue/next").data)
    assert again.status_code == 303
    assert counts(own_desk) == done


def test_two_forms_of_one_page_never_share_a_key(own_desk: Desk, own_report: str) -> None:
    boss, case = reading(own_desk, "supervisor"), f"/case/{own_report}"
    for page in (boss.get(case), lose(form(boss, case, f"{case}/take"))):
        assert len(keys(page)) == len(set(keys(page)))
