"""Every page of the reporter's site in a browser: width, targets, bytes, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from portal.domain.content.guidance import load_guidance
from portal.operations import catalogues
from tests.builders.deployment import make_deployment
from tests.builders.walk import Sites, follow, press, serve_both, walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SHOWN = ["en", *(name.replace("_", "-") for name in catalogues.languages())]
BUDGET = 10 * 1024


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with (
        make_deployment(tmp_path_factory.mktemp("pages") / "instance") as deployment,
        serve_both(deployment) as addresses,
    ):
        yield addresses


@pytest.fixture
def site(sites: Sites) -> str:
    return sites.usual


@pytest.mark.parametrize(("width", "scale"), [(320, 4), (360, 1), (1280, 1)])
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, sites: Sites, width: int, scale: int
) -> None:
    # 320 × 256 at four times the size is a screen of 1280 × 1024 at 400 % (WCAG 2.2, 1.4.10).
    size = ViewportSize(width=width, height=256 if scale == 4 else 600)
    page = chromium.new_page(viewport=size, device_scale_factor=scale)
    wide: list[str] = []

    def look(where: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(where)

    walk(page, sites, "vi", look)
    page.close()
    assert not wide


def test_what_is_pressed_is_48_pixels_high(chromium: Browser, sites: Sites) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    small: set[str] = set()

    def look(where: str) -> None:
        for node in page.locator("button:visible, .option label:visible, .doors a, summary").all():
            box = node.bounding_box()
            if box and box["height"] < 47.5:
                small.add(f"{where}: {node.inner_text()[:30]} {box['height']}")

    walk(page, sites, "en", look)
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


def test_the_policy_stops_nothing_of_our_own(chromium: Browser, sites: Sites) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    walk(page, sites, "en", lambda _: None)
    page.close()
    # Refused pages are some of the walk; features of phones are unknown to a browser of a desk; and
    # the password that each form has for Chromium's sake shall not be filled in.
    expected = ("status of 4", "Unrecognized feature", "should have autocomplete attributes")
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
        # The steps stand below the questions; a bar with the number is on the screen at once.
        bar = page.locator(".bar").bounding_box()
        assert bar
        assert 0 < bar["y"] < bar["y"] + bar["height"] <= 720
        assert page.locator(".bar [href^='tel:']").is_visible()
        page.locator(".bar [href='#danger']").click()
        assert page.locator("#danger ol").bounding_box()["y"] < 720  # type: ignore[index]
        context.close()


@pytest.mark.parametrize("country", ["VN", "NG"])
def test_the_bar_of_a_danger_is_one_row_with_its_country(
    chromium: Browser, site: str, country: str
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 740})
    page.goto(f"{site}/en/?help_country={country}")
    for language in SHOWN:
        page.goto(f"{site}/{language}/a")
        press(page, "start")
        page.check("[name=happening][value=fake]")
        press(page, "next")
        page.check("[name=dangers][value=suicide]")
        bar, steps, call, whose, number = (
            page.locator(part).first.bounding_box() or {}
            for part in (".bar", ".bar a", ".bar [href^='tel:']", ".bar small", ".bar bdi")
        )
        middles = {round(box["y"] + box["height"] / 2) for box in (bar, steps, call)}
        assert max(middles) - min(middles) <= 1, language
        assert bar["height"] <= 120, language
        assert number["height"] < (35 if country == "VN" else 65), language
        assert whose["width"] > 20, language
    page.close()


def test_the_way_out_covers_nothing_that_is_pressed(chromium: Browser, site: str) -> None:
    for width in (320, 1280):
        page = chromium.new_page(viewport={"width": width, "height": 740})
        page.goto(f"{site}/vi/a")
        follow(page, ".mark")
        assert page.url == f"{site}/vi/"
        page.close()


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


OVER_ANOTHER = """[...document.querySelectorAll("main ol > li + li")].filter((step) => {
  const high = parseFloat(getComputedStyle(step, "::before").blockSize);
  const [before, here] = [step.previousElementSibling, step].map((e) => e.getBoundingClientRect());
  return before.left === here.left && here.top - before.top < high - 0.01;
}).length"""
"""How many circles with a number lie over the one before; the next column is another place."""


@pytest.mark.parametrize("number", load_guidance().sheets)
def test_a_sheet_prints_whole_on_one_page(chromium: Browser, site: str, number: int) -> None:
    page = chromium.new_page()
    sections = load_guidance().sheets[number].sections
    for language in SHOWN:
        page.goto(f"{site}/{language}/{number}")
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, language
        page.emulate_media(media="print")
        shown = [n for n in page.locator("main li").all() if n.is_visible()]
        assert len(shown) == sum(len(section.items) for section in sections)
        assert page.locator("main svg.qr").is_visible()
        assert page.evaluate(OVER_ANOTHER) == 0, language
        assert not page.locator("#leave-button").is_visible()
        page.emulate_media(media="null")
    page.close()


def test_a_poster_fills_its_page_in_every_language(chromium: Browser, site: str) -> None:
    # What the margins of A4 leave, in CSS pixels.
    page = chromium.new_page(viewport={"width": 703, "height": 1032})
    page.emulate_media(media="print")
    number = next(page.number for page in load_guidance().sheets.values() if page.id == "poster")
    for language in SHOWN:
        page.goto(f"{site}/{language}/{number}")
        main, code = (page.locator(part).bounding_box() or {} for part in ("main", "main svg.qr"))
        assert 950 < main["y"] + main["height"] < 1032, language
        assert code["width"] > 290, language
        text = page.locator("main li").first
        assert text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24, language
    page.close()
