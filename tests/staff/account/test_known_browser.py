"""A browser is known by the cookie that it was given, and by nothing that was made up or copied."""

from __future__ import annotations

import base64

import pytest
from flask.testing import FlaskClient

from portal.staff.account.throttle import KNOWN_LIVES
from portal.staff.forms import form_seal
from tests.builders.sites import make_staff
from tests.staff.account.signing_in import (
    ELSEWHERE,
    FREE,
    HOME,
    MEMBER,
    WRONG,
    Door,
    early_in_the_hour,
    said,
)
from tests.staff.conftest import Desk
from tests.staff.forms.test_once import form
from tests.staff.forms.test_unsent import field_value


@pytest.fixture
def door(own_desk: Desk) -> Door:
    return early_in_the_hour(Door(own_desk))


def cookie_of(client: FlaskClient) -> str:
    kept = client.get_cookie("desk-known")
    assert kept
    return kept.value


def is_known(door: Door, cookie: str, member: str = MEMBER) -> bool:
    """Whether that cookie lets a browser of a flooded network through."""
    right, bearer = door.right(member), door.browser(HOME)
    bearer.set_cookie("desk-known", cookie)
    door.flood(HOME, member)
    return door.try_in(bearer, **right).status_code == 303


def test_a_cookie_is_known_as_it_was_given_and_no_other(door: Door) -> None:
    given = cookie_of(door.known())
    assert is_known(door, given)


@pytest.mark.parametrize("change", ["cut", "empty", "changed", "long", "not ASCII"])
def test_a_forged_cookie_makes_nobody_known(door: Door, change: str) -> None:
    given = cookie_of(door.known())
    forged = {
        "cut": given[:-8],
        "empty": "",
        "changed": given[:-1] + ("A" if given[-1] != "A" else "Q"),
        "long": "A" * 3000,
        "not ASCII": "é" + given,
    }[change]
    assert not is_known(door, forged)


def test_what_the_desk_seals_for_other_purposes_makes_nobody_known(door: Door) -> None:
    with door.desk.app.test_request_context():
        other = form_seal.seal([[MEMBER, "1" * 32]], purpose="unsent")
    assert not is_known(door, other)


def test_a_cookie_under_another_secret_makes_nobody_known(door: Door) -> None:
    given = cookie_of(door.known())
    changed = make_staff(door.desk.deployment, secret_key=b"another secret of the desk's own")
    assert not is_known(Door(Desk(door.desk.deployment, changed)), given)


@pytest.mark.parametrize(("seconds", "is_it"), [(0, True), (600, False)])
def test_a_cookie_is_known_for_half_a_year(door: Door, seconds: int, is_it: bool) -> None:
    door.desk.clock.move(days=-KNOWN_LIVES.days)
    with door.desk.app.test_request_context():
        given = form_seal.seal([[MEMBER, "1" * 32]], purpose="portal.lanes")
    door.desk.clock.move(days=KNOWN_LIVES.days, seconds=seconds - 60)
    assert is_known(door, given) is is_it


def test_a_cookie_tells_nobody_who_signed_in_and_stays_with_the_desk(door: Door) -> None:
    client = door.browser(HOME)
    answer = door.sign_in(client)
    [told] = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("desk-known=")]
    flags = {part.strip() for part in told.split(";")[1:]}
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= flags
    assert f"Max-Age={int(KNOWN_LIVES.total_seconds())}" in flags
    assert not any(flag.startswith("Domain") for flag in flags), "for this very host alone"
    raw = base64.urlsafe_b64decode(cookie_of(client) + "==")
    assert MEMBER.encode() not in raw


def test_over_tls_the_cookie_is_bound_to_the_host(door: Door) -> None:
    desk = Desk(door.desk.deployment, make_staff(door.desk.deployment, https=True))
    client = desk.app.test_client()
    page = client.get("/sign-in", base_url="https://desk.example")
    token = field_value(page, "csrf_token")
    answer = client.post(
        "/sign-in",
        base_url="https://desk.example",
        headers={"Referer": "https://desk.example/sign-in"},
        data=door.right() | {"csrf_token": token},
    )
    assert answer.status_code == 303, answer.text
    [told] = [one for one in answer.headers.getlist("Set-Cookie") if "desk-known=" in one]
    assert told.startswith("__Host-desk-known=")
    assert "; Secure" in told


def test_whoever_copied_a_cookie_is_slowed_and_slows_nobody_else(door: Door) -> None:
    mine = door.known()
    thief = door.browser(ELSEWHERE)
    thief.set_cookie("desk-known", cookie_of(mine))
    right = door.right()
    answers = [door.try_in(thief, **WRONG).status_code for _ in range(2 * FREE + 2)]
    assert answers == [403] * (2 * FREE + 1) + [429], "then it is a stranger's, slowed as any"
    assert door.try_in(mine, **right).status_code == 303, "at home nothing is slowed"
    right = door.right()
    door.flood(HOME)
    mine.delete_cookie("desk")
    assert door.try_in(mine, **right).status_code == 303, "known anew, apart from the copy"


def test_a_known_browser_opens_nothing_for_a_removed_member(door: Door) -> None:
    known = door.known()
    admin = door.browser(ELSEWHERE)
    door.sign_in(admin, "son.administrator")
    sending = form(admin, "/members", f"/members/{MEMBER}/remove")
    assert admin.post(sending.path, data=sending.data).status_code == 303
    gone = door.sign_in(known)
    stranger = door.try_in(door.browser(HOME), member="nobody.here", passphrase="x", code="1")
    assert gone.status_code == stranger.status_code == 403
    assert said(gone) == said(stranger)
