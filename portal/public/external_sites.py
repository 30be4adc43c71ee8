"""Other people's sites: named by us alone, and reached only through a page that says so.

The address of that page holds a hash, so that a history does not tell where somebody went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from portal.domain.content.service import load_services
from portal.domain.errors import NotFound
from portal.public.help_block import by_country
from portal.web.i18n import current_language
from portal.web.static import compress
from portal.web.templates import render_template

external_sites = Blueprint("external_sites", __name__)


@dataclass(frozen=True, slots=True)
class ExternalSite:
    """A site of somebody else; `on_device`: pictures never leave the phone there."""

    name: str
    url: str
    on_device: bool = False

    @property
    def host(self) -> str:
        """The part of the address that names whose it is."""
        return self.url.split("/")[2]


@external_sites.get("/<language>/go/<key>")
def leave_for(language: str, key: str) -> Response:  # noqa: ARG001
    """Say whose site comes next and what is different there."""
    return compress(make_response(page_before(key)))


def page_before(key: str, carried: Mapping[str, str] | None = None, **danger: object) -> str:
    """Make the page before that site; whoever stays goes on with the sealed fields in `carried`.

    `danger` is what the emergency steps need, where they are due.
    """
    place = places().get(key)
    if place is None:
        raise NotFound
    return render_template(
        "public/external_site.html", key=key, place=place, sealed_fields=carried or {}, **danger
    )


def path_to(url: str) -> str:
    """Give the address of the page that leads to `url`."""
    return f"/{current_language()}/go/{key_of(url)}"


@cache
def places() -> Mapping[str, ExternalSite]:
    """Every site that any page of ours may lead to, by its key."""
    lines = [row for rows in by_country().values() for row in rows if row.url]
    found = {key_of(row.url): ExternalSite(row.name, row.url) for row in lines}
    helpers = {
        key_of(one.url): ExternalSite(one.name, one.url, on_device=one.on_device)
        for one in load_services()
    }
    return {**found, **helpers}


def key_of(url: str) -> str:
    """Name a site without telling which it is."""
    return hashlib.sha256(url.encode("utf-8")).hexdigest()[:10]
