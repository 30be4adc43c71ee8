"""What a guesser learns, and what many at once can hold: as good as nothing."""

from __future__ import annotations

import html
import importlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.access import totp
from portal.domain.errors import SignInRefused, TooManyTries
from portal.staff.account import throttle
from portal.staff.account.throttle import PACE, Lane
from tests.builders.waiting import PATIENCE, wait
from tests.staff.account.signing_in import (
    ELSEWHERE,
    FREE,
    HOME,
    MEMBER,
    WRONG,
    Door,
    actions,
    early_in_the_hour,
    said,
)
from tests.staff.conftest import Desk
from tests.staff.forms.test_unsent import field_value

FACTORS = importlib.import_module("portal.access.factors")
"""The module, in which passphrases are tried."""


@pytest.fixture
def door(own_desk: Desk) -> Door:
    return early_in_the_hour(Door(own_desk))


# What a guesser learns


def test_a_name_that_nobody_has_is_answered_as_a_members(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answers, and the same work: one Argon2id for each that is checked."""
    told, work = {}, []
    for name in ("unlock", "waste_unlock"):
        real = getattr(FACTORS, name)
        monkeypatch.setattr(FACTORS, name, lambda *a, real=real: (work.append(1), real(*a))[1])
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

    monkeypatch.setattr(totp, "matching_step", look)
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


def test_a_flood_does_not_fill_the_audit_log(door: Door) -> None:
    door.exhaust(ELSEWHERE)
    for _ in range(3):
        door.desk.clock.move(seconds=PACE)
        assert door.guess(ELSEWHERE, 2) == [403, 429]
    told = actions(door)
    assert told.count("session:refused") == FREE
    assert told.count("session:slowed") == 1
