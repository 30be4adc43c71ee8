"""Leaving while an answer is on its way ends at the neutral site, whatever comes late.

A page that left waits 0.8 seconds for the site's answer at most. Here that timer never goes off, so
that no test depends on how fast a machine is; one test is about the timer, and holds the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.builders.deployment import make_deployment
from tests.builders.firefox import SHIFT, Firefox, find_firefox, firefox
from tests.builders.gate import Gate
from tests.builders.serving import serve, weather
from tests.builders.sites import make_public
from tests.builders.timers import hold_timers
from tests.builders.waiting import wait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@dataclass(frozen=True)
class Places:
    """The reporter's site with its gate, and the neutral site."""

    gate: Gate
    site: str
    exit: str


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder = tmp_path_factory.mktemp("on-the-way")
    with make_deployment(folder / "instance") as deployment, serve(weather) as neutral:
        gate = Gate(make_public(deployment, exit_url=f"{neutral}/"))
        with serve(gate) as site:
            yield Places(gate, site, f"{neutral}/")


@dataclass(frozen=True)
class Move:
    """What is pressed, on the second page of questions, and what the site is asked for then."""

    press: str
    method: str
    path: str
    fold: str = ""


MOVES = {
    "next": Move("main form button[value=next]", "POST", "/en/a"),
    "send": Move("main form button[value=send]", "POST", "/en/a"),
    "back": Move("main form button[value=back]", "POST", "/en/a"),
    "country": Move("#help button.small", "POST", "/en/a"),
    "language": Move(".languages button[lang=vi]", "POST", "/vi/a", ".languages summary"),
    "a link": Move("header a", "GET", "/en/"),
}


def to_the_questions(page: Page, site: str) -> None:
    page.goto(f"{site}/en/")
    for press in (".doors a", "main form button"):
        with page.expect_navigation():
            page.click(press)
    page.check("[name=happening][value=fake]")
    with page.expect_navigation():
        page.click("main form button[value=next]")


def arrive(page: Page, place: str) -> None:
    """Wait for an address; the driver tells of what was stopped on the way as of a failure."""
    for _ in range(3):
        with suppress(BrowserError):
            page.wait_for_url(place)
            return
    raise AssertionError(page.url)


Leave = Callable[[], None]


def by_button(page: Page) -> Leave:
    """Press the button with the mouse: the driver's own click waits for the page on its way."""
    box = page.locator("#leave-button").bounding_box()
    assert box is not None
    return lambda: page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def by_shift(page: Page) -> Leave:
    def tap() -> None:
        for _ in range(3):
            page.keyboard.press("Shift")

    return tap


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=request.param)
    hold_timers(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    hold_timers(context)
    yield context.new_page()
    context.close()


def open_anew(page: Page, places: Places) -> None:
    """Come back on purpose."""
    page.goto(f"{places.site}/en/a")
    assert page.locator("main [name=go][value=start]").count()


def leave_while(
    page: Page, places: Places, move: Move, by: Callable[[Page], Leave], *, late_first: bool
) -> None:
    """Press something, leave while its answer is held, and let both answers go in an order."""
    with ExitStack() as holding:
        late = holding.enter_context(places.gate.hold(move.method, move.path))
        left = holding.enter_context(places.gate.hold("POST", "/leave"))
        if move.fold:
            page.click(move.fold)
        leave = by(page)
        page.click(move.press, no_wait_after=True)
        late.wait_until_asked()
        shown: list[str] = []
        page.on("framenavigated", lambda frame: shown.append(frame.url))
        leave()
        left.wait_until_asked()
        for one in (late, left) if late_first else (left, late):
            one.let_go()
        arrive(page, places.exit)
        assert set(shown) == {places.exit}
    open_anew(page, places)


@pytest.mark.parametrize("late_first", [True, False], ids=["late first", "leaving first"])
@pytest.mark.parametrize("move", MOVES)
def test_the_button_leads_to_the_neutral_site(
    page: Page, places: Places, move: str, late_first: bool
) -> None:
    to_the_questions(page, places.site)
    leave_while(page, places, MOVES[move], by_button, late_first=late_first)


@pytest.mark.parametrize("late_first", [True, False], ids=["late first", "leaving first"])
@pytest.mark.parametrize("move", MOVES)
def test_so_does_shift_three_times(
    scripted: Page, places: Places, move: str, late_first: bool
) -> None:
    to_the_questions(scripted, places.site)
    leave_while(scripted, places, MOVES[move], by_shift, late_first=late_first)


def test_a_site_that_does_not_answer_is_left_and_told_once_more(
    chromium: Browser, places: Places
) -> None:
    """The tab does not know then that the site was told: its next page leaves again, once."""
    page = chromium.new_page()
    to_the_questions(page, places.site)
    with places.gate.hold("POST", "/leave") as unanswered:
        by_button(page)()
        unanswered.wait_until_asked()
        arrive(page, places.exit)
    page.goto(f"{places.site}/en/a")
    arrive(page, places.exit)
    page.context.close()


def test_a_page_that_back_is_loading_does_not_overtake(scripted: Page, places: Places) -> None:
    page = scripted
    page.goto(f"{places.site}/en/n/")
    page.click(".doors a")
    with places.gate.hold("GET", "/en/n/") as late:
        leave = by_button(page)
        page.evaluate("history.back()")
        late.wait_until_asked()
        leave()
        arrive(page, places.exit)
    assert page.url == places.exit


def test_a_page_that_began_to_show_before_leaves_as_well(scripted: Page, places: Places) -> None:
    """The late page was there already when its tab left: nothing could stop it any more."""
    page = scripted
    to_the_questions(page, places.site)
    page.evaluate("sessionStorage.left = performance.timeOrigin + 1e6")
    page.click("main form button[value=next]", no_wait_after=True)
    page.wait_for_url(places.exit)


def test_who_comes_back_on_purpose_is_let_in(scripted: Page, places: Places) -> None:
    page = scripted
    to_the_questions(page, places.site)
    by_button(page)()
    page.wait_for_url(places.exit)
    to_the_questions(page, places.site)
    assert page.url.endswith("/en/a")
    page.reload()
    assert page.locator("main [name=draft]").count()


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def fox(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Firefox, bool]]:
    path = find_firefox()
    if path is None:
        pytest.skip(
            "no Firefox on this machine: `apt-get install firefox-esr` (make test does as root)"
        )
    profile: Path = tmp_path_factory.mktemp("firefox") / "profile"
    with firefox(path, profile, javascript_enabled=request.param) as browser:
        yield browser, request.param


@pytest.mark.parametrize("late_first", [True, False], ids=["late first", "leaving first"])
@pytest.mark.parametrize("move", MOVES)
def test_firefox_ends_at_the_neutral_site_too(
    fox: tuple[Firefox, bool], places: Places, move: str, late_first: bool
) -> None:
    page, scripts = fox
    page.open_tab()
    page.goto(f"{places.site}/en/")
    page.follow(".doors a")
    page.follow("main form button")
    page.click("[name=happening][value=fake]")
    page.follow("main form button[value=next]")
    pressed = MOVES[move]
    if pressed.fold:
        page.click(pressed.fold)
    with ExitStack() as holding:
        late = holding.enter_context(places.gate.hold(pressed.method, pressed.path))
        left = holding.enter_context(places.gate.hold("POST", "/leave"))
        page.click(pressed.press)
        late.wait_until_asked()
        if scripts and late_first:
            for _ in range(3):
                page.press(SHIFT)
        else:
            page.click("#leave-button")
        left.wait_until_asked()
        for one in (late, left) if late_first else (left, late):
            one.let_go()
        wait(lambda: page.url == places.exit and page.document > 0, "the neutral site")
    for _ in range(5):
        assert page.url == places.exit
    page.back()
    assert "Chung Tay" not in page.seen()


def test_a_link_of_another_site_that_is_followed_opens_us_anew(page: Page, places: Places) -> None:
    """The cookie of leaving has to come along (Lax), or what is opened next would not be known."""
    to_the_questions(page, places.site)
    with page.expect_navigation(url=places.exit):
        by_button(page)()
    left = [one["name"] for one in page.context.cookies(places.site)]
    assert "x" in left
    page.goto(places.exit.replace("127.0.0.1", "localhost"))
    page.set_content(f'<a href="{places.site}/en/">help</a>')
    ours = f"{places.site}/en/"
    with page.expect_request(ours) as asked, page.expect_navigation():
        page.click("a")
    headers = asked.value.all_headers()
    assert headers["sec-fetch-site"] == "cross-site"
    assert "x=" in headers["cookie"]
    assert page.locator(".doors a").count()
    assert "x" not in [one["name"] for one in page.context.cookies(places.site)]
    with page.expect_navigation():
        page.click(".doors a")
    assert page.locator("main [name=go][value=start]").count(), "and it stays so"
