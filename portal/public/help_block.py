"""The help block: numbers to call in a country that a person chose, never guessed.

A choice is kept in a cookie of its own, until the leave button is pressed or the browser is closed.
Who chose nothing gets no cookie. A page that a choice decides holds no secret and repeats nothing
typed, only one of the countries that CLDR names, so it is compressed like the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale
from flask import Flask, current_app, g, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.domain.content.helpline import (
    EVERYWHERE,
    Helpline,
    load_helplines,
    shown_by_country,
    to_call,
)
from portal.domain.questionnaire.question import NO_COUNTRIES, is_country
from portal.web.factory import cookie_name
from portal.web.i18n import catalogue_name, current_language

COOKIE = "c"
"""The neutral name of the cookie that keeps a choice: two letters in the open, no secret."""

NOT_OFFERED = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "IC", "TA", "AQ", "BV", "GS", "HM", "IO", "TF", "UM"}
)
"""Parts of a country that CLDR names beside it, whose numbers are theirs; places without people."""


@cache
def by_country() -> Mapping[str, tuple[Helpline, ...]]:
    """Every row that may be shown, by country, the most urgent kind first."""
    return shown_by_country(load_helplines())


@cache
def country_names(language: str) -> tuple[tuple[str, str], ...]:
    """Every country of CLDR as (code, name), sorted by its name in that language."""
    territories = Locale.parse(catalogue_name(language)).territories
    pairs = [(code, name) for code, name in territories.items() if _is_a_country(code)]
    return tuple(sorted(pairs, key=lambda pair: _sort_key(pair[1])))


def chosen_country() -> str:
    """The country whose numbers are shown: the one chosen, or the deployment's own."""
    return _asked_for() or _kept()


def choose_country(code: str) -> None:
    """Show the numbers of another country from now on: the one that an answer named."""
    g.help_country = code


def forget(response: Response) -> None:
    """Take back the cookie that keeps a choice."""
    response.delete_cookie(_cookie(), secure=_is_secure(), httponly=True, samesite="Strict")


def _asked_for() -> str:
    """Give the country that this request chooses, or nothing."""
    # A body that was refused is never parsed, also not for the page that says so.
    sent = request.form if g.get("is_body_good") else request.args
    return _if_known(str(g.get("help_country") or sent.get("help_country", "")))


def _kept() -> str:
    home: str = current_app.config["HOME_COUNTRY"]
    return _if_known(request.cookies.get(_cookie(), "")) or home


def _cookie() -> str:
    return cookie_name(COOKIE, https=_is_secure())


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _keep_choice(response: Response) -> Response:
    """Keep a choice in a cookie, once it differs from what is shown anyway.

    So a form, which always sends the country it shows, keeps none for who chose nothing. The
    session is no place for it: a link of another site comes without our cookies, and to write there
    would begin a new session over that of somebody who is telling.
    """
    asked = _asked_for()
    if asked and asked != _kept() and request.endpoint != "static":  # files are cached for all
        response.set_cookie(_cookie(), asked, secure=_is_secure(), httponly=True, samesite="Strict")
    return response


def prepare(app: Flask) -> None:
    """Give every page what its help block needs, and keep what was chosen there."""
    app.after_request(_keep_choice)
    app.jinja_env.globals.update(
        to_call=to_call,
        country_name=_country_name,
        country_options=_country_options,
        help_options=lambda country: _options(current_language(), country, NOT_OFFERED),
        lines_for=_lines_for,
        everywhere=EVERYWHERE,
    )

    @app.context_processor
    def add() -> dict[str, object]:
        country = chosen_country()
        return {
            "help_country": country,
            "help_country_name": _country_name(country),
            "help_lines": _lines_for(country),
        }


def _lines_for(country: str) -> tuple[Helpline, ...]:
    return by_country().get(country, ())


@cache
def _name_of(language: str) -> Mapping[str, str]:
    return dict(country_names(language))


def _country_name(code: str) -> str:
    """Name a country in the language of this answer."""
    return _name_of(current_language()).get(code, code)


def _country_options(chosen: str) -> Markup:
    """Draw the list of countries for a question."""
    return _options(current_language(), _if_known(chosen), frozenset())


@lru_cache(maxsize=1024)
def _options(language: str, chosen: str, left_out: frozenset[str]) -> Markup:
    """Draw the list of countries, once for each choice: 240 rows on every page are a lot to draw.

    The chosen one is always there: a browser sends the first of a list that lacks it. There are no
    end tags: HTML needs none here, and without them the list fits the budget of a first visit.
    """
    return Markup("\n").join(
        Markup('<option value="{}"{}>{}').format(
            code, Markup(" selected") if code == chosen else "", name
        )
        for code, name in country_names(language)
        if code not in left_out or code == chosen
    )


def _if_known(code: str) -> str:
    return code if code in _name_of("en") else ""


def _is_a_country(code: str) -> bool:
    # CLDR also names regions, by digits.
    return is_country(code) and code not in NO_COUNTRIES


def _sort_key(name: str) -> str:
    # Vietnamese and most others sort well enough by the letter without its marks.
    return name.casefold()
