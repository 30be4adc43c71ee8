"""A walk through every page and state of the reporter's site, in a browser, in any language."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from portal.domain.guidance import load_guidance
from portal.public.elsewhere import places

Look = Callable[[str], None]


def press(page: Page, go: str) -> None:
    """Press the button of the main form that says so."""
    with page.expect_navigation():
        page.locator(f"main form button[value='{go}']").first.click()


def submit(page: Page) -> None:
    """Press the first button of the main form."""
    with page.expect_navigation():
        page.locator("main form button").first.click()


def open_all(page: Page) -> None:
    """Unfold everything, so that what is folded is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def walk(page: Page, site: str, language: str, look: Look) -> None:
    """Go everywhere, and look at each page under its name."""
    read(page, f"{site}/{language}", look)
    tell(page, f"{site}/{language}", look)
    come_back(page, f"{site}/{language}", look)
    for door in ("b", "c", "d"):
        through(page, f"{site}/{language}", door, look)
    go_wrong(page, f"{site}/{language}", look)


def read(page: Page, home: str, look: Look) -> None:
    """Pages to read: the landing, advice, sheets, the way to another site, what is not there."""
    guidance = load_guidance()
    key = next(key for key, place in places().items() if place.on_device)
    paths = ["", "n/", *(f"n/{number}" for number in guidance.advice)]
    paths += [*map(str, guidance.sheets), f"go/{key}", "nowhere"]
    for path in paths:
        page.goto(f"{home}/{path}")
        look(f"/{path}")
    page.goto(home + "/")
    open_all(page)
    look("/ unfolded")


def tell(page: Page, home: str, look: Look) -> None:
    """The child's pages, with an error and a danger, up to the code and what comes next."""
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


def come_back(page: Page, home: str, look: Look) -> None:
    """Coming back with the code that `tell` got: the thread, its errors, asking for deletion."""
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


def through(page: Page, home: str, door: str, look: Look) -> None:
    """Another door, page by page, to the end."""
    page.goto(f"{home}/{door}")
    look(f"door {door}")
    press(page, "start")
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
    page.locator("main [name=csrf_token]").evaluate("e => { e.value = 'x'; }")
    press(page, "next")
    look("unsure who sent it")
    page.locator("main [name=draft]").evaluate("e => { e.value = 'x'; }")
    press(page, "next")
    look("waited too long")
