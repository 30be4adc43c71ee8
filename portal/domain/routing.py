"""Which agency a report goes to, and how soon it must be looked at: rules as data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.domain.errors import RoutingError
from portal.domain.priority import CATEGORIES, Priority
from portal.domain.questionnaire import is_country

_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_KEYS = {"id", "name", "countries", "languages", "categories", "targets"}
_UNITS = {"min": 1, "h": 60, "d": 24 * 60}


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: what it takes (an empty list takes all), and its targets."""

    id: str
    name: str
    countries: frozenset[str]
    languages: frozenset[str]
    categories: frozenset[str]
    targets: Mapping[Priority, timedelta]

    def due_at(self, priority: Priority, received_at: datetime) -> datetime:
        """Tell by when a human has to have looked."""
        return received_at + self.targets[priority]

    def takes(self, *, country: str, language: str, category: str) -> bool:
        """Tell whether every rule of the agency lets this report in."""
        return (
            (not self.countries or country in self.countries)
            and (not self.languages or language in self.languages)
            and (not self.categories or category in self.categories)
        )


@dataclass(frozen=True, slots=True)
class Routing:
    """The agencies in order of preference, and the one that takes what nobody else does."""

    agencies: tuple[Agency, ...]
    fallback: Agency

    def agency(self, agency_id: str) -> Agency:
        """Find an agency by its id; raises `KeyError`."""
        return {agency.id: agency for agency in self.agencies}[agency_id]

    def route(self, *, country: str, language: str, category: str) -> Agency:
        """Choose the first agency whose rules all fit; a report always has a home."""
        fits = (
            agency
            for agency in self.agencies
            if agency is not self.fallback
            and agency.takes(country=country, language=language, category=category)
        )
        return next(fits, self.fallback)


def load_routing(source: bytes, *, name: str) -> Routing:
    """Read `agencies.toml`; raises `RoutingError` (file, line, reason) for anything wrong.

    `fallback` names an agency; each `[[agencies]]` has `id`, `name`, optional `countries` (ISO
    3166-1 alpha-2), `languages`, `categories`, and `targets` for P0 to P4 such as `"15 min"`,
    `"4 h"`, `"3 d"`.
    """
    text, table = _parse(source, name)
    fail = _Fail(name, text)
    raw = table.get("agencies")
    if not isinstance(raw, list) or not raw or not all(isinstance(x, dict) for x in raw):
        raise fail("agencies must be a list of at least one table", "agencies")
    agencies = tuple(_agency(entry, fail) for entry in raw)
    ids = [agency.id for agency in agencies]
    for agency_id in ids:
        if ids.count(agency_id) > 1:
            raise fail(f"agency {agency_id} stands twice", f'"{agency_id}"')
    unknown = sorted(set(table) - {"agencies", "fallback"})
    if unknown:
        raise fail(f"unknown key {unknown[0]}", unknown[0])
    fallback = next((a for a in agencies if a.id == table.get("fallback")), None)
    if fallback is None:
        raise fail("fallback must name one of the agencies", "fallback")
    return Routing(agencies, fallback)


class _Fail:
    """Makes errors that point at the line where a word stands."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._lines = name, text.splitlines()

    def __call__(self, reason: str, *marks: str) -> RoutingError:
        line = 0
        for mark in marks:
            found = next((n for n, t in enumerate(self._lines[line:], line) if mark in t), None)
            line = line if found is None else found
        return RoutingError(self._name, line + 1, reason)


def _parse(source: bytes, name: str) -> tuple[str, dict[str, object]]:
    try:
        text = source.decode("utf-8")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise RoutingError(name, line, "not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise RoutingError(name, int(found[1]) if found else 1, "not valid TOML") from None


def _agency(entry: Mapping[str, object], fail: _Fail) -> Agency:
    agency_id, name = entry.get("id"), entry.get("name")
    if not isinstance(agency_id, str) or not _ID.fullmatch(agency_id):
        raise fail("an agency's id must be lower-case letters, digits and -", "[[agencies]]", "id")
    mark = f'"{agency_id}"'
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise fail(f"agency {agency_id}: unknown key {unknown[0]}", mark, unknown[0])
    if not isinstance(name, str) or not name.strip():
        raise fail(f"agency {agency_id}: name must be a text", mark)
    countries = _words(entry, "countries", mark, fail)
    if not all(is_country(country) for country in countries):
        raise fail(f"agency {agency_id}: countries are two capital letters", mark, "countries")
    categories = _words(entry, "categories", mark, fail)
    if not categories <= set(CATEGORIES):
        raise fail(f"agency {agency_id}: unknown category", mark, "categories")
    languages = _words(entry, "languages", mark, fail)
    targets = _targets(entry, agency_id, mark, fail)
    return Agency(agency_id, name, countries, languages, categories, targets)


def _words(entry: Mapping[str, object], key: str, mark: str, fail: _Fail) -> frozenset[str]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        raise fail(f"{key} must be a list of texts", mark, key)
    return frozenset(value)


def _targets(
    entry: Mapping[str, object], agency_id: str, mark: str, fail: _Fail
) -> dict[Priority, timedelta]:
    raw = entry.get("targets")
    if not isinstance(raw, dict) or set(raw) != {p.name for p in Priority}:
        raise fail(f"agency {agency_id}: targets must name P0 to P4", mark, "targets")
    targets = {}
    for priority in Priority:
        found = re.fullmatch(r"([1-9][0-9]{0,3}) (min|h|d)", str(raw[priority.name]), re.ASCII)
        if not found:
            reason = f'agency {agency_id}: target {priority.name} must be like "15 min" or "4 h"'
            raise fail(reason, mark, priority.name)
        targets[priority] = timedelta(minutes=int(found[1]) * _UNITS[found[2]])
    if list(targets.values()) != sorted(targets.values()):
        raise fail(f"agency {agency_id}: a less urgent target may not be sooner", mark, "targets")
    return targets
