"""Guessing at sign-in is slowed, and keeps out nobody but who guesses."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.limits import network_of
from tests.staff.conftest import Desk, sign_in

GUESSES = 21
"""Twice what one window of time lets through, and one more: one may begin in between."""

ELSEWHERE, AT_WORK = "203.0.113.5", "192.0.2.9"


def from_address(desk: Desk, address: str):
    client = desk.app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


@pytest.mark.parametrize(
    ("stranger", "member"),
    [(ELSEWHERE, AT_WORK), ("2001:db8:1:1::5", "2001:db8:1:2::5"), (ELSEWHERE, "2001:db8::1")],
)
def test_a_stranger_who_guesses_does_not_keep_the_member_out(
    own_desk: Desk, stranger: str, member: str
) -> None:
    person = own_desk.people[0]
    guessing = from_address(own_desk, stranger)
    answers = [
        sign_in(guessing, person, passphrase=f"guess number {n}").status_code
        for n in range(GUESSES)
    ]
    assert set(answers) == {403, 429}, "guessing is slowed"
    assert sign_in(from_address(own_desk, member), person).status_code == 303


def test_addresses_of_one_network_are_counted_together(own_desk: Desk) -> None:
    person = own_desk.people[0]
    answers = [
        sign_in(from_address(own_desk, f"2001:db8:1:1::{n:x}"), person, passphrase="x").status_code
        for n in range(1, GUESSES + 1)
    ]
    assert 429 in answers


@given(st.ip_addresses())
def test_every_address_is_in_its_network(address) -> None:
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
