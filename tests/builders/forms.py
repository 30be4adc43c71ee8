"""Every form of both sites as it is really shown, with the fields that a browser would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.builders.sites import CheckedClient, Node, Screen
from tests.builders.telling import begin

_LONGEST_WALK = 20
"""Pages of a questionnaire, at most."""


@dataclass(frozen=True)
class Form:
    """Where a form leads, how, and every field of it with a value that it may send."""

    path: str
    method: str
    fields: dict[str, str]


def forms_of(screen: Screen) -> Iterator[Form]:
    """Give the forms of a page, once for each button with a name."""
    for node in screen.all("form"):
        path = (node.get("action") or screen.path).partition("#")[0]
        controls = [*node.all("input", "select", "textarea"), *_loose(screen, node)]
        fields = {n.get("name"): _first_value(n) for n in reversed(controls) if n.get("name")}
        buttons = [n for n in (*node.all("button"), *_loose(screen, node)) if n.get("name")]
        for button in {n.get("value"): n for n in buttons}.values() or [None]:
            pressed = {button.get("name"): button.get("value")} if button else {}
            yield Form(path, (node.get("method") or "get").upper(), fields | pressed)


def told_to_the_end(client: CheckedClient, door: str) -> Iterator[Screen]:
    """Give every page of a door, from the page before the first question to what comes next."""
    yield client.see(f"/en/{door}")
    screen = begin(client, door)
    for _ in range(_LONGEST_WALK):
        yield screen
        if not any(b.get("value") == "next" for b in screen.all("button")):
            break
        ticks = [n for n in screen.form.all("input") if n.get("type") == "checkbox"]
        first = {ticks[0].get("name"): [ticks[0].get("value")]} if ticks else {}
        screen = client.press(screen, **first)
    screen = client.press(screen, "send")
    yield screen
    yield client.press(screen, "saved")


def _loose(screen: Screen, form: Node) -> list[Node]:
    """Controls that stand elsewhere on the page and belong to the form by its id."""
    identity = form.get("id")
    every = screen.all("input", "select", "textarea", "button")
    return [n for n in every if identity and n.get("form") == identity]


def _first_value(control: Node) -> str:
    """What the control may send: of several choices the first."""
    if control.element.tag == "select":
        options = control.all("option")
        chosen = [o for o in options if o.element.get("selected") is not None] or options
        return chosen[0].get("value")
    if control.element.tag == "textarea":
        return "".join(control.element.itertext())
    return control.get("value")
