"""Languages: in the path, and never guessed where a person chose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, abort, current_app, g, request
from flask_babel import (
    Babel,
    force_locale,
    get_translations,
    gettext,
    lazy_gettext,
    ngettext,
    refresh,
)

from portal.web import negotiation

__all__ = ["gettext", "lazy_gettext", "ngettext", "translate"]

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"

REPORTER, DESK = "messages", "desk"
"""The two catalogues of a language: what reporters can meet, and the words of the desk alone."""


def has_desk(tag: str) -> bool:
    """Tell whether the desk speaks that language."""
    return (
        tag == "en" or (TRANSLATIONS / catalogue_name(tag) / "LC_MESSAGES" / f"{DESK}.po").is_file()
    )


def prepare(
    app: Flask, *, languages: tuple[str, ...], catalogues: tuple[str, ...], timezone: str
) -> None:
    """Let the path decide the language: the view argument `language`, or the first offered.

    A site that has words of the desk speaks only the languages that the desk has. Days and times
    that Babel writes are those of `timezone`.
    """
    if DESK in catalogues:
        languages = tuple(filter(has_desk, languages)) or ("en",)
    app.config["PORTAL_LANGUAGES"] = languages
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_DEFAULT_TIMEZONE"] = timezone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(TRANSLATIONS)] * len(catalogues))
    app.config["BABEL_DOMAIN"] = ";".join(catalogues)
    Babel(app, locale_selector=lambda: catalogue_name(current_language()))

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: texts().ugettext(text),
        ngettext=lambda one, many, number: texts().ungettext(one, many, number),
        newstyle=True,
    )

    @app.url_value_preprocessor
    def only_offered(_: str | None, values: dict[str, str] | None) -> None:
        if values and values.get("language", languages[0]) not in languages:
            abort(404)

    app.jinja_env.globals.update(
        current_language=current_language,
        direction=lambda: direction(current_language()),
        direction_of=direction,
        own_name=own_name,
        languages=lambda: [(tag, own_name(tag)) for tag in languages],
        translate=translate,
    )


def current_language() -> str:
    """The language of this answer."""
    found: str | None = g.get("language")
    if found is None:
        found = pick(request.path.split("/")[1] if request else "")
        g.language = found
    return found


def speak(wanted: str) -> None:
    """Answer in another language than the path says, if it is offered."""
    if wanted in current_app.config["PORTAL_LANGUAGES"]:
        g.language = wanted
        g.pop("translations", None)
        refresh()


def texts() -> Any:
    """Give the texts of this answer's language; looked up once, since a page has a hundred."""
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Say some texts of this answer in another language: the desk shows what a reporter read."""
    before = g.pop("translations", None)
    try:
        with force_locale(catalogue_name(tag)):
            yield
    finally:
        g.translations = before


def pick(wanted: str) -> str:
    """Give the language offered that was asked for, or the one that the browser prefers."""
    languages: tuple[str, ...] = current_app.config["PORTAL_LANGUAGES"]
    if wanted in languages:
        return wanted
    return negotiation.choose(request.headers.get("Accept-Language", ""), languages)


def catalogue_name(tag: str) -> str:
    """Give the name of a tag's folder: gettext writes an underscore where tags have a hyphen."""
    return tag.replace("-", "_")


@cache
def own_name(tag: str) -> str:
    """Give a language's name in that language."""
    locale = Locale.parse(catalogue_name(tag))
    name = locale.get_display_name(locale) or tag
    return name[:1].upper() + name[1:]


@cache
def direction(tag: str) -> str:
    """Give `rtl` or `ltr`."""
    return Locale.parse(catalogue_name(tag)).text_direction


def translate(msgid: str) -> str:
    """Translate a text of a questionnaire, which is not known when the code is written."""
    return str(texts().ugettext(msgid)) if msgid else ""
