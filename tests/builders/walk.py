"""A walk through every page and state of the reporter's site, in a browser, in any language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from portal.domain.content.guidance import load_guidance
from portal.public.external_sites import places
from portal.web import bounds
from tests.builders.deployment import Deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public

Look = Callable[[str], None]

IN_FULL = ("en", "vi", "ar")
"""Languages in which the questions of door d are looked at too: they are those of door b, word for
word (tests/public/test_journey.py)."""


@dataclass(frozen=True)
class Sites:
    """Where to walk: a deployment as it comes, and as another may choose and a flood may find it.

    In `other` reporters delete at once, and every report is one too many. A browser keeps one
    session for both, since cookies know no port.
    """

    usual: str
    other: str


@contextmanager
def serve_both(
    deployment: Deployment, *, wrap: Callable[[Flask], Any] = lambda app: app, **changes: Any
) -> Iterator[Sites]:
    """Serve a deployment both ways; `wrap` may put something around each app."""
    usual = make_public(deployment, **changes)
    other = make_public(deployment, deletes_at_once=True, **changes)
    other.config["PORTAL_RATE_SENDS"] = "0 per day"
    with serve(wrap(usual)) as first, serve(wrap(other)) as second:
        yield Sites(first, second)


def follow(page: Page, selector: str) -> None:
    """Click the first element that fits, and wait for the page that comes."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def press(page: Page, go: str) -> None:
    """Press the button of the main form that says so."""
    follow(page, f"main form button[value='{go}']")


def submit(page: Page) -> None:
    """Press the first button of the main form."""
    follow(page, "main form button")


def open_all(page: Page) -> None:
    """Unfold everything, so that what is folded is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def carry(page: Page, name: str, value: str) -> None:
    """Put a field into the main form that nobody sees, or change the one that is there."""
    page.evaluate(
        """([name, value]) => {
            const form = document.querySelector("main form");
            const field = form.elements[name] ?? document.createElement("input");
            Object.assign(field, { name, value, hidden: true });
            form.append(field);
        }""",
        [name, value],
    )


def walk(page: Page, sites: Sites, language: str, look: Look) -> None:
    """Go everywhere, and look at each page under its name."""
    home, other = f"{sites.usual}/{language}", f"{sites.other}/{language}"
    read(page, home, look)
    draft = tell(page, home, look)
    code = come_back(page, home, look)
    send_again(page, home, draft, look)
    delete(page, other, code, look)
    for door in ("b", "c", "d"):
        through(page, home, door, look, is_asked=door != "d" or language in IN_FULL)
    go_wrong(page, home, look)
    send_one_too_many(page, other, look)


def read(page: Page, home: str, look: Look) -> None:
    """Pages to read: the landing, advice, sheets, the way to another site, what can't be read."""
    guidance = load_guidance()
    key = next(key for key, place in places().items() if place.on_device)
    paths = ["", "n/", *(f"n/{number}" for number in guidance.advice)]
    paths += [*map(str, guidance.sheets), f"go/{key}", "nowhere", "leave"]
    for path in paths:
        page.goto(f"{home}/{path}")
        look(f"/{path}")
    page.goto(home + "/")
    open_all(page)
    look("/ unfolded")


def tell(page: Page, home: str, look: Look) -> str:
    """The child's pages, with an error and a danger, up to the code and what comes next.

    Gives the draft as it was on the second page.
    """
    page.goto(f"{home}/a")
    open_all(page)
    look("before")
    press(page, "start")
    look("page 1")
    press(page, "next")
    open_all(page)
    look("page 1, an error")
    for option in ("threat_share", "want_money", "shared"):
        page.check(f"[name=happening][value={option}]")
    press(page, "next")
    look("page 2")
    draft = page.locator("main [name=draft]").input_value()
    page.check("[name=dangers][value=meeting]")
    look("page 2, a danger at once")
    press(page, "next")
    page.check("[name=age][value='13_15']")
    look("page 3")
    number = 4
    press(page, "next")
    while page.locator("main progress").count():
        if page.locator("[name=contact][value=contact]").count():
            page.check("[name=contact][value=contact]")
            page.fill("[name=safe_contact]", "0900 000 000")
        open_all(page)
        look(f"page {number}")
        press(page, "next")
        number += 1
    look("check")
    press(page, "send")
    open_all(page)
    look("the code")
    submit(page)
    look("what comes next")
    return draft


def come_back(page: Page, home: str, look: Look) -> str:
    """Coming back with the code that `tell` got: the thread, its errors, asking for deletion.

    Gives the code.
    """
    press(page, "again")
    code = page.locator("#receipt").inner_text()
    page.goto(f"{home}/back")
    look("back")
    page.fill("[name=code]", "123")
    submit(page)
    look("back, a wrong code")
    page.fill("[name=code]", code)
    submit(page)
    open_all(page)
    look("the thread")
    press(page, "add")
    look("the thread, an error")
    page.fill("[name=more]", "…")
    press(page, "add")
    look("the thread, added")
    open_all(page)
    press(page, "delete")
    look("the thread, deletion asked")
    for field in ("csrf_token", "thread"):
        page.locator(f"main [name={field}]").evaluate("e => { e.value = 'x'; }")
        press(page, "add")
        look(f"the thread, a wrong {field}")
    return code


def send_again(page: Page, home: str, draft: str, look: Look) -> None:
    """Sending what `tell` sent once more, from a page that was left open, with other answers."""
    page.goto(f"{home}/a")
    press(page, "start")
    carry(page, "draft", draft)
    press(page, "send")
    look("sent already")


def delete(page: Page, home: str, code: str, look: Look) -> None:
    """Deleting a report at once, and writing in its thread afterwards."""
    page.goto(f"{home}/back")
    page.fill("[name=code]", code)
    submit(page)
    open_all(page)
    look("the thread, to be deleted at once")
    thread = page.locator("main [name=thread]").input_value()
    press(page, "delete")
    look("deletion, asked once more")
    press(page, "delete_now")
    look("deleted")
    page.goto(f"{home}/back")
    carry(page, "thread", thread)
    carry(page, "more", "…")
    submit(page)
    look("the thread of a deleted report")


def through(page: Page, home: str, door: str, look: Look, *, is_asked: bool) -> None:
    """Another door, page by page unless `is_asked` is false, up to what comes next."""
    page.goto(f"{home}/{door}")
    look(f"door {door}")
    press(page, "start")
    if is_asked:
        answer(page, door, look)
    else:
        page.locator("main input[type=checkbox]").first.check()
    press(page, "send")
    submit(page)
    look(f"door {door}, what comes next")


def answer(page: Page, door: str, look: Look) -> None:
    """The pages of a door with the least that may be answered, up to the check."""
    number = 1
    while page.locator("main progress").count():
        ticks = page.locator("main input[type=checkbox]")
        if number == 1 and ticks.count():
            ticks.first.check()
        open_all(page)
        look(f"door {door}, page {number}")
        press(page, "next")
        if page.locator("#summary").count():
            raise AssertionError(f"door {door}, page {number}: an answer is missing")
        number += 1
    look(f"door {door}, check")


def go_wrong(page: Page, home: str, look: Look) -> None:
    """Pages of errors that a browser can meet."""
    page.goto(f"{home}/a")
    press(page, "start")
    for what, text in (
        ("too much at once", "long " * (bounds.LARGEST // 5)),
        ("a picture", "data:image/png;base64,iVBORw0KGgo="),
    ):
        carry(page, "story", text)
        press(page, "next")
        look(what)
        submit(page)
    page.locator("main [name=csrf_token]").evaluate("e => { e.value = 'x'; }")
    press(page, "next")
    look("unsure who sent it")
    page.locator("main [name=draft]").evaluate("e => { e.value = 'x'; }")
    press(page, "next")
    look("waited too long")


def send_one_too_many(page: Page, home: str, look: Look) -> None:
    """Sending where too much was sent before; the answers are kept."""
    page.goto(f"{home}/a")
    press(page, "start")
    page.check("[name=happening][value=fake]")
    press(page, "send")
    look("one too many")
