"""No barrier and no wrong HTML on any page, in any language, light and dark, without scripts too.

Nothing is wider than 320 CSS pixels either, which is where a long word of some language would show.

The names of the rules are given to axe, because its default run leaves the target size out. What
depends on the colour scheme is colour alone, so dark pages are looked at for contrast. Without
scripts means `*.js` blocked: axe itself is a script, and hangs where all of them are off.
"""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from werkzeug.wrappers import Response

from portal.operations import catalogues
from tests.builders.deployment import make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public
from tests.builders.walk import walk

LANGUAGES = ["en", *(name.replace("_", "-") for name in catalogues.languages())]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
    "preload": False,  # other rules look at the style sheets themselves
}

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

RUN = """async (options) => (await axe.run(document, options)).violations
    .map((one) => one.id + " " + one.nodes.slice(0, 3).map((node) => node.target).join(", "))"""


SCREEN = ViewportSize(width=320, height=740)

AT_REST = """document.querySelectorAll(".leave, .bar").forEach((part) => {
  part.style.position = "static";
})"""
"""What sticks to an edge of the screen lies over whatever happens to be scrolled there; here it
rests in its place. tests/browser/test_keyboard.py looks at what it covers when it sticks."""

WITH_SCRIPTS = ("en", "ar")
"""Scripts add no text, so a few languages stand for all; without scripts every language is read."""


class Strict:
    """Parses every page that an app answers, strictly; `wrong` names those with an error."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.pages = 0
        self.wrong: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """Answer as the app does."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        response = Response.from_app(self._app, environ)
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            self.pages += 1
            try:
                html5lib.HTMLParser(strict=True).parse(response.get_data(as_text=True))
            except html5lib.html5parser.ParseError as error:
                self.wrong.append(f"{environ['PATH_INFO']}: {error}")
        return response(environ, start)


@dataclass(frozen=True)
class Site:
    """A site with every language, and what is wrong with its HTML."""

    address: str
    strict: Strict


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    deployment = make_deployment(tmp_path_factory.mktemp("access") / "instance")
    strict = Strict(make_public(deployment, languages=tuple(LANGUAGES)))
    with serve(strict) as address:
        yield Site(address, strict)


def barriers(page: Page, scheme: str, options: dict[str, object]) -> list[str]:
    """Run axe on the page as it stands."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
        page.evaluate(AT_REST)
    found: list[str] = page.evaluate(RUN, options)
    return [f"{scheme}: {one}" for one in found]


def every_walk() -> Iterator[Any]:
    """Every language without scripts, and a few with them, shared out between two workers."""
    walks = [(tag, False) for tag in LANGUAGES] + [(tag, True) for tag in WITH_SCRIPTS]
    for number, (tag, scripts) in enumerate(walks):
        group = pytest.mark.xdist_group(f"browser-{number % 2}")
        yield pytest.param(tag, scripts, marks=group, id=f"{tag}{'-scripts' if scripts else ''}")


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scripts"), list(every_walk()))
def test_no_barrier_on_any_page(
    chromium: Browser, site: Site, language: str, scripts: bool
) -> None:
    # A colour that is still moving to the other scheme is no colour to judge.
    page = chromium.new_page(viewport=SCREEN, reduced_motion="reduce")
    if not scripts:
        page.route("**/*.js", lambda route: route.abort())
    found: list[str] = []
    looked: list[str] = []

    def look(where: str) -> None:
        looked.append(where)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append(f"{where}: wider than the screen")
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            found.extend(f"{where}, {one}" for one in barriers(page, scheme, options))

    walk(page, site.address, language, look)
    page.close()
    assert not found
    assert len(looked) > 60
    assert site.strict.pages > 60
    assert not site.strict.wrong
    sys.stdout.write(f"\n{language}: {len(looked)} pages × 2 schemes, 0 barriers, 0 HTML errors\n")


@pytest.mark.browser
@pytest.mark.xdist_group("browser-0")
def test_a_barrier_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html><body><img src=''><p style='color:#999;background:#aaa'>pale</p>")
    assert any("image-alt" in one for one in barriers(page, "light", EVERYTHING))
    assert any("color-contrast" in one for one in barriers(page, "dark", COLOURS))
    page.close()
