"""Services that take pictures down, and places to report them: by age and country, as data.

services.toml:
    [[services]]
    id = "takeitdown"
    name = "Take It Down"              as it calls itself
    url = "https://…"
    kind = "take_down"                 or "report"
    ages = "under_18"                  "adult", "any": when the picture was made
    countries = ["GB"]                 absent = everywhere
    on_device = true                   the picture never leaves the phone; absent = false
    source = "…"                       where the facts are from, and
    checked = 2026-11-24               when somebody last looked
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

AGES = ("under_18", "adult", "any")
KINDS = ("take_down", "report")


@dataclass(frozen=True, slots=True)
class Service:
    """One service: whom it is for, and what it does with a picture."""

    id: str
    name: str
    url: str
    kind: str
    ages: str
    source: str
    checked: date
    countries: tuple[str, ...] = ()
    on_device: bool = False

    def __post_init__(self) -> None:
        """Refuse what no page could show; raises `ValueError` with the id."""
        is_known = self.kind in KINDS and self.ages in AGES and isinstance(self.checked, date)
        if not is_known or not self.url.startswith("https://") or not self.source:
            raise ValueError(f"services.toml: {self.id}")

    def fits(self, *, is_adult: bool | None, country: str) -> bool:
        """Tell whether it can help somebody of that age, None for unknown, in that country."""
        ages = {None: AGES, True: ("adult", "any"), False: ("under_18", "any")}[is_adult]
        return self.ages in ages and (not self.countries or country in self.countries)


@cache
def load_services() -> tuple[Service, ...]:
    """Load the services of this release."""
    return read_services(resources.files("portal.domain").joinpath("services.toml").read_text())


def read_services(text: str) -> tuple[Service, ...]:
    """Read the file; raises `ValueError` or `TypeError` for what is not exactly right."""
    rows = tomllib.loads(text)["services"]
    return tuple(Service(**{**row, "countries": tuple(row.get("countries", ()))}) for row in rows)


def services_for(*, is_adult: bool | None, country: str) -> tuple[Service, ...]:
    """Give the services that can help, those of the country first.

    An adult may have been a child when the picture was made: what is for children stays, last.
    """
    found = [one for one in load_services() if one.fits(is_adult=is_adult, country=country)]
    if is_adult:
        young = [one for one in load_services() if one.fits(is_adult=False, country=country)]
        found += [one for one in young if one.kind == "take_down" and one not in found]
    return tuple(sorted(found, key=lambda one: (one.kind != "take_down", not one.countries)))
