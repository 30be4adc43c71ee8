"""A POST without a token is told in our own words, and loses nothing that was typed."""

from __future__ import annotations

import pytest

from tests.builders.sites import CheckedClient, Screen


def test_a_stale_token_shows_the_page_as_it_was_filled_in(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    data = screen.fields() | {"happening": ["fake"], "csrf_token": ["stale"], "go": ["next"]}
    response = client.post("/en/a", data=data)
    assert response.status_code == 400
    again = Screen(response)
    ticked = [n.get("value") for n in again.form.all("input") if n.element.get("checked") == ""]
    assert ticked == ["fake"]
    assert "still here" in again.main.text
    assert client.press(again).heading != again.heading


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/en/a", "This page waited too long"),
        ("/en/back", "Come back with your code"),
    ],
)
def test_without_a_session_nothing_is_taken(client: CheckedClient, path: str, heading: str) -> None:
    response = client.post(path, data={"go": "send", "happening": "fake"})
    assert response.status_code == 400
    assert Screen(response).heading == heading
