"""Sites to test on, and a client that checks every page it fetches."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import config
from portal import public, staff
from portal.web import clock, database
from tests.builders.deployment import Deployment

EXIT = "https://weather.example"

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer of every status carries, word for word."""

POLICY = (
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)

POWERS = ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")

_CONTROLS = ("input", "select", "textarea", "button")


def make_public(deployment: Deployment, **changes: Any) -> Flask:
    """Make the reporter's site of a deployment, with other settings where a test wants them."""
    settings = config.load_public(deployment.environ)
    settings = replace(settings, **{"exit_url": EXIT, **changes})
    app = public.create_app(settings, clock=deployment.clock)
    app.test_client_class = CheckedClient
    return _closed_with(deployment, app)


def make_staff(deployment: Deployment, **changes: Any) -> Flask:
    """Make the desk of a deployment, with other settings where a test wants them."""
    settings = replace(config.load_staff(deployment.environ), **changes)
    app = staff.create_app(settings, clock=deployment.clock)
    app.test_client_class = DeskClient
    return _closed_with(deployment, app)


def _closed_with(deployment: Deployment, app: Flask) -> Flask:
    """Let the databases of a site be closed as its deployment is: a process does it by ending."""
    assert deployment.opened, "its sites are to be closed: with make_deployment(…) as deployment"
    deployment.opened.callback(database.connection_of(app).close)
    return app


def time_at(app: Flask) -> datetime:
    """The time of a site."""
    with app.app_context():
        return clock.now()


class Node:
    """One element of a page."""

    def __init__(self, element: Element) -> None:
        self.element = element

    @property
    def text(self) -> str:
        """All text inside, with single spaces."""
        return " ".join("".join(self.element.itertext()).split())

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.element.get(name, default)

    def all(self, *tags: str) -> list[Node]:
        """Every element inside of these tags, in the order of the page."""
        return [Node(e) for e in self.element.iter() if not tags or e.tag in tags]

    def one(self, tag: str, **attributes: str) -> Node:
        """The only element inside of that tag and these attributes."""
        fits = [n for n in self.all(tag) if all(n.get(k) == v for k, v in attributes.items())]
        assert len(fits) == 1, f"{len(fits)} × <{tag} {attributes}>"
        return fits[0]


class Screen(Node):
    """What an answer shows: parsed strictly, so that wrong HTML fails the test."""

    def __init__(self, response: TestResponse) -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        super().__init__(parser.parse(response.get_data(as_text=True)))
        self.path = response.request.path

    @cached_property
    def main(self) -> Node:
        """The content."""
        return self.one("main")

    @property
    def heading(self) -> str:
        """The only h1."""
        return self.one("h1").text

    @property
    def form(self) -> Node:
        """The main form: the first one in the content."""
        return self.main.all("form")[0]

    def fields(self) -> dict[str, list[str]]:
        """What a browser would send of the main form if no button were pressed."""
        identity = self.form.get("id")
        loose = [n for n in self.all(*_CONTROLS) if n.get("form") and n.get("form") == identity]
        sent: dict[str, list[str]] = {}
        for control in [*self.form.all(*_CONTROLS), *loose]:
            for value in _sent(control):
                sent.setdefault(control.get("name"), []).append(value)
        return sent


class CheckedClient(FlaskClient):
    """A browser without scripts that holds every answer against the rules for pages."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and check the answer."""
        response = super().open(*args, **kwargs)
        check(response)
        return response

    def resume(self, screen: Screen) -> Screen:
        """Press the only button of a form that carries answers on."""
        path = screen.form.get("action") or screen.path
        return Screen(self.post(path, data=screen.fields()))

    def press(self, screen: Screen, go: str = "next", /, **answers: Any) -> Screen:
        """Fill in the main form, press a button, follow where it leads."""
        buttons = [b for b in screen.all("button") if b.get("name") == "go"]
        assert go in ("check", *(b.get("value") for b in buttons)), "there is no such button"
        data = screen.fields() | {"go": [go]} | answers
        action = screen.form.get("action") or screen.path
        return Screen(self.post(action, data=data, follow_redirects=True))

    def raw(self, path: str) -> TestResponse:
        """Ask as a browser that takes gzip, and look at the bytes themselves."""
        return super().open(path, headers={"Accept-Encoding": "gzip"})

    def see(self, path: str) -> Screen:
        """Open a page."""
        return Screen(self.get(path, follow_redirects=True))


class DeskClient(FlaskClient):
    """A browser at the desk: each form that it sends has a key of its own, as each form shown has.

    A test that sends one form twice names the key.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, with a key in every form."""
        if kwargs.get("method") == "POST" and isinstance(kwargs.get("data"), dict):
            kwargs["data"] = {"once": secrets.token_urlsafe(16), **kwargs["data"]}
        return super().open(*args, **kwargs)


def check(response: TestResponse) -> None:
    """Hold one answer against what every answer keeps to."""
    headers = response.headers
    for name, value in HEADERS.items():
        assert headers.get_all(name) == [value], name
    policy = headers["Content-Security-Policy"].split("; ")
    assert not set(POLICY) - set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert all(f"{power}=()" in headers["Permissions-Policy"] for power in POWERS)
    is_asked = response.status_code == 200 and response.request.method in ("GET", "HEAD")
    is_static = is_asked and response.request.path.startswith("/s/")
    assert ("immutable" if is_static else "no-store") in headers["Cache-Control"]
    assert not re.search(r"werkzeug|python|gunicorn|flask", headers.get("Server", ""), re.I)
    if response.mimetype == "text/html" and response.status_code != 303 and response.data:
        check_page(response)


def check_page(response: TestResponse) -> None:
    """Hold one page against the rules: valid, one heading, a neutral title, no id twice."""
    screen = Screen(response)
    root = screen.one("html")
    assert root.get("lang")
    assert root.get("dir") in ("ltr", "rtl")
    title = screen.one("title").text
    assert screen.heading
    assert title
    assert title[-1] not in "-–—", "a title that ends in a dash"
    if screen.all("main") and response.request.path.split("/")[1] != "":
        check_title(title, screen.heading)
    ids = [node.get("id") for node in screen.all() if node.get("id")]
    assert len(ids) == len(set(ids)), "an id stands twice"
    for node in screen.all():
        names = set(node.element.keys())
        assert not {n for n in names if n.startswith("on")} | (names & {"style"}), "inline"
    assert not [n for n in screen.all("script") if n.text], "an inline script"
    check_controls(screen, set(ids))


def check_title(title: str, heading: str) -> None:
    """A tab or a history must not tell what the heading tells."""
    telling = {word for word in re.findall(r"\w+", heading.casefold()) if len(word) > 4}
    assert not telling & set(re.findall(r"\w+", title.casefold())) - {"page", "trang"}


def check_controls(screen: Screen, ids: set[str]) -> None:
    """Every control has a name that is read out, and every reference leads somewhere."""
    labelled = {label.get("for") for label in screen.all("label")}
    for control in screen.all("input", "select", "textarea"):
        is_shown = (
            control.get("type") not in ("hidden", "submit")
            and control.element.get("hidden") is None
        )
        if is_shown:
            assert control.get("id") in labelled, "a control without a label"
    for node in screen.all():
        for name in ("for", "aria-describedby", "aria-labelledby", "form"):
            assert set(node.get(name).split()) <= ids, f"{name} leads nowhere"
        if node.element.tag == "a" and node.get("href").startswith("#"):
            assert node.get("href")[1:] in ids, "a link leads nowhere"
    for form in screen.all("form"):
        if form.get("method") == "post" and form.all("textarea", "input"):
            assert form.get("autocomplete") == "off" or not form.all("textarea")


def is_button(control: Node) -> bool:
    """Tell whether a control is pressed, and says something only then."""
    return control.element.tag == "button" or control.get("type") == "submit"


def default_button(screen: Screen, form: Node) -> Node:
    """The button that Enter presses in a field of a form: the first that belongs to it (HTML)."""
    inside = {node.element for node in form.all()}
    found = [
        node
        for node in screen.all("button", "input")
        if is_button(node)
        and node.get("type", "submit") == "submit"
        and (node.get("form") == form.get("id") if node.get("form") else node.element in inside)
    ]
    return found[0]


def is_checked(control: Node) -> bool:
    """Tell whether a box is ticked."""
    return control.element.get("checked") is not None


def _sent(control: Node) -> Iterator[str]:
    if not control.get("name") or is_button(control):
        return
    if control.element.tag == "select":
        chosen = [o for o in control.all("option") if o.element.get("selected") is not None]
        yield (chosen or control.all("option"))[0].get("value")
    elif control.element.tag == "textarea":
        yield "".join(control.element.itertext())
    elif control.get("type") not in ("checkbox", "radio") or is_checked(control):
        yield control.get("value")
