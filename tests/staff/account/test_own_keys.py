"""A member's own pages: passphrase, phone, codes and sessions, as a member and a thief use them."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from portal.access import totp
from tests.builders.sites import Screen
from tests.staff.account.signing_in import FREE, Door, actions, early_in_the_hour
from tests.staff.conftest import Desk
from tests.staff.forms.test_once import Bench, Newcomer, form, newcomer, phone_of
from tests.staff.forms.test_unsent import field_value

NEW = "five other small blue cups"


@pytest.fixture
def one(own_desk: Desk) -> Newcomer:
    early_in_the_hour(Door(own_desk))
    return newcomer(Bench(own_desk, own_desk.app))


@pytest.fixture
def client(one: Newcomer) -> FlaskClient:
    return one.signed_in()


def log(one: Newcomer) -> list[str]:
    return actions(Door(one.bench.desk))


def send(client: FlaskClient, path: str, **told: str):
    sending = form(client, path, path, **told)
    return client.post(path, data=sending.data)


def right(one: Newcomer) -> dict[str, str]:
    return {"current": one.passphrase, "code": one.code()}


def test_a_new_passphrase(one: Newcomer, client: FlaskClient) -> None:
    other = one.signed_in()
    answer = send(client, "/account/passphrase", **right(one), passphrase=NEW, again=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "Your passphrase is changed" in client.get("/account").text
    assert other.get("/account").status_code == 303, "every other session has ended"
    assert log(one)[0] == "member:passphrase_changed"
    one.passphrase = NEW
    assert one.signed_in()


def test_another_phone(one: Newcomer, client: FlaskClient) -> None:
    page, told = client.get("/account/phone"), right(one)
    secret = phone_of(page)
    told["new_code"] = totp.code_at(secret, one.bench.desk.clock())
    sending = form(client, page, "/account/phone", **told)
    assert client.post("/account/phone", data=sending.data).status_code == 303
    assert log(one)[0] == "member:phone_changed"
    one.secret = secret
    assert one.signed_in()
    assert phone_of(client.get("/account/phone")) != secret, "the next one has its own"


def test_new_codes_are_shown_once(one: Newcomer, client: FlaskClient) -> None:
    answer = send(client, "/account/codes", **right(one))
    shown = [node.text for node in Screen(answer).all("output")]
    assert len(shown) == 8
    assert all(re.fullmatch(r"[0-9A-Z]{4}( [0-9A-Z]{4}){6}", code) for code in shown)
    assert log(one)[0] == "member:codes_made"
    for path in ("/account", "/account/codes"):
        assert shown[0] not in client.get(path).text


PAGES = {
    "/account/passphrase": {"passphrase": NEW, "again": NEW},
    "/account/phone": {},
    "/account/codes": {},
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("wrong", [{"current": "not the passphrase"}, {"code": "000000"}])
def test_a_desk_that_was_left_open_gives_nothing_away(
    one: Newcomer, client: FlaskClient, path: str, wrong: dict[str, str]
) -> None:
    page, told = client.get(path), right(one) | PAGES[path]
    if path == "/account/phone":
        told["new_code"] = totp.code_at(phone_of(page), one.bench.desk.clock())
    sending = form(client, page, path, **(told | wrong))
    answer = client.post(path, data=sending.data)
    assert answer.status_code == 403
    assert "Check the current passphrase and the code" in html.unescape(answer.text)
    assert Screen(answer).path == path, "said on the page of the form"
    assert field_value(answer, "current") == field_value(answer, "code") == ""
    refused = "session:refused" if "current" in wrong else "session:code_refused"
    assert log(one)[0] == refused


def test_guessing_the_passphrase_in_an_open_session_is_slowed(
    one: Newcomer, client: FlaskClient
) -> None:
    wrong = {"current": "not the passphrase", "code": "000000"}
    answers = [send(client, "/account/codes", **wrong).status_code for _ in range(2 * FREE + 2)]
    assert answers[0] == 403
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ({"passphrase": "short", "again": "short"}, "14 characters"),
        ({"passphrase": NEW, "again": NEW + "x"}, "not the same"),
    ],
)
def test_the_rules_are_those_of_enrolling(
    one: Newcomer, client: FlaskClient, new: dict[str, str], problem: str
) -> None:
    answer = send(client, "/account/passphrase", **right(one), **new)
    assert answer.status_code == 422
    assert problem in html.unescape(answer.text)


def paths(client: FlaskClient) -> list[str]:
    """Where the buttons lead that end one session, this one first."""
    return re.findall(r'action="(/account/sessions/[0-9a-f]{32}/end)"', client.get("/account").text)


def press(client: FlaskClient, path: str):
    sending = form(client, "/account", path)
    return client.post(path, data=sending.data)


def test_one_session_is_ended_from_another(one: Newcomer, client: FlaskClient) -> None:
    other = one.signed_in()
    mine, theirs = paths(client)
    assert paths(other) == [theirs, mine]
    assert press(client, theirs).status_code == 303
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200
    assert log(one)[0] == "session:ended one"


def test_ending_this_one_is_signing_out(one: Newcomer, client: FlaskClient) -> None:
    answer = press(client, paths(client)[0])
    assert answer.headers["Location"] == "/sign-in"
    assert client.get_cookie("desk") is None


def test_everywhere_else_and_everywhere(one: Newcomer, client: FlaskClient) -> None:
    others = [one.signed_in(), one.signed_in()]
    assert press(client, "/account/sessions/end-others").status_code == 303
    assert {other.get("/account").status_code for other in others} == {303}
    assert client.get("/account").status_code == 200
    again = one.signed_in()
    assert press(client, "/account/sessions/end-all").headers["Location"] == "/sign-in"
    assert client.get_cookie("desk") is None
    assert again.get("/account").status_code == 303
    assert log(one)[0] == "session:ended all"


def test_nobody_ends_another_members_session(one: Newcomer, client: FlaskClient) -> None:
    stranger = newcomer(one.bench).signed_in()
    (theirs,) = paths(stranger)
    (mine,) = paths(client)
    for forged in (theirs, theirs.replace(theirs[-8:-4], "0000"), "/account/sessions/x/end"):
        sending = form(client, "/account", mine)
        answer = client.post(forged, data=sending.data)
        assert answer.status_code == 404
    assert stranger.get("/account").status_code == 200
    assert client.get("/account").status_code == 200


def test_a_session_says_when_it_began_and_was_used(one: Newcomer, client: FlaskClient) -> None:
    began = one.bench.desk.clock().strftime("%Y-%m-%d %H:%M")
    one.bench.desk.clock.move(minutes=5)
    client.get("/account")
    used = one.bench.desk.clock().strftime("%Y-%m-%d %H:%M")
    (row,) = [tr for tr in Screen(client.get("/account")).all("tr") if "this session" in tr.text]
    assert began in row.text
    assert f"used {used}" in row.text
