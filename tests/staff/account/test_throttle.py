"""Guessing is slowed, and the member is let in: tested by doing what a guesser does."""

from __future__ import annotations

import html
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.staff.account import throttle
from portal.staff.account.throttle import PACE
from portal.web.limits import network_of
from tests.builders.sites import Screen, make_staff
from tests.staff.account.signing_in import ELSEWHERE, FREE, HOME, MEMBER, Door, early_in_the_hour
from tests.staff.conftest import Desk
from tests.staff.forms.test_once import form
from tests.staff.forms.test_unsent import field_value


@pytest.fixture
def door(own_desk: Desk) -> Door:
    return early_in_the_hour(Door(own_desk))


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
