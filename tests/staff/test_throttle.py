"""Guessing is slowed, and the member is let in: tested by doing what a guesser does."""

from __future__ import annotations

import base64
import html
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.access import signin, totp
from portal.domain.errors import SignInRefused
from portal.staff import form_seal, throttle
from portal.staff.throttle import KNOWN_LIVES, PACE, Lane, Lanes, TooManyTries
from portal.store import audit
from portal.web import database
from portal.web.limits import network_of
from tests.builders.sites import Screen, make_staff
from tests.builders.waiting import PATIENCE, wait
from tests.staff.conftest import Desk
from tests.staff.test_once import form
from tests.staff.test_unsent import field_value

MEMBER, HOME, ELSEWHERE = "linh.analyst", "198.51.100.7", "203.0.113.9"
FREE = throttle.FREE.amount
WRONG = {"passphrase": "a wrong passphrase", "code": "000000"}


@dataclass
class Door:
    """The door of one desk."""

    desk: Desk

    @property
    def lanes(self) -> Lanes:
        found: Lanes = self.desk.app.extensions["portal.lanes"]
        return found

    def browser(self, address: str) -> FlaskClient:
        client = self.desk.app.test_client()
        client.environ_base |= {"REMOTE_ADDR": address, "HTTP_ACCEPT_LANGUAGE": "en"}
        return client

    def person(self, member: str = MEMBER) -> dict[str, str]:
        return next(one for one in self.desk.people if one["member"] == member)

    def right(self, member: str = MEMBER) -> dict[str, str]:
        """What lets the member in right now; the phone shows a new code each time."""
        self.desk.clock.move(seconds=2 * totp.STEP)
        person = self.person(member)
        code = totp.code_at(base64.b32decode(person["totp_secret"]), self.desk.clock())
        return {"member": member, "passphrase": person["passphrase"], "code": code}

    def try_in(self, client: FlaskClient, **told: str) -> TestResponse:
        sending = form(client, "/sign-in", "/sign-in", **({"member": MEMBER} | told))
        return client.post("/sign-in", data=sending.data)

    def sign_in(self, client: FlaskClient, member: str = MEMBER) -> TestResponse:
        return self.try_in(client, **self.right(member))

    def known(self, member: str = MEMBER, address: str = HOME) -> FlaskClient:
        """A browser in which the member has signed in, and in which the session is over."""
        client = self.browser(address)
        assert self.sign_in(client, member).status_code == 303
        client.delete_cookie("desk")
        return client

    def guess(self, address: str, times: int, **told: str) -> list[int]:
        """Guess as often as that, each time with a browser that keeps no cookie."""
        return [
            self.try_in(self.browser(address), **(WRONG | told)).status_code for _ in range(times)
        ]

    def exhaust(self, address: str, **told: str) -> None:
        """Guess until the next one from there is sent away unchecked."""
        assert self.guess(address, FREE + 2, **told) == [403] * (FREE + 1) + [429]

    def count(self, times: int, address: str, member: str = MEMBER) -> None:
        """Let that many guesses have failed, without the seconds that they take."""
        one = throttle.Try(member, None, address)
        with self.desk.app.app_context():
            for _ in range(times):
                one.failed(SignInRefused(), slowed=())

    def flood(self, address: str, member: str = MEMBER) -> None:
        """Let a guesser there be slowed, who has just had the try of these seconds."""
        self.count(FREE, address, member)
        assert self.guess(address, 2, member=member) == [403, 429]


@pytest.fixture
def door(own_desk: Desk) -> Door:
    return early_in_the_hour(Door(own_desk))


def early_in_the_hour(door: Door) -> Door:
    """Counters turn over with the hour: no test is to meet that by chance."""
    clock = door.desk.clock
    clock.move(seconds=3600 + 60 - int(clock().timestamp()) % 3600)
    return door


# The guesser is elsewhere


@pytest.mark.parametrize(
    ("stranger", "member"),
    [(ELSEWHERE, HOME), ("2001:db8:1:1::5", "2001:db8:1:2::5"), (ELSEWHERE, "2001:db8::1")],
)
def test_guesses_from_elsewhere_cost_the_member_nothing(
    door: Door, stranger: str, member: str
) -> None:
    right = door.right()
    door.exhaust(stranger)
    assert door.try_in(door.browser(member), **right).status_code == 303


def test_guesses_from_many_networks_cost_the_member_nothing(door: Door) -> None:
    right = door.right()
    for number in range(1, 21):
        door.flood(f"203.0.113.{number}")
    assert door.try_in(door.browser(HOME), **right).status_code == 303


def test_ipv6_is_counted_by_its_64_bits(door: Door) -> None:
    for number in range(1, FREE + 2):
        assert door.guess(f"2001:db8:1:2::{number:x}", 1) == [403]
    assert door.guess("2001:db8:1:2:ffff::1", 1) == [429]
    assert door.guess("2001:db8:1:3::1", 1) == [403]


# The guesser is in the member's own network


def test_ten_guesses_from_the_members_own_network_cost_nothing(door: Door) -> None:
    right = door.right()
    assert door.guess(HOME, FREE) == [403] * FREE
    assert door.try_in(door.browser(HOME), **right).status_code == 303


def test_a_new_browser_in_the_guessers_network_waits_for_seconds(door: Door) -> None:
    right, new = door.right(), door.browser(HOME)
    door.exhaust(HOME)
    for _ in range(3):  # coming too early makes the wait no longer
        page = door.try_in(new, **right)
        assert page.status_code == 429
    assert page.headers["Retry-After"] == str(PACE)
    assert f"Wait {PACE} seconds" in html.unescape(page.text)
    assert field_value(page, "member") == MEMBER
    assert field_value(page, "passphrase") == field_value(page, "code") == ""
    door.desk.clock.move(seconds=PACE)
    assert door.try_in(new, **right).status_code == 303, "and no code was used up meanwhile"


def test_a_slowed_guesser_has_one_try_in_each_stretch_and_holds_no_thread(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"a thread sleeps for {seconds} s")

    monkeypatch.setattr(time, "sleep", sleep)
    door.exhaust(ELSEWHERE)
    for _ in range(3):
        door.desk.clock.move(seconds=PACE)
        assert door.guess(ELSEWHERE, 3) == [403, 429, 429]


def test_a_browser_that_is_known_does_not_wait(door: Door) -> None:
    known, right = door.known(), door.right()
    door.exhaust(HOME)
    assert door.try_in(known, **right).status_code == 303


def test_a_known_browser_is_known_for_its_own_member_alone(door: Door) -> None:
    shared, right = door.known("hoa.supervisor"), door.right()
    door.flood(HOME)
    assert door.try_in(shared, **right).status_code == 429, "hoa's browser is a stranger's for linh"
    door.desk.clock.move(seconds=PACE)
    assert door.try_in(shared, **right).status_code == 303
    for member in (MEMBER, "hoa.supervisor"):
        right = door.right(member)
        door.flood(HOME, member)
        assert door.try_in(shared, **right).status_code == 303, "two members share one browser"


def test_a_network_with_many_names_is_slowed_for_all_of_them(door: Door) -> None:
    right = door.right()
    for number in range(throttle.OF_NETWORK.amount):
        door.count(1, ELSEWHERE, f"no.member{number}")
    assert door.guess(ELSEWHERE, 2, member="never.tried") == [403, 429]
    assert door.try_in(door.browser(ELSEWHERE), **right).status_code == 429
    door.desk.clock.move(seconds=PACE)
    assert door.try_in(door.browser(ELSEWHERE), **right).status_code == 303, "slowed, not shut"


# Cookies that were forged, copied, or of somebody else


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


def test_a_cookie_is_known_for_half_a_year(door: Door) -> None:
    with door.desk.app.test_request_context():
        given = form_seal.seal([[MEMBER, "1" * 32]], purpose="portal.lanes")
    door.desk.clock.move(days=KNOWN_LIVES.days, seconds=1)
    assert not is_known(door, given)


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


# What a guesser learns


def said(page: TestResponse) -> list[str]:
    """What a page says, without what was typed and without its tokens."""
    return [node.text for node in Screen(page).main.all("h1", "p", "div", "label")]


def test_a_name_that_nobody_has_is_answered_as_a_members(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answers, and the same work: one Argon2id for each that is checked."""
    told, work = {}, []
    for name in ("unlock", "waste_unlock"):
        real = getattr(signin, name)
        monkeypatch.setattr(signin, name, lambda *a, real=real: (work.append(1), real(*a))[1])
    for number, name in enumerate((MEMBER, "nobody.here")):
        client, address = door.browser(HOME), f"203.0.113.{number}"
        client.environ_base["REMOTE_ADDR"] = address
        pages = [door.try_in(client, **(WRONG | {"member": name})) for _ in range(FREE + 2)]
        told[name] = [(page.status_code, said(page)) for page in pages]
        assert len(work) == FREE + 1
        work.clear()
    assert told[MEMBER] == told["nobody.here"]


def test_a_stranger_burns_no_code(door: Door) -> None:
    right = door.right()
    assert door.guess(ELSEWHERE, 1, code=right["code"]) == [403]
    assert door.try_in(door.browser(HOME), **right).status_code == 303


def test_codes_cannot_be_guessed_with_a_passphrase_that_leaked(door: Door) -> None:
    known = door.known()
    leaked = {"passphrase": door.person()["passphrase"], "code": "000000"}
    wrong = [
        door.try_in(door.browser(f"203.0.113.{n}"), **leaked)
        for n in range(throttle.OF_CODE.amount)
    ]
    right = door.sign_in(door.browser(ELSEWHERE))
    assert right.status_code == 403, "no more codes are looked at, from whatever network"
    assert said(right) == said(wrong[0]), "and the guesser can't tell"
    assert door.sign_in(known).status_code == 303, "the member's own browser goes on"
    assert actions(door).count("session:code_refused") == throttle.OF_CODE.amount


def test_codes_cannot_be_guessed_at_once_from_many_networks(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    real = totp.matching_step

    def look(secret: bytes, code: str, now: Any) -> int | None:
        looked_at.append(code)
        return real(secret, code, now)

    monkeypatch.setattr(signin.totp, "matching_step", look)
    right = door.right()
    with door.desk.app.app_context():
        for _ in range(throttle.OF_CODE.amount - 1):
            throttle.Try(MEMBER, None, ELSEWHERE).failed(
                SignInRefused(is_code_wrong=True), slowed=()
            )
    networks = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    with ThreadPoolExecutor(len(networks)) as pool:
        with door.lanes.checking:  # all three wait for their turn when the counter still has one
            answers = [
                pool.submit(door.try_in, door.browser(one), **(right | {"code": "111111"}))
                for one in networks
            ]
            wait(lambda: is_full(door.lanes.strangers), "three tries wait")
        assert {one.result(PATIENCE).status_code for one in answers} == {403}
    assert sorted(looked_at) == ["", "", "111111"]


def is_full(lane: Lane) -> bool:
    try:
        with lane.place("another"):
            return False
    except TooManyTries:
        return True


# Many at once


def test_when_too_many_try_at_once_a_stranger_comes_again_and_a_known_browser_gets_in(
    door: Door,
) -> None:
    known = door.known()
    with ExitStack() as flood:
        for network in ("a", "a", "b"):
            flood.enter_context(door.lanes.strangers.place(network))
        flood.enter_context(door.lanes.checking)
        page = door.sign_in(door.browser(ELSEWHERE))
        assert page.status_code == 429
        assert page.headers["Retry-After"]
        assert "was not checked" in html.unescape(page.text)
        assert field_value(page, "member") == MEMBER
        assert field_value(page, "passphrase") == ""
        assert door.sign_in(known).status_code == 303
    assert door.sign_in(door.browser(ELSEWHERE)).status_code == 303


def test_one_network_leaves_room_for_the_others(door: Door) -> None:
    with ExitStack() as flood:
        for _ in range(2):
            flood.enter_context(door.lanes.strangers.place(ELSEWHERE))
        assert door.guess(ELSEWHERE, 1) == [429]
        assert door.sign_in(door.browser(HOME)).status_code == 303


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_a_lane_holds_no_more_than_its_places(steps: list[tuple[str, bool]]) -> None:
    lane, inside = Lane(places=3, of_one=2), []
    for who, comes in steps:
        if comes:
            is_room = len(inside) < 3 and [one for one, _ in inside].count(who) < 2
            place = lane.place(who)
            if is_room:
                place.__enter__()
                inside.append((who, place))
            else:
                with pytest.raises(TooManyTries):
                    place.__enter__()
        elif inside:
            inside.pop(0)[1].__exit__(None, None, None)
    assert set(lane._inside) == {who for who, _ in inside}, "nobody who left is remembered"


def actions(door: Door) -> list[str]:
    with database.connection_of(door.desk.app).begin(write=False) as db:
        return [row.action for row in audit.entries(db, agency=None, limit=60)]


def test_a_flood_does_not_fill_the_audit_log(door: Door) -> None:
    door.exhaust(ELSEWHERE)
    for _ in range(3):
        door.desk.clock.move(seconds=PACE)
        assert door.guess(ELSEWHERE, 2) == [403, 429]
    told = actions(door)
    assert told.count("session:refused") == FREE
    assert told.count("session:slowed") == 1


# Without the store of counters, and at the other form of the door


@pytest.fixture
def lonely(own_desk: Desk) -> Door:
    """A desk whose store of counters does not answer."""
    app = make_staff(own_desk.deployment, redis_url="redis://127.0.0.1:1/0")
    return early_in_the_hour(Door(Desk(own_desk.deployment, app)))


def test_without_its_store_sign_in_goes_on_and_guesses_are_slowed_still(lonely: Door) -> None:
    known, right = lonely.known(), lonely.right()
    lonely.exhaust(HOME)
    assert lonely.try_in(lonely.browser(HOME), **right).status_code == 429
    assert lonely.try_in(known, **right).status_code == 303
    assert lonely.sign_in(lonely.browser(ELSEWHERE)).status_code == 303


def test_wrong_invitations_close_no_door(door: Door) -> None:
    admin = door.browser(HOME)
    door.sign_in(admin, "son.administrator")
    sending = form(admin, "/members", "/members/invite", name="new.member")
    page = admin.post(sending.path, data=sending.data)
    token = next(node.text for node in Screen(page).all("output"))
    for number in range(25):
        client = door.browser(ELSEWHERE)
        wrong = form(client, "/welcome", "/welcome", invitation=f"new.member.{number}", go="look")
        assert client.post("/welcome", data=wrong.data).status_code == 403
    client = door.browser(ELSEWHERE)
    right = form(client, "/welcome", "/welcome", invitation=token, go="look")
    assert client.post("/welcome", data=right.data).status_code == 200


# Networks


@given(st.ip_addresses())
def test_every_address_is_in_its_network(address: IPv4Address | IPv6Address) -> None:
    found = ip_network(network_of(str(address)))
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert (mapped or address) in found
    assert found.prefixlen == (32 if found.version == 4 else 64)


@given(st.text(max_size=60))
def test_what_is_no_address_is_a_network_of_its_own(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        assert network_of(text) == text
