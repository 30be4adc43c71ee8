"""How figures, times, countries and languages are written at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import get_locale

from portal.domain.case import Status
from portal.staff.guard import now
from portal.store.reports import ReportRow
from portal.web.i18n import gettext as _
from portal.web.i18n import speaking, translate


@dataclass(frozen=True, slots=True)
class Clock:
    """A due time as people read it; `is_over` is said in words and with a sign, not by colour."""

    text: str
    is_over: bool
    is_near: bool


def clock(row: ReportRow) -> Clock | None:
    """Tell how much time is left to look at a report; None where it is closed."""
    if row.status is Status.CLOSED:
        return None
    left = row.due_at - now()
    if left < timedelta():
        return Clock(_("Overdue by %(time)s", time=span(-left)), True, False)
    return Clock(_("%(time)s left", time=span(left)), False, left < timedelta(minutes=30))


def span(length: timedelta) -> str:
    """Say a length of time with its largest one or two units."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 60:
        return str(_("%(n)s min", n=minutes))
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return str(_("%(h)s h %(m)s min", h=hours, m=minutes) if minutes else _("%(h)s h", h=hours))
    days, hours = divmod(hours, 24)
    return str(_("%(d)s d %(h)s h", d=days, h=hours) if hours else _("%(d)s d", d=days))


def moment(at: datetime) -> str:
    """Write a time to the minute, in UTC, the same in every language."""
    return at.strftime("%Y-%m-%d %H:%M")


def country(code: str) -> str:
    """Name a country in the language of the page; the code itself where it has no name."""
    locale = get_locale()
    return (locale.territories.get(code) if locale else None) or code


def language(tag: str) -> str:
    """Name a language in the language of the page."""
    locale = get_locale()
    return (locale.languages.get(tag.split("-", maxsplit=1)[0]) if locale else None) or tag


def as_asked(text: str, locale: str) -> str:
    """Give a question or an option in the language in which the reporter read it."""
    with speaking(locale):
        return translate(text)


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter or a form."""

    value: str
    text: str = field(repr=False)


def options(table: Mapping[Any, Any], text: Callable[[Any], str] = translate) -> list[Choice]:
    """Make choices of a table of values with their words."""
    return [Choice(str(value), text(words)) for value, words in table.items()]
