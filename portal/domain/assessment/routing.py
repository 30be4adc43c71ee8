"""Which agency a report goes to, and how soon it must be looked at: rules as data.

fallback = "national"              takes what no rule places
[[agencies]]
id = "national"                    a-z, 0-9 and -
name = "National Hotline"
countries = ["VN"]                 ISO 3166-1 alpha-2; absent = any country
languages = ["vi", "en"]           tags as in the address bar; absent = any language
categories = ["grooming"]          ids of `factor.CATEGORIES`; absent = any category
[agencies.targets]                 absent = P0 15 min, P1 4 h, P2 24 h, P3 3 d, P4 10 d
P0 = "15 min"                      whole min, h or d; never sooner for the less urgent
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.domain.errors import RoutingError
from portal.domain.factors import CATEGORIES, Priority
from portal.domain.questionnaire.question import is_country
from portal.domain.toml_lines import DataFile, Node

TARGETS: Mapping[Priority, timedelta] = {
    Priority.P0: timedelta(minutes=15),
    Priority.P1: timedelta(hours=4),
    Priority.P2: timedelta(hours=24),
    Priority.P3: timedelta(days=3),
    Priority.P4: timedelta(days=10),
}
"""How soon a human looks, where the agency's file does not say otherwise."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TARGET = re.compile(r"([1-9][0-9]{0,3}) (min|h|d)", re.ASCII)
_UNITS = {"min": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: what it takes (an empty set takes all), and its targets."""

    id: str
    name: str
    countries: frozenset[str]
    languages: frozenset[str]
    categories: frozenset[str]
    targets: Mapping[Priority, timedelta]

    def due_at(self, priority: Priority, received_at: datetime) -> datetime:
        """Tell by when a human has to have looked."""
        return received_at + self.targets[priority]

    def takes(self, country: str | None, language: str, category: str) -> bool:
        """Tell whether the report is one for this agency.

        A country that was told decides; only where none was told does the language stand in.
        """
        if self.categories and category not in self.categories:
            return False
        if country is not None:
            return not self.countries or country in self.countries
        return not self.languages or language in self.languages

    def fit(self, country: str | None, language: str, category: str) -> tuple[bool, bool, bool]:
        """Rank agencies that take a report: the named country, the language, the category."""
        return (country in self.countries, language in self.languages, category in self.categories)


@dataclass(frozen=True, slots=True)
class Routing:
    """The agencies, and the one that takes what nobody else does."""

    agencies: tuple[Agency, ...]
    fallback: Agency

    def agency(self, agency_id: str) -> Agency:
        """Find an agency by its id; raises `KeyError`."""
        return {agency.id: agency for agency in self.agencies}[agency_id]

    def route(self, *, country: str | None, language: str, category: str) -> Agency:
        """Choose the agency that fits best, the earlier of two that fit alike.

        A report always has a home; an empty `country` is one that was not told.
        """
        case = (country or None, language, category)
        fits = [agency for agency in self.agencies if agency.takes(*case)]
        return max(fits, key=lambda agency: agency.fit(*case), default=self.fallback)


def load_routing(source: bytes, *, name: str) -> Routing:
    """Read `agencies.toml`; raises `RoutingError` (file, line, reason) for anything wrong."""
    root = DataFile(source, name=name, error=RoutingError).root
    root.only("fallback", "agencies")
    agencies: dict[str, Agency] = {}
    for node in root.tables("agencies"):
        agency = _agency(node)
        if agency.id in agencies:
            node.fail(f"agency {agency.id!r} stands twice", "id")
        agencies[agency.id] = agency
    fallback = agencies.get(root.text("fallback"))
    if fallback is None:
        root.fail("fallback must name one of the agencies", "fallback")
    return Routing(tuple(agencies.values()), fallback)


def _agency(node: Node) -> Agency:
    node.only("id", "name", "countries", "languages", "categories", "targets")
    agency_id = node.text("id")
    if not _ID.fullmatch(agency_id):
        node.fail("id must be a-z, 0-9 and -, at most 40 characters", "id")
    countries, languages = node.texts("countries"), node.texts("languages")
    categories = node.texts("categories")
    if not all(is_country(country) for country in countries):
        node.fail("countries are two capital letters each (ISO 3166-1)", "countries")
    if not all(_LANGUAGE.fullmatch(language) for language in languages):
        node.fail('languages are tags such as "vi" or "pt-BR"', "languages")
    for category in categories:
        if category not in CATEGORIES:
            node.fail(f"unknown category {category!r}", "categories")
    return Agency(
        id=agency_id,
        name=node.text("name"),
        countries=frozenset(countries),
        languages=frozenset(languages),
        categories=frozenset(categories),
        targets=_targets(node.table("targets")) if "targets" in node else TARGETS,
    )


def _targets(node: Node) -> Mapping[Priority, timedelta]:
    node.only(*(priority.name for priority in Priority))
    targets = dict(TARGETS)
    for key in node.keys():  # noqa: SIM118 - a Node is no dict
        match = _TARGET.fullmatch(node.text(key))
        if not match:
            node.fail('a target is like "15 min", "4 h" or "3 d"', key)
        targets[Priority[key]] = timedelta(**{_UNITS[match[2]]: int(match[1])})
    for sooner, later in zip(Priority, list(Priority)[1:], strict=False):
        if targets[sooner] > targets[later]:
            node.fail(f"{later.name} may not be due before {sooner.name}")
    return targets
