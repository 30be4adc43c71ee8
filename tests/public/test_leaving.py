"""The leave button, without a browser: what it forgets, and where it leads."""

from __future__ import annotations

import pytest

from tests.builders.sites import EXIT, CheckedClient, Screen


def test_leaving_goes_to_the_neutral_site_and_changes_a_hidden_cookie(
    client: CheckedClient,
) -> None:
    client.see("/en/a")
    response = client.post("/en/leave")
    assert response.status_code == 303
    assert response.headers["Location"] == EXIT
    cookies = response.headers.getlist("Set-Cookie")
    assert any("HttpOnly" in cookie and "SameSite=Strict" in cookie for cookie in cookies)


def test_leaving_ends_the_session(client: CheckedClient) -> None:
    draft = client.press(client.see("/en/a"), "start").fields()["draft"]
    client.post("/en/leave")
    screen = client.press(client.see("/en/a"), "start")
    data = screen.fields() | {"draft": draft, "go": ["next"]}
    assert client.post("/en/a", data=data).status_code == 400


def test_another_site_cannot_end_a_session(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    client.post("/en/leave", headers={"Sec-Fetch-Site": "cross-site"})
    assert client.press(screen, happening=["other"]).heading != "This page waited too long"


@pytest.mark.parametrize(
    "path", ["/en/", "/en/a", "/en/b", "/en/c", "/en/d", "/en/back", "/en/1", "/en/nowhere"]
)
def test_the_button_is_the_first_thing_on_every_page(client: CheckedClient, path: str) -> None:
    screen = client.see(path)
    first = screen.all("a", "button", "input", "select", "textarea")[0]
    target = next(n for n in screen.all() if n.get("id") == first.get("href")[1:])
    assert target.element.tag == "button"
    form = next(f for f in screen.all("form") if target.element in f.element.iter())
    assert form.get("method") == "post"
    assert form.get("action") == "/en/leave"


def test_no_form_of_the_journey_may_be_remembered(client: CheckedClient) -> None:
    screen: Screen = client.press(client.see("/en/a"), "start")
    for _ in range(9):
        assert screen.form.get("autocomplete") == "off"
        for field in screen.main.all("input", "textarea"):
            if field.element.tag == "textarea" or field.get("type") == "text":
                assert field.get("autocomplete") == "off"
        if screen.form.all("button")[0].get("value") == "send":
            return
        screen = client.press(screen, happening=["other"])
    raise AssertionError("no end")
