"""Typing, leaving, pressing Back in a stock Firefox: nothing that was typed may be seen again.

Its back-forward cache is on, as everybody has it; scripts are on, and off. Sites that lack one of
our precautions show that these tests would see a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.wrappers import Request, Response

from tests.builders.deployment import make_deployment
from tests.builders.firefox import SHIFT, Firefox, find_firefox, firefox
from tests.builders.serving import serve, weather
from tests.builders.sites import make_public
from tests.builders.waiting import wait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TYPED = "Quokka he wants to meet me tomorrow"


@dataclass(frozen=True)
class Places:
    """The reporter's site, the same without a precaution each, and the neutral site."""

    site: str
    without_no_store: str
    without_autocomplete: str
    exit: str


Typing = Callable[[Firefox, str], None]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder = tmp_path_factory.mktemp("leaving")
    with make_deployment(folder / "instance") as deployment, serve(weather) as neutral:
        app = make_public(deployment, exit_url=f"{neutral}/")
        with (
            serve(app) as site,
            serve(without_no_store(app)) as storing,
            serve(without_autocomplete(app)) as completing,
        ):
            yield Places(site, storing, completing, neutral)


def without_no_store(app: Flask) -> Callable[..., object]:
    @Request.application
    def weak(request: Request) -> Response:
        response = Response.from_app(app, request.environ, buffered=True)
        if response.headers["Cache-Control"] == "no-store":
            response.headers["Cache-Control"] = "private"
        return response

    return weak


def without_autocomplete(app: Flask) -> Callable[..., object]:
    @Request.application
    def weak(request: Request) -> Response:
        response = Response.from_app(app, request.environ, buffered=True)
        if response.mimetype == "text/html":
            response.set_data(response.get_data().replace(b' autocomplete="off"', b""))
        return response

    return weak


@contextmanager
def browse(profile: Path, **preferences: bool | int) -> Iterator[Firefox]:
    path = find_firefox()
    if path is None:
        pytest.skip(
            "no Firefox on this machine: `apt-get install firefox-esr` (make test does as root)"
        )
    with firefox(path, profile, **preferences) as browser:
        yield browser


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with browse(tmp_path_factory.mktemp("firefox") / "scripted") as browser:
        yield browser


@pytest.fixture(scope="module")
def scriptless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    profile = tmp_path_factory.mktemp("firefox") / "scriptless"
    with browse(profile, javascript_enabled=False) as browser:
        yield browser


@pytest.fixture(params=["scripted", "scriptless"])
def page(request: pytest.FixtureRequest) -> Firefox:
    browser: Firefox = request.getfixturevalue(request.param)
    browser.open_tab()
    return browser


def type_somewhere(page: Firefox, site: str) -> None:
    """Go to the page with the free text, and begin to write there."""
    page.goto(f"{site}/en/")
    page.follow(".doors a")
    page.follow("main form button")
    page.click("[name=happening][value=fake]")
    assert page.all("[name=happening]:checked")
    while not page.all("[name=story]"):
        page.follow("main form button[value=next]")
    page.type("[name=story]", TYPED)


def type_in_the_code(page: Firefox, site: str) -> None:
    page.goto(f"{site}/en/back")
    page.type("[name=code]", TYPED)


def type_in_the_thread(page: Firefox, site: str) -> None:
    page.goto(f"{site}/en/a")
    page.follow("main form button")
    page.click("[name=happening][value=fake]")
    page.follow("main form button[value=send]")
    code = page.tell("return document.getElementById('receipt').textContent")
    page.goto(f"{site}/en/back")
    page.type("[name=code]", code)
    page.follow("main form button")
    page.type("[name=more]", TYPED)


typings = pytest.mark.parametrize("typing", [type_somewhere, type_in_the_code])


def leave(page: Firefox, places: Places) -> None:
    assert "Quokka" in page.seen()
    page.click("#leave-button")
    wait(lambda: page.url == f"{places.exit}/" and page.document > 0, "the neutral site")


def test_only_one_of_the_two_browsers_runs_scripts(scripted: Firefox, scriptless: Firefox) -> None:
    runs = "data:text/html,<script>document.title = 'ran'</script>"
    for browser, title in ((scripted, "ran"), (scriptless, "")):
        browser.open_tab()
        browser.goto(runs)
        assert browser.tell("return document.title") == title


@pytest.mark.parametrize("typing", [type_somewhere, type_in_the_code, type_in_the_thread])
def test_back_shows_nothing_that_was_typed(page: Firefox, places: Places, typing: Typing) -> None:
    typing(page, places.site)
    leave(page, places)
    for _ in range(4):
        page.back()
        assert "Quokka" not in page.seen()
        assert not page.all("main input:checked")
        assert not page.all("main h1"), "a page of ours"


@typings
def test_without_no_store_back_shows_it(
    scriptless: Firefox, places: Places, typing: Typing
) -> None:
    """So the back-forward cache is on, Back is pressed, and these tests can see a leak."""
    scriptless.open_tab()
    typing(scriptless, places.without_no_store)
    left = scriptless.document
    leave(scriptless, places)
    scriptless.back()
    assert scriptless.document == left
    assert "Quokka" in scriptless.seen()


def test_leaving_makes_what_was_sent_useless(page: Firefox, places: Places) -> None:
    type_somewhere(page, places.site)
    page.follow("main form button[value=next]")
    page.send_again()
    assert page.all("main [name=draft]")
    page.click("#leave-button")
    wait(lambda: page.url == f"{places.exit}/" and page.document > 0, "the neutral site")
    page.back()
    page.ask("WebDriver:Refresh")
    page.ask("WebDriver:AcceptAlert")
    wait(lambda: page.url == f"{places.exit}/" and page.document > 0, "the neutral site")
    assert "Quokka" not in page.seen()


def test_shift_three_times_leaves(scripted: Firefox, places: Places) -> None:
    scripted.open_tab()
    type_somewhere(scripted, places.site)
    for _ in range(3):
        scripted.press(SHIFT)
    wait(lambda: scripted.url == f"{places.exit}/", "the neutral site")
    for _ in range(4):
        scripted.back()
        assert "Quokka" not in scripted.seen()


def test_capital_letters_do_not_leave(scripted: Firefox, places: Places) -> None:
    scripted.open_tab()
    type_somewhere(scripted, places.site)
    for letter in "ABCDEF":
        scripted.press(SHIFT, letter)
    # Keys are handled one after the other, and leaving empties the page at once.
    scripted.press("g")
    wait(lambda: "ABCDEFg" in scripted.seen(), "what was typed")
    assert scripted.url.endswith("/en/a")


@typings
def test_what_is_typed_is_not_kept_for_after_a_crash(
    page: Firefox, places: Places, typing: Typing
) -> None:
    for site, is_kept in ((places.without_autocomplete, True), (places.site, False)):
        page.open_tab()
        typing(page, site)
        assert f"{site}/en/" in page.kept()
        assert ("Quokka" in page.kept()) == is_kept
        page.goto(places.exit)
