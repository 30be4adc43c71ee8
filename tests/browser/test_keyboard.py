"""The keyboard alone, on a narrow page and at 400 % zoom: in order, in sight, up to the code.

At 400 % a screen of 1280 × 1024 has 320 × 256 CSS pixels (WCAG 2.2, 1.4.10). What has the focus is
never wholly behind the leave button or the bar of a danger (2.4.11), and shows that it has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.builders.deployment import make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCREENS = {
    "phone": ViewportSize(width=360, height=740),
    "zoomed": ViewportSize(width=320, height=256),
}

FOCUS = """() => {
  const e = document.activeElement;
  const shown = e.matches(".option input") ? e.nextElementSibling : e;
  const box = shown.getBoundingClientRect();
  const parts = [0.08, 0.3, 0.5, 0.7, 0.92].flatMap((x) => [0.1, 0.5, 0.9].map((y) =>
    document.elementFromPoint(box.x + box.width * x, box.y + box.height * y)));
  const all = [...document.querySelectorAll("*")];
  return {
    tag: e.tagName, name: e.name || "", value: e.value || "", href: e.getAttribute("href") || "",
    order: all.indexOf(e), top: box.y + scrollY, is_fixed: e.closest("#leave, .bar") !== null,
    in_main: e.closest("main") !== null,
    in_sight: parts.some((part) => part && (shown.contains(part) || part.contains(shown)
      && getComputedStyle(part).position !== "sticky")),
    is_marked: getComputedStyle(shown).outlineStyle !== "none",
  };
}"""


@dataclass
class Walk:
    """Where the Tab key has been on one page."""

    page: Page
    wrong: list[str]

    def to(self, tag: str, **wanted: str) -> None:
        """Press Tab until that control has the focus, and hold every stop against the rules."""
        last: dict[str, Any] = {"order": -1, "top": -1.0}
        for _ in range(90):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate(FOCUS)
            self._hold(last, now)
            last = now
            if now["tag"] == tag and all(now[key] == value for key, value in wanted.items()):
                return
        raise AssertionError(f"Tab does not lead to {tag} {wanted}")

    def _hold(self, last: dict[str, Any], now: dict[str, Any]) -> None:
        where = f"{self.page.locator('h1').inner_text()}: {now['tag']} {now['name']}{now['href']}"
        if now["order"] < last["order"]:
            self.wrong.append(f"{where} comes before what stands before it")
        in_flow = [one for one in (last, now) if one.get("in_main") and not one["is_fixed"]]
        if len(in_flow) == 2 and now["top"] < last["top"] - 4:
            self.wrong.append(f"{where} stands above what came before it")
        if not now["in_sight"]:
            self.wrong.append(f"{where} is out of sight")
        if not now["is_marked"]:
            self.wrong.append(f"{where} does not show the focus")

    def press(self, key: str = "Enter") -> None:
        """Press what has the focus, and begin at the top of the page that comes."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        make_deployment(tmp_path_factory.mktemp("keyboard") / "instance") as deployment,
        serve(make_public(deployment)) as address,
    ):
        yield address


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_report_is_told_by_the_keyboard_alone(
    chromium: Browser, site: str, screen: str, language: str
) -> None:
    page = chromium.new_page(viewport=SCREENS[screen])
    page.goto(f"{site}/{language}/")
    walk = Walk(page, [])
    walk.to("A", href=f"/{language}/a")
    walk.press()
    walk.to("BUTTON", value="start")
    walk.press()
    walk.to("INPUT", name="happening", value="threat_share")
    page.keyboard.press("Space")
    walk.to("BUTTON", value="next")
    walk.press()
    walk.to("INPUT", name="dangers", value="meeting")
    page.keyboard.press("Space")
    while page.locator("main progress").count():
        walk.to("BUTTON", value="next")
        walk.press()
    walk.to("BUTTON", value="send")
    walk.press()
    assert page.locator("#receipt").inner_text()
    walk.to("BUTTON", value="saved")
    walk.press()
    assert page.locator(".doors a").count()
    page.close()
    assert not walk.wrong


def test_what_is_out_of_sight_is_found(chromium: Browser, site: str) -> None:
    page = chromium.new_page(viewport=SCREENS["phone"])
    page.goto(f"{site}/en/a")
    page.evaluate("""() => {
      const over = document.body.appendChild(document.createElement("div"));
      for (const [name, value] of [["position", "fixed"], ["inset", "0"], ["z-index", "9"]]) {
        over.style.setProperty(name, value);
      }
    }""")
    walk = Walk(page, [])
    walk.to("BUTTON", value="start")
    page.close()
    assert any("out of sight" in one for one in walk.wrong)


def test_what_is_out_of_order_is_found(chromium: Browser, site: str) -> None:
    page = chromium.new_page(viewport=SCREENS["phone"])
    page.goto(f"{site}/en/a")
    page.evaluate("document.querySelector('main button').tabIndex = 1")
    walk = Walk(page, [])
    walk.to("A", href="#main")
    page.close()
    assert any("comes before" in one for one in walk.wrong)
