"""No barrier and no wrong HTML on any page, in any language, without scripts too; light and dark.

Every template of the site and every error that a browser can meet has to be among what was looked
at, so that a new one is not forgotten.

Nothing is wider than 320 CSS pixels either, which is where a long word of some language would show.

Each different page is looked at once for each set of rules:

- all rules, in light, without scripts: in every language;
- contrast in dark, since nothing else depends on the colour scheme: in one language for each
  direction of writing, where a text has colours or stands in elements that none before it had;
- all rules, in light, with scripts: in the same two, on each page that scripts change.

Every walk visits every page all the same. The names of the rules are given to axe, because its
default run leaves the target size out. Without scripts means `*.js` blocked: axe itself is a
script, and hangs where all of them are off.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from portal.operations import catalogues
from tests.builders.deployment import make_deployment
from tests.builders.strict_html import Strict
from tests.builders.walk import Sites, serve_both, walk

LANGUAGES = ["en", *(name.replace("_", "-") for name in catalogues.languages())]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
    "preload": False,  # other rules look at the style sheets themselves
}

IN_DARK = WITH_SCRIPTS = ("en", "ar")
"""Colours come from the style sheet and the templates, which are the same in every language, and
scripts add no text: one language for each direction of writing stands for all."""

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

RUN = """async (options) => (await axe.run(document, options)).violations
    .map((one) => one.id + " " + one.nodes.slice(0, 3).map((node) => node.target).join(", "))"""


SCREEN = ViewportSize(width=320, height=740)

AT_REST = """document.querySelectorAll(".leave, .bar").forEach((part) => {
  part.style.position = "static";
})"""
"""What sticks to an edge of the screen lies over whatever happens to be scrolled there; here it
rests in its place. tests/browser/test_keyboard.py looks at what it covers when it sticks."""

APPEARANCE = """() => {
  const kept = ({ name }, part) => name !== "nonce" && (name !== "value" || part.type !== "hidden");
  const seen = (part) => {
    const { x, y, width, height } = part.getBoundingClientRect(), style = getComputedStyle(part);
    return JSON.stringify([part.tagName, part.checkVisibility(), x, width, height,
      y - part.parentElement.getBoundingClientRect().y, style.color, style.backgroundColor,
      style.opacity, part.checked, part.type === "hidden" ? "" : part.value,
      [...part.attributes].filter((one) => kept(one, part)).map((one) => one.name + one.value),
      [...part.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data)]);
  };
  const inside = (part) => part.closest(".leave") !== null;
  const all = [...document.documentElement.querySelectorAll("*")];
  return [all.filter((one) => !inside(one)), all.filter(inside)]
    .map((some) => some.map(seen).join());
}"""
"""All that the rules judge, of the page and of the button to leave, whose hint only scripts show:
each element with its attributes, texts, state, place and colours."""

TEXTS = """() => [...document.body.querySelectorAll("*")].filter((part) => part.checkVisibility()
    && (part.matches("input, select, textarea")
      || [...part.childNodes].some((one) => one.nodeType === 3 && one.data.trim())))
  .map((part) => {
    const path = [];
    for (let one = part; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      path.push([one.tagName, one.className, one.type, one.checked, one.disabled,
        style.color, style.backgroundColor, style.backgroundImage, style.opacity].join(" "));
    }
    const style = getComputedStyle(part);
    return [...path, style.fontSize, style.fontWeight].join("\\n");
  })"""
"""What the contrast of each text depends on: its size and weight, and the kinds and colours of the
elements that it stands in."""


TEMPLATES = catalogues.ROOT / "templates"

NOT_MET = ("bad_request", "not_now", "failure", "forbidden", "conflict")
"""Errors that no browser can bring about here: failures of ours, and what only the desk says."""


def every_state() -> set[str]:
    """Each page by its template, and each error by its kind."""
    files = {file.name: file.read_text("utf-8") for file in (TEMPLATES / "public").iterdir()}
    pages = {f"public/{name}" for name, text in files.items() if text.startswith("{% extends")}
    error = (TEMPLATES / "web" / "error.html").read_text("utf-8")
    return pages - {"public/base.html"} | set(re.findall(r"^  '(\w+)': _", error, re.M)) - {
        *NOT_MET
    }


@dataclass(frozen=True)
class Held:
    """A deployment served with every language, and what is wrong with its HTML."""

    sites: Sites
    strict: Strict


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    strict = Strict()
    with (
        make_deployment(tmp_path_factory.mktemp("access") / "instance") as deployment,
        serve_both(deployment, wrap=strict.around, languages=tuple(LANGUAGES)) as sites,
    ):
        yield Held(sites, strict)


@pytest.fixture
def held(served: Held) -> Held:
    served.strict.begin()
    return served


def barriers(page: Page, options: dict[str, object]) -> list[str]:
    """Run axe on the page as it stands."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
        page.evaluate(AT_REST)
    found: list[str] = page.evaluate(RUN, options)
    return found


@dataclass
class Looker:
    """Looks at each different page once for each set of rules, and notes what is wrong."""

    page: Page
    is_dark_too: bool = False
    looks: int = 0
    visited: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def look(self, where: str) -> None:
        """Look at the page as it stands, by all rules; for contrast in dark where that is new."""
        self.visited.append(where)
        if self.page.evaluate("document.documentElement.scrollWidth") > 320:
            self.wide.append(where)
        appearance = set(map(hash, self.page.evaluate(APPEARANCE)))
        if appearance - self.seen:
            self.seen |= appearance
            self._judge(f"{where}, light", EVERYTHING)
        if self.is_dark_too:
            self.page.emulate_media(color_scheme="dark")
            texts = set(self.page.evaluate(TEXTS))
            if texts - self.texts:
                self.texts |= texts
                self._judge(f"{where}, dark", COLOURS)
            self.page.emulate_media(color_scheme="light")

    def _judge(self, where: str, options: dict[str, object]) -> None:
        self.looks += 1
        self.found += [f"{where}: {one}" for one in barriers(self.page, options)]


def every_walk() -> Iterator[Any]:
    """Every language, shared out between two workers."""
    for number, tag in enumerate(LANGUAGES):
        yield pytest.param(tag, marks=pytest.mark.xdist_group(f"browser-{number % 2}"), id=tag)


def new_page(chromium: Browser, *, scripts: bool) -> Page:
    """A page as it is looked at; what blocks its scripts leaves the browser's cache on."""
    # A colour that is still moving to the other scheme is no colour to judge.
    page = chromium.new_page(viewport=SCREEN, reduced_motion="reduce", color_scheme="light")
    if not scripts:
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.setBlockedURLs", {"urls": ["*.js"]})
    return page


def walks(chromium: Browser, sites: Sites, language: str) -> Iterator[Looker]:
    """Walk without scripts, and then with them, past what they don't change."""
    plain = Looker(new_page(chromium, scripts=False), is_dark_too=language in IN_DARK)
    walk(plain.page, sites, language, plain.look)
    plain.page.close()
    yield plain
    if language in WITH_SCRIPTS:
        page = new_page(chromium, scripts=True)
        scripted = Looker(page, is_dark_too=True, seen=plain.seen, texts=plain.texts)
        walk(page, sites, language, scripted.look)
        page.close()
        yield scripted


@pytest.mark.browser
@pytest.mark.every_language
@pytest.mark.parametrize("language", list(every_walk()))
def test_no_barrier_on_any_page(
    chromium: Browser,
    held: Held,
    language: str,
    record_property: Callable[[str, object], None],
) -> None:
    for where, walked in zip(
        (language, f"{language} with scripts"), walks(chromium, held.sites, language), strict=False
    ):
        for what, amount in (
            ("axe: pages visited", len(walked.visited)),
            ("axe: looks, each different page once for each set of rules", walked.looks),
            ("axe: violations", len(walked.found)),
            ("HTML: pages parsed strictly", held.strict.pages),
            ("HTML: errors", len(held.strict.wrong)),
        ):
            record_property("figure", (what, where, amount))
        assert not walked.found
        assert not walked.wide
        assert len(walked.visited) > 65
        assert held.strict.pages > 65
        assert not held.strict.wrong
        assert not every_state() - held.strict.shown
        held.strict.begin()


@pytest.mark.browser
@pytest.mark.xdist_group("browser-0")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_scripts_run_where_they_are_let(chromium: Browser, held: Held, scripts: bool) -> None:
    """A walk without scripts that runs them would look at half of what it says."""
    page = new_page(chromium, scripts=scripts)
    page.goto(f"{held.sites.usual}/en")
    assert page.locator("html.scripts").count() == scripts
    page.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser-0")
def test_a_barrier_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html><body><img src=''><p style='color:#999;background:#aaa'>pale</p>")
    assert any("image-alt" in one for one in barriers(page, EVERYTHING))
    page.emulate_media(color_scheme="dark")
    assert any("color-contrast" in one for one in barriers(page, COLOURS))
    page.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser-0")
def test_what_changed_on_a_page_is_looked_at_and_nothing_else(chromium: Browser) -> None:
    """A page that is passed over would hide its barriers: each of these is one to look at."""
    page = chromium.new_page(viewport=SCREEN)
    page.set_content(
        "<style>@media (prefers-color-scheme: dark) { .pale { color: #222; background: #000 } }"
        "</style><main><p>text</p><input name='a' type='checkbox' aria-label='a'></main>"
    )
    looker = Looker(page, is_dark_too=True)
    looker.look("first")
    looker.look("again")
    assert looker.looks == 2
    for number, change in enumerate(CHANGES, start=1):
        page.evaluate(change)
        looker.look(change)
        assert looker.looks >= 2 + number, change
    dark = [one for one in looker.found if ", dark: color-contrast" in one]
    assert dark, "what is pale in dark alone is found"
    assert any("label" in one and ", light" in one for one in looker.found)
    page.close()


CHANGES = (
    "document.querySelector('p').textContent = 'other'",
    "document.querySelector('input').removeAttribute('aria-label')",
    "document.querySelector('input').checked = true",
    "document.querySelector('p').className = 'pale'",
    "document.querySelector('p').style.marginTop = '9px'",
    "document.querySelector('p').style.color = '#eee'",
)
