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
    # A link of another site brings it along, so that it is seen that a page is opened anew.
    assert any(c.startswith("x=") and "HttpOnly" in c and "SameSite=Lax" in c for c in cookies)


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


CLICKED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
FROM_BACK = {"Sec-Fetch-Mode": "navigate"}
"""What browsers say of a page that a person asked for, and of one that Back or a reload brings."""


@pytest.mark.parametrize("path", ["/en/", "/en/a", "/en/back", "/en/n/1", "/en/sent/x", "/", "/x"])
def test_what_back_asks_for_again_leads_to_the_neutral_site(
    client: CheckedClient, path: str
) -> None:
    client.see("/en/a")
    client.post("/en/leave", headers=CLICKED)
    for _ in range(3):
        answer = client.get(path, headers=FROM_BACK)
        assert (answer.status_code, answer.headers["Location"]) == (303, EXIT)


def test_a_form_from_before_leads_to_the_neutral_site(client: CheckedClient) -> None:
    """Also where the browser says that a person pressed it: in another tab, or to send it again."""
    forms = [
        ("/en/a", client.press(client.see("/en/a"), "start").fields()),
        ("/en/back", client.see("/en/back").fields() | {"code": ["4242"]}),
        ("/en/sent/x", {"go": ["saved"]}),
        ("/en/nowhere", {}),
        ("/en/a", {"x": ["data:image/png;base64,iVBORw0KGgo="]}),
    ]
    client.post("/en/leave")
    for headers in (CLICKED, FROM_BACK, {}):
        for path, data in forms:
            answer = client.post(path, data=data, headers=headers)
            assert (answer.status_code, answer.headers["Location"]) == (303, EXIT)
            assert "Set-Cookie" not in answer.headers


def test_who_comes_back_on_purpose_begins_anew(client: CheckedClient) -> None:
    client.see("/en/a")
    client.post("/en/leave", headers=CLICKED)
    assert client.get("/en/a", headers=CLICKED).status_code == 200
    assert client.get("/en/a", headers=FROM_BACK).status_code == 200
    screen = client.press(client.see("/en/a"), "start")
    assert client.press(screen, happening=["other"]).heading != "Before you start"


@pytest.mark.parametrize("headers", [{}, FROM_BACK])
def test_a_browser_that_never_says_who_asked_is_let_in(
    client: CheckedClient, headers: dict[str, str]
) -> None:
    """Safari sends the other headers of Fetch Metadata, but not that one."""
    client.post("/en/leave", headers=headers)
    for path in ("/en/", "/en/a"):
        assert client.get(path, headers=headers).status_code == 200


def test_files_are_served_and_leaving_twice_leaves(client: CheckedClient) -> None:
    files = [n.get("src") for n in client.see("/en/a").all("script")]
    client.post("/en/leave")
    for path in files:
        assert client.get(path, headers={"Sec-Fetch-Mode": "no-cors"}).status_code == 200
    assert client.post("/en/leave", headers=CLICKED).headers["Location"] == EXIT
    assert client.get("/en/a", headers=FROM_BACK).headers["Location"] == EXIT


def test_another_site_cannot_keep_anybody_away(client: CheckedClient) -> None:
    client.post("/en/leave", headers={"Sec-Fetch-Site": "cross-site"})
    assert client.get("/en/a", headers=FROM_BACK).status_code == 200


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
