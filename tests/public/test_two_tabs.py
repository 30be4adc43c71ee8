"""Two tabs, one session: each shows its own report, whatever is pressed in the other."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, make_public
from tests.builders.telling import begin, to_page


def in_danger(screen: Screen) -> bool:
    """Whether the emergency steps stand on the page, open or folded."""
    blocks = [
        n for n in screen.main.all("section", "details") if "danger" in n.get("class").split()
    ]
    return bool(blocks) and "Call the emergency number" in blocks[0].text


def code_on(screen: Screen) -> str:
    return screen.one("output", id="receipt").text


def tell_of_danger(client: CheckedClient) -> Screen:
    """Tab A: the page of the code, after a report that tells of danger."""
    return client.press(to_page(client, "dangers", begin(client)), "send", dangers=["meeting"])


def tell_of_something(client: CheckedClient) -> Screen:
    """Tab B: the page of the code, after a harmless report."""
    return client.press(begin(client), "send", happening=["fake"])


@pytest.fixture
def tabs(client: CheckedClient) -> tuple[Screen, Screen]:
    """Both were filled in beside each other, and sent one after the other."""
    first = to_page(client, "dangers", begin(client))
    second = begin(client)
    return (
        client.press(first, "send", dangers=["meeting"]),
        client.press(second, "send", happening=["fake"]),
    )


def test_each_tab_keeps_its_code_when_it_is_loaded_again(
    client: CheckedClient, tabs: tuple[Screen, Screen]
) -> None:
    for shown in (*tabs, *reversed(tabs)):
        assert code_on(client.see(shown.path)) == code_on(shown)
    assert code_on(tabs[0]) != code_on(tabs[1])


def test_each_tab_keeps_its_danger_on_every_page_that_follows(
    client: CheckedClient, tabs: tuple[Screen, Screen]
) -> None:
    for shown, is_danger in zip(tabs, (True, False), strict=True):
        after = client.press(client.see(shown.path), "saved")
        again = client.press(after, "again")
        for page in (shown, client.see(shown.path), after, client.see(after.path), again):
            assert in_danger(page) is is_danger
        assert code_on(again) == code_on(shown)


def test_saving_in_one_tab_puts_no_code_away_in_the_other(
    client: CheckedClient, tabs: tuple[Screen, Screen]
) -> None:
    first, second = tabs
    after = client.press(first, "saved")
    assert code_on(client.see(second.path)) == code_on(second)
    assert after.heading == client.see(after.path).heading == "What happens next"
    client.press(second, "saved")
    assert client.see(after.path).heading == "What happens next"
    assert code_on(client.press(after, "again")) == code_on(first)


def test_the_language_is_switched_in_each_tab_alone(
    client: CheckedClient, tabs: tuple[Screen, Screen]
) -> None:
    for shown, is_danger in zip(tabs, (True, False), strict=True):
        for page in (shown, client.press(shown, "saved")):
            link = next(a for a in page.all("a") if a.get("lang") == "vi")
            other = client.see(link.get("href"))
            assert other.one("html").get("lang") == "vi"
            block = [n for n in other.main.all("section") if n.get("class") == "danger"]
            assert bool(block) is is_danger
        assert code_on(client.see(shown.path.replace("/en/", "/vi/"))) == code_on(shown)


def test_choosing_a_country_keeps_the_tab(
    client: CheckedClient, tabs: tuple[Screen, Screen]
) -> None:
    for shown in tabs:
        assert code_on(client.see(f"{shown.path}?help_country=PH")) == code_on(shown)


def test_answers_that_cross_on_the_way_lose_no_code(
    client: CheckedClient, deployment: Deployment
) -> None:
    """On a slow line both were sent before either was answered: the cookies of one are lost."""
    first, second = begin(client), begin(client)
    with client.session_transaction() as session:
        before = dict(session)
    shown = []
    for page in (first, second):
        with client.session_transaction() as session:
            session.clear()
            session.update(before)
        data = page.fields() | {"happening": ["fake"], "go": ["send"]}
        shown.append(client.post("/en/a", data=data).headers["Location"])
    codes = {code_on(client.see(path)) for path in shown}
    assert len(codes) == 2


def test_sending_and_saving_set_no_cookie(client: CheckedClient) -> None:
    """An answer that comes after somebody has left must not bring the session back."""
    data = begin(client).fields() | {"happening": ["fake"], "go": ["send"]}
    sent = client.post("/en/a", data=data)
    shown = client.get(sent.headers["Location"])
    page = Screen(shown)
    saved = client.post(page.path, data=page.fields() | {"go": ["saved"]})
    for answer in (sent, shown, saved, client.get(saved.headers["Location"])):
        assert "Set-Cookie" not in answer.headers


def test_an_address_opens_nothing_after_leaving(
    client: CheckedClient, tabs: tuple[Screen, Screen], app: Flask
) -> None:
    paths = [tabs[0].path, client.press(tabs[1], "saved").path]
    client.post("/en/leave")
    for path in paths:
        for client_of in (client, app.test_client()):
            answer = client_of.get(path)
            assert answer.status_code == 303
            assert answer.headers["Location"].endswith("/en/back")
    assert client.see("/en/a")
    for path in paths:
        assert client.see(path).heading == "Come back with your code"


def test_an_address_says_nothing(client: CheckedClient, tabs: tuple[Screen, Screen]) -> None:
    for shown in tabs:
        assert re.fullmatch(r"/en/sent/[A-Za-z0-9_-]{100,400}", shown.path)
        digits = code_on(shown).replace(" ", "")
        assert not any(digits[at : at + 6] in shown.path for at in range(15))


@pytest.mark.parametrize("wrong", ["x", "A" * 60, "AAAA" * 500, "é", "%00", "..%2f"])
def test_an_address_that_was_touched_asks_for_the_code(client: CheckedClient, wrong: str) -> None:
    tell_of_something(client)
    answer = client.get(f"/en/sent/{wrong}")
    assert answer.status_code in (303, 404)
    token = client.see("/en/back").fields()["csrf_token"]
    answer = client.post(f"/en/sent/{wrong}", data={"csrf_token": token, "go": "saved"})
    assert answer.status_code in (303, 404)


def test_deleting_in_one_tab_leaves_the_other_alone(deployment: Deployment) -> None:
    client = make_public(deployment, deletes_at_once=True).test_client()
    assert isinstance(client, CheckedClient)
    first, second = tell_of_danger(client), tell_of_something(client)
    threads = []
    for shown in (first, second):
        asked = client.see("/en/back")
        data = asked.fields() | {"code": [code_on(shown)]}
        threads.append(Screen(client.post("/en/back", data=data)))
    client.press(client.press(threads[0], "delete"), "delete_now")
    assert client.see(first.path).heading == "Come back with your code"
    assert code_on(client.see(second.path)) == code_on(second)
    added = client.press(threads[1], "add", more="He is back.")
    assert "We got what you added" in added.main.text


def test_a_danger_shows_while_answers_are_carried_past_other_pages(client: CheckedClient) -> None:
    """The page before another site, that of an error, and the one before the first question."""
    told = client.press(to_page(client, "dangers", begin(client)), "next", dangers=["meeting"])
    key = next(b.get("value") for b in told.all("button") if b.get("name") == "elsewhere")
    data = told.fields()
    leaving = Screen(client.post("/en/a", data=data | {"elsewhere": [key]}))
    refused = Screen(client.post("/en/a", data=data | {"x": ["data:image/png;base64,iVBORw0"]}))
    before = told
    while before.heading != "Before you start":
        before = client.press(before, "back")
    harmless = begin(client).fields()
    quiet = Screen(client.post("/en/a", data=harmless | {"x": ["data:image/png;base64,iVBORw0"]}))
    assert [in_danger(page) for page in (leaving, refused, before, quiet)] == [True] * 3 + [False]
