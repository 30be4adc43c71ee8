"""Services: where pictures are taken down, where they are reported, and for whom that is.

services.toml:
    [[services]]
    id = "take_it_down"            a-z and _
    name = "Take It Down"          as it calls itself
    url = "https://…"
    purpose = "take_down"          "report" tells those who act; "talk" finds somebody to talk to
    ages = "under_18"              or "adult", "any"
    by_picture = true              absent = false; the age is that at the time of the picture
    on_device = true               absent = false; the picture never leaves the phone there
    countries = ["GB"]             ISO 3166-1 alpha-2; absent = everywhere
    source = "…"                   who says so
    checked = "2026-10-09"         the day on which it was read there; absent = not known
    confidence = "fair"            or "medium", "low"
What has no date, or is of low confidence, is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from portal.domain.content.evidence import Evidence, read_evidence
from portal.domain.errors import GuidanceError
from portal.domain.questionnaire.question import is_country
from portal.domain.toml_lines import DataFile, Node

PURPOSES = ("take_down", "report", "talk")

FOR_PICTURES = ("take_down", "report")
"""What is offered to somebody whose pictures are out of hand."""

AGES = ("under_18", "adult", "any")

_ID = re.compile(r"[a-z][a-z_]{0,29}")
_URL = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[!-~]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, whom it is for (no countries: everywhere), and what that stands on."""

    id: str
    name: str
    url: str
    purpose: str
    ages: str
    by_picture: bool
    on_device: bool
    countries: frozenset[str]
    evidence: Evidence

    @property
    def host(self) -> str:
        """The part of the address that names whose it is."""
        return self.url.split("/")[2]

    def fits(self, *, is_adult: bool | None, country: str) -> bool:
        """Tell whether somebody of that age (None: not told) in that country can use it.

        An adult can use a service for under 18 where the age is that of the picture.
        """
        if self.countries and country not in self.countries:
            return False
        if is_adult is None or self.ages == "any":
            return True
        return is_adult == (self.ages == "adult") or (is_adult and self.by_picture)


def services_for(
    *, is_adult: bool | None, country: str, purposes: Collection[str] = FOR_PICTURES
) -> tuple[Service, ...]:
    """Give the services that fit; `country` may be empty: not told.

    Taking down comes before reporting, the person's own age before that of an old picture, and
    the country's own before the world's.
    """
    found = [
        one
        for one in load_services()
        if one.evidence.is_enough
        and one.purpose in purposes
        and one.fits(is_adult=is_adult, country=country)
    ]
    return tuple(sorted(found, key=lambda one: _rank(one, is_adult=is_adult)))


def _rank(one: Service, *, is_adult: bool | None) -> tuple[int, bool, bool]:
    is_for_another_age = bool(is_adult) and one.ages == "under_18"
    return PURPOSES.index(one.purpose), is_for_another_age, not one.countries


@cache
def load_services() -> tuple[Service, ...]:
    """Load the services of this release: also those that are not shown."""
    file = resources.files("portal").joinpath("content/services.toml")
    return read_services(file.read_bytes(), name="services.toml")


def read_services(source: bytes, *, name: str) -> tuple[Service, ...]:
    """Read the file; raises `GuidanceError(name, line, reason)` for anything not right."""
    root = DataFile(source, name=name, error=GuidanceError).root
    root.only("services")
    found: dict[str, Service] = {}
    for node in root.tables("services"):
        service = _service(node)
        if service.id in found:
            node.fail(f"service {service.id!r} stands twice", "id")
        found[service.id] = service
    return tuple(found.values())


def _service(node: Node) -> Service:
    node.only(
        "id", "name", "url", "purpose", "ages", "by_picture", "on_device", "countries", "source",
        "checked", "confidence",
    )  # fmt: skip
    service_id, url, countries = node.text("id"), node.text("url"), node.texts("countries")
    if not _ID.fullmatch(service_id):
        node.fail("an id has a-z and _", "id")
    if not _URL.fullmatch(url):
        node.fail("url begins with https:// and a host", "url")
    if not all(is_country(country) for country in countries):
        node.fail("countries are two capital letters each (ISO 3166-1)", "countries")
    return Service(
        id=service_id,
        name=node.text("name"),
        url=url,
        purpose=node.one_of("purpose", PURPOSES),
        ages=node.one_of("ages", AGES),
        by_picture=node.flag("by_picture"),
        on_device=node.flag("on_device"),
        countries=frozenset(countries),
        evidence=_evidence(node),
    )


def _evidence(node: Node) -> Evidence:
    checked = node.text("checked") if "checked" in node else ""
    try:
        return read_evidence(node.text("source"), checked, node.text("confidence"))
    except ValueError as error:
        node.fail(str(error))
