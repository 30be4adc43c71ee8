"""The help block: numbers to call in a country that a person chose, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from flask import Flask, current_app, g, request, session

from portal.domain.helpline import EVERYWHERE, Helpline, load_helplines, shown_by_country
from portal.domain.question import NO_COUNTRIES, is_country
from portal.web.i18n import catalogue_name, current_language


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
    asked = _asked_for()
    if is_country(asked):
        if "sid" in session:
            session["country"] = asked
        return asked
    kept: str = session.get("country") or current_app.config["HOME_COUNTRY"]
    return kept


def choose_country(code: str) -> None:
    """Show the numbers of another country from now on: the one that an answer named."""
    if is_country(code):
        g.help_country = session["country"] = code


def _asked_for() -> str:
    if "help_country" in g:
        return str(g.help_country)
    # A body that was refused is never parsed, also not for the page that says so.
    sent = request.form if g.get("is_body_good") else request.args
    return sent.get("help_country", "")


def prepare(app: Flask) -> None:
    """Give every page what its help block needs."""

    @app.context_processor
    def add() -> dict[str, object]:
        country = chosen_country()
        names = country_names(current_language())
        known = by_country()
        return {
            "help_country": country,
            "help_lines": known.get(country, ()),
            "help_everywhere": known.get(EVERYWHERE, ()),
            "help_countries": [
                # The chosen one always: a browser sends the first of a list that lacks it.
                (code, name)
                for code, name in names
                if code in known or code == country
            ],
            "country_names": country_names,
        }


def _is_a_country(code: str) -> bool:
    # CLDR also names regions, by digits.
    return is_country(code) and code not in NO_COUNTRIES


def _sort_key(name: str) -> str:
    # Vietnamese and most others sort well enough by the letter without its marks.
    return name.casefold()
