"""No barrier and no wrong HTML on any page, in any language, without scripts too; light and dark.

Every template of the site and every error that a browser can meet has to be among what was looked
at, so that a new one is not forgotten.

Nothing is wider than 320 CSS pixels either, which is where a long word of some language would show.

The names of the rules are given to axe, because its default run leaves the target size out. What
depends on the colour scheme is colour alone, so dark pages are looked at for contrast. Without
scripts means `*.js` blocked: axe itself is a script, and hangs where all of them are off.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, Page, ViewportSize
from werkzeug.wrappers import Response

from portal.operations import catalogues
from tests.builders.deployment import make_deployment
from tests.builders.walk import Sites, serve_both, walk

LANGUAGES = ["en", *(name.replace("_", "-") for name in catalogues.languages())]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
    "preload": False,  # other rules look at the style sheets themselves
}

Scheme = tuple[str, dict[str, object]]

LIGHT: Scheme = ("light", EVERYTHING)
DARK: Scheme = ("dark", COLOURS)

DARK_IN = ("en", "ar")
"""Colours come from the style sheet and the templates, which are the same in every language: one
language for each direction of writing stands for all. In light, contrast is looked at in each."""

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


class Strict:
    """Parses every page that an app answers, strictly, and notes its template.

    `wrong` names those with an error.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count from nothing."""
        self.pages = 0
        self.wrong: list[str] = []
        self.shown: set[str] = set()

    def around(self, app: Flask) -> Callable[..., Any]:
        """Give what answers as the app does."""
        template_rendered.connect(self._note, app)
        return lambda environ, start: self._answer(app, environ, start)

    def _note(self, _: Flask, template: Template, context: dict[str, Any], **__: Any) -> None:
        self.shown.add(context["kind"] if template.name == "web/error.html" else template.name)

    def _answer(self, app: Flask, environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        response = Response.from_app(app, environ)
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            self.pages += 1
            try:
                html5lib.HTMLParser(strict=True).parse(response.get_data(as_text=True))
            except html5lib.html5parser.ParseError as error:
                self.wrong.append(f"{environ['PATH_INFO']}: {error}")
        return response(environ, start)


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
@pytest.mark.every_language
@pytest.mark.parametrize(("language", "scripts"), list(every_walk()))
def test_no_barrier_on_any_page(
    chromium: Browser,
    held: Held,
    language: str,
    scripts: bool,
    record_property: Callable[[str, object], None],
) -> None:
    # A colour that is still moving to the other scheme is no colour to judge.
    page = chromium.new_page(viewport=SCREEN, reduced_motion="reduce")
    if not scripts:
        page.route("**/*.js", lambda route: route.abort())
    found: list[str] = []
    looked: list[str] = []
    wide: list[str] = []
    schemes = (LIGHT, DARK) if language in DARK_IN else (LIGHT,)

    def look(where: str) -> None:
        looked.append(where)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(where)
        for scheme, options in schemes:
            found.extend(f"{where}, {one}" for one in barriers(page, scheme, options))

    walk(page, held.sites, language, look)
    page.close()
    where = f"{language} with scripts" if scripts else language
    for what, amount in (
        ("axe: pages × schemes looked at", len(looked) * len(schemes)),
        ("axe: violations", len(found)),
        ("HTML: pages parsed strictly", held.strict.pages),
        ("HTML: errors", len(held.strict.wrong)),
    ):
        record_property("figure", (what, where, amount))
    assert not found
    assert not wide
    assert len(looked) > 65
    assert held.strict.pages > 65
    assert not held.strict.wrong
    assert not every_state() - held.strict.shown


@pytest.mark.browser
@pytest.mark.xdist_group("browser-0")
def test_a_barrier_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html><body><img src=''><p style='color:#999;background:#aaa'>pale</p>")
    assert any("image-alt" in one for one in barriers(page, "light", EVERYTHING))
    assert any("color-contrast" in one for one in barriers(page, "dark", COLOURS))
    page.close()
