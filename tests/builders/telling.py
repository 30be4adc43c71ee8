"""A child who tells, page by page, in the test client."""

from __future__ import annotations

from tests.builders.sites import CheckedClient, Screen

TOLD = {"happening": ["threat_share", "want_money"]}


def begin(client: CheckedClient, door: str = "a", language: str = "en") -> Screen:
    """Pass the page that says what to know before."""
    return client.press(client.see(f"/{language}/{door}"), "start")


def to_page(client: CheckedClient, field: str, screen: Screen) -> Screen:
    """Press Next until a page asks for `field`."""
    for _ in range(12):
        if any(n.get("name").split("-")[0] == field for n in screen.form.all("input", "textarea")):
            return screen
        more = TOLD if "happening" not in screen.fields() and _is_first(screen) else {}
        screen = client.press(screen, **more)
    raise AssertionError(field)


def _is_first(screen: Screen) -> bool:
    return any(n.get("name") == "happening" for n in screen.form.all("input"))
