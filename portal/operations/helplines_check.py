"""`helplines check`: the rows that a person has to verify, before a child dials a dead number."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from babel import Locale

from portal.config.portal_toml import Settings, read_file
from portal.domain.assessment.routing import load_routing
from portal.domain.content.evidence import Confidence, Evidence
from portal.domain.content.helpline import Helpline, load_helplines, shown_by_country
from portal.domain.content.service import Service, load_services
from portal.domain.questionnaire.question import NO_COUNTRIES, is_country

SOON = timedelta(days=60)
"""How long before a date is too old the operator is told."""


class Matter(StrEnum):
    """What is the matter with a row, or with a country; the first two fail the check."""

    OLD = "too old, still shown"
    AHEAD = "dated ahead"
    AGEING = "old soon"
    UNDATED = "undated, hidden"
    UNSURE = "low confidence, hidden"
    NO_EMERGENCY = "no emergency number"
    NO_HELPLINE = "no helpline"


FAILING = (Matter.OLD, Matter.AHEAD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; a country that lacks something has no `evidence`."""

    matter: Matter
    country: str
    kind: str
    what: str
    evidence: Evidence | None = None


def today() -> date:
    """Give the day on which the check is run, in UTC."""
    return datetime.now(UTC).date()


def run(folder: Path, *, on: date) -> int:
    """Print what to verify as of that day; 0 when all that is shown is fresh, else 1."""
    lines, services = load_helplines(), load_services()
    found = sorted(
        (*findings(lines, services, on=on), *gaps(lines, served(folder))),
        key=lambda one: (list(Matter).index(one.matter), one.country, one.kind),
    )
    sys.stdout.write("".join(f"{row}\n" for row in table(found)))
    stands = [*(line.evidence for line in lines), *(one.evidence for one in services)]
    shown = sum(evidence.is_enough for evidence in stands)
    failing = sum(one.matter in FAILING for one in found)
    empty = sorted(countries() - shown_by_country(lines).keys())
    sys.stdout.write(f"Nothing is shown for {len(empty)} countries: {' '.join(empty)}.\n")
    sys.stdout.write(f"{on}: {shown} rows are shown, {failing} of them must be verified now.\n")
    return 1 if failing else 0


def findings(
    lines: Iterable[Helpline], services: Iterable[Service], *, on: date
) -> Iterator[Finding]:
    """Give each row whose evidence is not enough, or will not be for long."""
    for line in lines:
        matter = _matter(line.evidence, on)
        if matter:
            what = " ".join(filter(None, (line.name, line.phone or line.url)))
            yield Finding(matter, line.country, line.kind, what, line.evidence)
    for one in services:
        matter = _matter(one.evidence, on)
        if matter:
            country = ",".join(sorted(one.countries)) or "all"
            yield Finding(matter, country, "service", f"{one.name} {one.url}", one.evidence)


def gaps(lines: Iterable[Helpline], countries: Iterable[str]) -> Iterator[Finding]:
    """Give what is not shown: an emergency number wherever we name anything, a helpline where
    the deployment serves."""
    shown, named = shown_by_country(lines), {line.country for line in lines}
    kinds = {country: {row.kind for row in rows} for country, rows in shown.items()}
    for country in {*named, *countries} - {"ZZ"}:
        if "emergency" not in kinds.get(country, ()):
            yield Finding(Matter.NO_EMERGENCY, country, "emergency", "nothing is shown")
    for country in set(countries):
        if "helpline" not in kinds.get(country, ()):
            yield Finding(Matter.NO_HELPLINE, country, "helpline", "nothing is shown")


def countries() -> frozenset[str]:
    """Give every country and territory that a reader can choose: those that CLDR names."""
    named = map(str, Locale("en").territories)
    return frozenset(filter(is_country, named)) - NO_COUNTRIES


def served(folder: Path) -> frozenset[str]:
    """Give the countries of the deployment there, if there is one: its own and its agencies'."""
    countries: set[str] = set()
    agencies, settings = folder / "agencies.toml", folder / "portal.toml"
    if os.path.lexists(agencies):
        routing = load_routing(read_file(agencies), name=agencies.name)
        countries.update(*(agency.countries for agency in routing.agencies))
    if os.path.lexists(settings):
        countries.add(Settings(settings).country())
    return frozenset(countries)


def table(found: Iterable[Finding]) -> Iterator[str]:
    """Give the lines of a table; what may be wide in other scripts stands last."""
    rows = [("WHAT TO VERIFY", "COUNTRY", "KIND", "READ ON", "GOOD UNTIL", "WHERE", "(SOURCE)")]
    for one in found:
        known = one.evidence
        days = (str(known.checked or "-"), str(known.good_until or "-")) if known else ("-", "-")
        source = f"({known.source})" if known else ""
        rows.append((str(one.matter), one.country, one.kind, *days, one.what, source))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows if len(rows) > 1 else []:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join((*cells, *row[5:])).rstrip()


def _matter(evidence: Evidence, on: date) -> Matter | None:
    if evidence.confidence is Confidence.LOW:
        return Matter.UNSURE
    if evidence.checked is None or evidence.good_until is None:
        return Matter.UNDATED
    if evidence.checked > on:
        return Matter.AHEAD
    if evidence.good_until < on:
        return Matter.OLD
    return Matter.AGEING if evidence.good_until < on + SOON else None
