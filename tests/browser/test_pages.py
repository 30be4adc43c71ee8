"""Every page of the reporter's site in a real browser: access, width, bytes, nothing from outside.

The names of the rules are given to axe, because its default run leaves the target size out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.builders.deployment import make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
LANGUAGES = ("en", "vi")
BUDGET = 10 * 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    deployment = make_deployment(tmp_path_factory.mktemp("pages") / "instance")
    with serve(make_public(deployment)) as address:
        yield address


def press(page: Page, go: str) -> None:
    with page.expect_navigation():
        page.locator(f"main form button[value='{go}']").first.click()


def walk(page: Page, site: str, language: str, look: Callable[[str], None]) -> None:
    """Go through every page and state of the child's journey, and look at each."""
    for path in ("", "a", "b", "c", "talk", "nowhere", "back"):
        page.goto(f"{site}/{language}/{path}")
        look(f"/{path}")
    page.fill("[name=code]", "123")
    with page.expect_navigation():
        page.click("main form button")
    look("a wrong code")
    page.goto(f"{site}/{language}/a")
    press(page, "start")
    press(page, "next")
    look("an error")
    page.check("[name=happening][value=shared]")
    press(page, "next")
    page.check("[name=dangers][value=meeting]")
    look("a danger at once")
    for number in range(6):
        press(page, "next")
        look(f"page {number + 3}")
    press(page, "send")
    look("the code")
    code = page.locator("#receipt").inner_text()
    press(page, "saved")
    look("what to do now")
    page.goto(f"{site}/{language}/back")
    page.fill("[name=code]", code)
    with page.expect_navigation():
        page.click("main form button")
    look("the thread")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_on_any_page(chromium: Browser, site: str, language: str, scheme: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    found: list[str] = []

    def look(where: str) -> None:
        for one in Axe().run(page, options=RULES).response["violations"]:
            targets = [node["target"] for node in one["nodes"][:3]]
            found.append(f"{where}: {one['id']} {targets}")

    walk(page, site, language, look)
    page.close()
    assert not found


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_screen(chromium: Browser, site: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 600})
    wide: list[str] = []

    def look(where: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(where)

    walk(page, site, "vi", look)
    page.close()
    assert not wide


def test_what_is_pressed_is_48_pixels_high(chromium: Browser, site: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    small: set[str] = set()

    def look(where: str) -> None:
        for node in page.locator("button:visible, .option label:visible, .doors a, summary").all():
            box = node.bounding_box()
            if box and box["height"] < 47.5:
                small.add(f"{where}: {node.inner_text()[:30]} {box['height']}")

    walk(page, site, "en", look)
    page.close()
    assert not small


@pytest.mark.parametrize("scripts", [True, False])
def test_a_first_visit_is_small_and_stays_at_home(
    chromium: Browser, site: str, scripts: bool
) -> None:
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    asked: list[str] = []
    sizes: list[int] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: sizes.append(weight(response.headers)))
    page.goto(f"{site}/vi/", wait_until="networkidle")
    context.close()
    assert all(url.startswith(site) for url in asked)
    assert len(asked) <= 4
    assert 0 < sum(sizes) <= BUDGET


def weight(headers: dict[str, str]) -> int:
    return int(headers.get("content-length", BUDGET))


def test_the_policy_stops_nothing_of_our_own(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    walk(page, site, "en", lambda _: None)
    page.close()
    # A refused page is one of the walk; features of phones are unknown to a browser of a desk.
    expected = ("status of 4", "Unrecognized feature")
    assert [line for line in said if not any(words in line for words in expected)] == []


def test_a_danger_is_answered_at_once(chromium: Browser, site: str) -> None:
    for scripts in (True, False):
        context = chromium.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{site}/en/a")
        press(page, "start")
        page.check("[name=happening][value=fake]")
        press(page, "next")
        assert not page.locator(".danger").is_visible()
        page.check("[name=safe_now][value=no]")
        assert page.locator(".danger").is_visible()
        context.close()


def test_more_rows_and_later_questions_need_no_scripts(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/en/a")
    press(page, "start")
    page.check("[name=happening][value=fake]")
    while not page.locator("[name=selectors-value]").count():
        press(page, "next")
    rows = page.locator("[name=selectors-value]").count()
    press(page, "add_row")
    assert page.locator("[name=selectors-value]").count() >= rows
    while not page.locator("[name=contact]").count():
        press(page, "next")
    page.check("[name=contact][value=contact]")
    page.fill("[name=safe_contact]", "0900 000 000")
    press(page, "next")
    assert "0900 000 000" in page.locator("main").inner_text()
    context.close()
