"""Approved answers: written once, translated like all else, sent in the report's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, force_locale

from portal.staff.approved import APPROVED
from portal.web.i18n import catalogue_name, lazy_gettext

REPLIES: Mapping[str, LazyString] = {
    "received": lazy_gettext("We have read your report"),
    "pressure": lazy_gettext("What to do under pressure"),
    "safety": lazy_gettext("Safety first: a meeting or danger"),
    "more": lazy_gettext("Ask for more"),
    "pictures": lazy_gettext("Taking pictures down"),
}
"""The names of approved answers, in the order in which the desk sees them."""


def in_language(name: str, locale: str) -> str:
    """Give an approved answer as it reads in that language."""
    return paragraphs(APPROVED[name], locale)


def paragraphs(said: tuple[LazyString, ...], locale: str) -> str:
    """Give paragraphs of approved text as they read in that language."""
    with force_locale(catalogue_name(locale)):
        return "\n\n".join(str(paragraph) for paragraph in said)
