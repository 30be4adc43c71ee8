"""Pages to read: what to do now, and sheets for the people around a child, to print and share."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from portal.domain.content.guidance import load_guidance
from portal.domain.content.service import FOR_PICTURES, Service, services_for
from portal.domain.errors import NotFound
from portal.public import help_block
from portal.web.i18n import current_language
from portal.web.static import compress
from portal.web.templates import render_template

guidance = Blueprint("guidance", __name__)


@guidance.get("/<language>/n/")
def index(language: str) -> Response:  # noqa: ARG001
    """List the advice there is."""
    return _read_only("public/advice_index.html")


@guidance.get("/<language>/n/<int:number>")
def advice(language: str, number: int) -> Response:  # noqa: ARG001
    """Say what to do in one situation: in ten minutes, today, this week."""
    page = load_guidance().advice.get(number)
    if page is None:
        raise NotFound
    return _read_only("public/advice.html", page=page, services=services(is_adult=None))


@guidance.get("/<language>/<int:number>")
def sheet(language: str, number: int) -> Response:  # noqa: ARG001
    """Show a sheet for the people around a child: one printed page, with a code to scan."""
    page = load_guidance().sheets.get(number)
    if page is None:
        raise NotFound
    path = "" if page.id == "poster" else str(number)
    address = f"{request.scheme}://{request.host}/{current_language()}/{path}"
    return _read_only("public/sheet.html", page=page, address=address)


def services(
    *, is_adult: bool | None, purposes: Collection[str] = FOR_PICTURES
) -> tuple[Service, ...]:
    """Give the services for such purposes, for an age and the country that was chosen."""
    country = help_block.chosen_country()
    return services_for(is_adult=is_adult, country=country, purposes=purposes)


def _read_only(template: str, **values: object) -> Response:
    """No cookie is set and nothing typed is repeated, so such a page is compressed."""
    return compress(make_response(render_template(template, **values)))
