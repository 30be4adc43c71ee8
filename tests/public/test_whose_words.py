"""Each reporter is spoken to as who they are: child, carer, friend, witness or platform."""

from __future__ import annotations

import pytest

from tests.builders.sites import CheckedClient
from tests.builders.telling import begin, to_page

FOR_CARERS = (
    "Do not take the phone away",
    "How to talk with the child",
    "Thank you for telling me",
)
FOR_A_FRIEND = ("Stay with your friend, sister or brother", "Tell an adult you both trust")
FOR_A_WITNESS = ("Report it in the app or on the website", "The link is enough")


def afterwards(client: CheckedClient, door: str, told: str, **more: list[str]) -> str:
    """What stands below the heading after sending, where `told` was ticked on the first page."""
    screen = client.press(begin(client, door), happening=[told])
    for field, answer in more.items():
        screen = client.press(to_page(client, field, screen), **{field: answer})
    return client.press(client.press(screen, "send"), "saved").main.text


def test_a_friend_is_welcomed_like_a_child(client: CheckedClient) -> None:
    for door, is_theirs in (("a", True), ("b", False), ("c", False), ("d", True)):
        text = client.see(f"/en/{door}").main.text
        assert ("You did the right thing by coming here." in text) is is_theirs
        assert ("Thank you for looking out for a child." in text) is not is_theirs
        assert ("How to talk with the child" in text) is (door == "b")


@pytest.mark.parametrize(
    ("door", "relation", "words"),
    [
        ("b", [], FOR_CARERS),
        ("b", ["family"], FOR_CARERS),
        ("d", ["teacher"], FOR_CARERS),
        ("b", ["friend"], FOR_A_FRIEND),
        ("d", ["friend"], FOR_A_FRIEND),
        ("d", ["family"], FOR_A_FRIEND),
        ("b", ["witness"], FOR_A_WITNESS),
        ("d", ["witness"], FOR_A_WITNESS),
        ("d", ["rather_not"], FOR_A_WITNESS),
        ("d", [], FOR_A_WITNESS),
    ],
)
def test_what_can_be_done_depends_on_who_tells(
    client: CheckedClient, door: str, relation: list[str], words: tuple[str, ...]
) -> None:
    more = {"relation": relation} if relation else {}
    text = afterwards(client, door, "shared", **more)
    for one in (*FOR_CARERS, *FOR_A_FRIEND, *FOR_A_WITNESS):
        assert (one in text) is (one in words), one


@pytest.mark.parametrize("relation", ["friend", "witness"])
def test_who_is_no_carer_is_kept_from_harm(client: CheckedClient, relation: str) -> None:
    text = afterwards(client, "d", "shared", relation=[relation])
    assert "Don't write to the person who does this, and don't go to meet them." in text
    assert "Don't look at, copy or send on private pictures." in text


def test_a_friend_near_the_offender_is_not_told_to_collect(client: CheckedClient) -> None:
    far = afterwards(client, "d", "shared", relation=["friend"])
    near = afterwards(client, "d", "shared", relation=["friend"], who=["at_home"])
    assert "Take screenshots of names" in far
    assert "Take screenshots of names" not in near


TELL_AN_ADULT = "Tell an adult you trust what is happening, now."
LEAVE_NOBODY = "Don't leave the child alone. Call for help."
POLICE = "If a child is in danger now, call the police as well."


@pytest.mark.parametrize(
    ("door", "relation", "said"),
    [
        ("a", "", {TELL_AN_ADULT: 1}),
        ("b", "parent", {LEAVE_NOBODY: 1}),
        ("d", "friend", {LEAVE_NOBODY: 1}),
        ("d", "witness", {LEAVE_NOBODY: 1, POLICE: 1}),
        ("c", "", {LEAVE_NOBODY: 1, POLICE: 1}),
    ],
)
def test_who_is_in_danger_depends_on_who_tells(
    client: CheckedClient, door: str, relation: str, said: dict[str, int]
) -> None:
    more = {"relation": [relation]} if relation else {}
    text = afterwards(client, door, "shared", dangers=["suicide"], **more)
    for one in (TELL_AN_ADULT, LEAVE_NOBODY, POLICE):
        assert text.count(one) == said.get(one, 0), one
    assert ("If you are in danger, yours comes first." in text) is (door == "a")


@pytest.mark.parametrize(
    ("door", "relation", "down"),
    [("a", "", True), ("b", "parent", True), ("d", "friend", True), ("d", "witness", False)],
)
def test_only_a_child_is_asked_about_their_own_birthday(
    client: CheckedClient, door: str, relation: str, down: bool
) -> None:
    more = {"relation": [relation]} if relation else {}
    text = afterwards(client, door, "shared", **more)
    assert ("before your 18th birthday" in text) is (door == "a")
    assert ("Take It Down" in text) is down, "who saw a picture must not keep it to hand it in"
    assert "INHOPE" in text


def test_who_saw_a_website_is_told_where_to_report_it(client: CheckedClient) -> None:
    text = afterwards(client, "d", "public_place")
    assert "INHOPE" in text
    assert "Take It Down" not in text


FIRST = "A person reads your report before all other reports."


@pytest.mark.parametrize(("safe", "first"), [("no", True), ("dont_know", False)])
def test_only_a_crisis_is_told_after_sending_that_it_is_read_before_others(
    client: CheckedClient, safe: str, first: bool
) -> None:
    screen = client.press(begin(client), happening=["other"])
    code = client.press(screen, "send", safe_now=[safe])
    for page in (code, client.press(code, "saved")):
        assert "Call the emergency number where you are." in page.main.text
        assert (FIRST in page.main.text) is first


def test_who_is_pressed_on_camera_is_sent_to_people_not_behind_a_door(
    client: CheckedClient,
) -> None:
    screen = client.press(begin(client), happening=["other"])
    shown = client.press(screen, dangers=["now"])
    for page in (shown, client.press(shown, "send")):
        assert "Go to another person now." in page.main.text
        assert "lock the door" not in page.main.text


def test_what_was_cut_from_the_list_is_one_link_away(client: CheckedClient) -> None:
    for door, is_there in (("a", True), ("b", False)):
        screen = client.press(begin(client, door), happening=["other"])
        after = client.press(client.press(screen, "send"), "saved")
        assert ("/en/n/" in [n.get("href") for n in after.main.all("a")]) is is_there
