"""Typing, leaving, pressing Back: nothing that was typed may be seen again.

In a real Chromium with its back-forward cache on, with scripts on and off. The neutral site is a
second server.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.builders.deployment import make_deployment
from tests.builders.serving import serve, weather
from tests.builders.sites import make_public
from tests.builders.timers import hold_timers
from tests.builders.waiting import wait
from tests.builders.walk import follow, press, submit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TYPED = "Quokka he wants to meet me tomorrow"


@dataclass(frozen=True)
class Places:
    """Where the reporter's site and the neutral site are."""

    site: str
    exit: str


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder: Path = tmp_path_factory.mktemp("leaving")
    with make_deployment(folder / "instance") as deployment, serve(weather) as neutral:
        app = make_public(deployment, exit_url=f"{neutral}/")
        with serve(app) as site:
            yield Places(site, neutral)


@pytest.fixture(scope="module")
def remembering(chromium: Browser) -> Iterator[Browser]:
    """A browser with the back-forward cache, which the driver turns off otherwise."""
    browser = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, ("chromium", "chromium-browser")))),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, remembering: Browser) -> Iterator[Page]:
    context = remembering.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=request.param
    )
    hold_timers(context)  # a tab whose site answers late leaves once more when it comes back
    yield context.new_page()
    context.close()


def type_somewhere(page: Page, site: str) -> None:
    """Go to the page with the free text, and begin to write there."""
    page.goto(f"{site}/en/")
    follow(page, ".doors a")
    submit(page)
    page.check("[name=happening][value=fake]")
    while not page.locator("[name=story]").count():
        press(page, "next")
    page.fill("[name=story]", TYPED)


def type_in_the_code(page: Page, site: str) -> None:
    page.goto(f"{site}/en/back")
    page.fill("[name=code]", TYPED)


def come_back(page: Page, site: str) -> str:
    """File a report, and open its thread with the code; gives the code."""
    page.goto(f"{site}/en/a")
    submit(page)
    page.check("[name=happening][value=fake]")
    press(page, "send")
    code = page.locator("#receipt").inner_text()
    page.goto(f"{site}/en/back")
    page.fill("[name=code]", code)
    submit(page)
    return code


def type_in_the_thread(page: Page, site: str) -> str:
    code = come_back(page, site)
    page.fill("[name=more]", TYPED)
    return code


def send_in_the_thread(page: Page, site: str) -> str:
    """What was sent, and the country shown before it: two pages that hold what was typed."""
    code = type_in_the_thread(page, site)
    for button in ("#help button", "main form button[value=add]"):
        follow(page, button)
    return code


TYPING = (type_somewhere, type_in_the_code, type_in_the_thread, send_in_the_thread)


def seen(page: Page) -> str:
    """All that the page shows or holds, also in its fields."""
    held = page.locator("input, textarea").all()
    return page.content() + " ".join(field.input_value() for field in held if is_text(field))


def is_text(field: object) -> bool:
    return field.get_attribute("type") not in ("checkbox", "radio", "submit")  # type: ignore[attr-defined]


def press_back(page: Page) -> None:
    """Press Back, and wait for the page that comes: the browser may keep it alive, load it, have us
    reload it, or show a page of its own."""
    place = place_in_history(page)
    with suppress(BrowserError):
        page.go_back(wait_until="load")
    wait(lambda: not place or place_in_history(page) == place - 1, "Back")
    page.wait_for_load_state("load")


def place_in_history(page: Page) -> int | None:
    """How many pages lie behind this one; None while one takes the place of another."""
    try:
        browser = page.context.new_cdp_session(page)
        place: int = browser.send("Page.getNavigationHistory")["currentIndex"]
        browser.detach()
    except BrowserError:
        return None
    return place


@pytest.mark.parametrize("typing", TYPING)
def test_back_shows_nothing_that_was_typed(page: Page, places: Places, typing: object) -> None:
    code = typing(page, places.site)  # type: ignore[operator]
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    for _ in range(6):
        press_back(page)
        if page.url.startswith("chrome-error:"):
            page.reload()  # the browser asks whether to send the form again: yes
        assert "Quokka" not in seen(page)
        assert not code or code not in seen(page)
        assert not page.locator("main input:checked").count()


@pytest.mark.parametrize("path", ["a", "n/", "back"])
def test_back_shows_no_page_of_ours(page: Page, places: Places, path: str) -> None:
    """Without scripts, this browser can't tell the first page that was typed from a new visit."""
    page.goto(f"{places.site}/en/")
    with page.expect_navigation():
        page.click(f"main a[href='/en/{path}']")
    if path == "a":
        with page.expect_navigation():
            page.click("main form button")
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    shown = []
    for _ in range(4):
        press_back(page)
        if page.url.startswith("chrome-error:"):
            page.reload()
        shown += page.locator("h1").all_inner_texts()
    assert set(shown) <= {"Sunny", "You are not in trouble."}


def test_with_scripts_back_does_not_even_show_the_first_page(
    remembering: Browser, places: Places
) -> None:
    page = remembering.new_context().new_page()
    page.goto(f"{places.site}/en/")
    page.click("main a[href='/en/n/']")
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    page.evaluate("history.go(-1)")
    page.wait_for_url(f"{places.exit}/")
    assert page.locator("h1").inner_text() == "Sunny"
    page.context.close()


def test_leaving_makes_the_sealed_answers_useless(page: Page, places: Places) -> None:
    type_somewhere(page, places.site)
    draft = page.locator("main [name=draft]").get_attribute("value")
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    page.goto(f"{places.site}/en/a")
    token = page.locator("main [name=csrf_token]").get_attribute("value")
    response = page.request.post(
        f"{places.site}/en/a", form={"draft": draft or "", "csrf_token": token or "", "go": "stay"}
    )
    assert response.status == 400


def test_leaving_forgets_the_country(page: Page, places: Places) -> None:
    page.goto(f"{places.site}/en/")
    page.select_option("#help_country", "PH")
    follow(page, "#help button")
    follow(page, ".doors a")
    assert page.locator("#help [href='tel:911']").count()
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"x"}
    page.goto(f"{places.site}/en/n/1")
    assert not page.locator("#help [href='tel:911']").count()


def test_the_leave_button_stays_in_its_place(page: Page, places: Places) -> None:
    spots = set()
    for path in ("/en/", "/en/a", "/en/back", "/en/1"):
        page.goto(places.site + path)
        box = page.locator("#leave-button").bounding_box()
        assert box is not None
        spots.add((round(box["y"]), round(box["x"] + box["width"])))
        assert box["height"] >= 48
    assert len(spots) == 1


def test_shift_three_times_leaves(chromium: Browser, places: Places) -> None:
    page = chromium.new_page()
    type_somewhere(page, places.site)
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(f"{places.exit}/")
    press_back(page)
    assert "Quokka" not in seen(page)
    page.context.close()


def test_a_leave_that_got_lost_is_made_up_for(remembering: Browser, places: Places) -> None:
    """The network breaks as somebody leaves: the session lives on, until the tab comes back."""
    page = remembering.new_context().new_page()
    type_somewhere(page, places.site)
    press(page, "next")
    page.route("**/leave", lambda route: route.abort())
    page.click("#leave-button")
    page.wait_for_url(f"{places.exit}/")
    page.unroute("**/leave")
    press_back(page)
    if page.url.startswith("chrome-error:"):
        with page.expect_response("**/leave"):
            page.reload()
    page.wait_for_url(f"{places.exit}/")
    assert "Quokka" not in seen(page)
    for _ in range(4):
        press_back(page)
        if page.url.startswith("chrome-error:"):
            page.reload()
        assert "Quokka" not in seen(page)
    page.context.close()


@pytest.mark.parametrize(
    "storage", ["null", "new Proxy({}, { set() { throw new Error('full'); } })"]
)
def test_it_works_where_a_tab_can_remember_nothing(
    chromium: Browser, places: Places, storage: str
) -> None:
    page = chromium.new_page()
    page.add_init_script(f"Object.defineProperty(window, 'sessionStorage', {{ value: {storage} }})")
    type_somewhere(page, places.site)
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(f"{places.exit}/")
    page.context.close()


def assert_stays(page: Page) -> None:
    """Leaving empties the page as the key is handled, which is before anybody can ask here."""
    assert page.evaluate("document.body.childElementCount > 0 && !document.body.hidden")
    assert page.url.endswith("/en/a")


def test_choosing_words_with_shift_and_the_mouse_does_not_leave(
    chromium: Browser, places: Places
) -> None:
    page = chromium.new_page()
    type_somewhere(page, places.site)
    for _ in range(4):
        page.locator("[name=story]").click(modifiers=["Shift"])
    assert_stays(page)
    page.context.close()


def test_a_link_of_another_site_takes_nothing_away(chromium: Browser, places: Places) -> None:
    """It may be sent to stop a child who writes in another tab."""
    browser = chromium.new_context()
    page = browser.new_page()
    type_somewhere(page, places.site)
    other = browser.new_page()
    link = f'<a href="{places.site}/en/a">Look</a>'
    other.route(
        "http://elsewhere.example/", lambda r: r.fulfill(content_type="text/html", body=link)
    )
    other.goto("http://elsewhere.example/")
    other.click("a")
    other.wait_for_url("**/en/a")
    press(page, "next")
    press(page, "back")
    assert page.locator("[name=story]").input_value() == TYPED
    browser.close()


def test_capital_letters_do_not_leave(chromium: Browser, places: Places) -> None:
    page = chromium.new_page()
    type_somewhere(page, places.site)
    for letter in "ABCDEF":
        page.locator("[name=story]").press(f"Shift+{letter}")
    assert_stays(page)
    assert page.locator("[name=story]").input_value() == f"{TYPED}ABCDEF"
    page.context.close()


def test_the_first_key_reaches_the_way_out(page: Page, places: Places) -> None:
    page.goto(f"{places.site}/en/a")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'leave-button'")
