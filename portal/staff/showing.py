"""How figures and texts look at the desk: clocks, countries, hidden characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask
from flask_babel import force_locale, get_locale

from portal.domain.case import STATUSES, Status, reference
from portal.domain.factor import CATEGORIES, REASONS
from portal.domain.report import Audience
from portal.staff.deeds import close_reason, deed, object_name, question_label
from portal.staff.guard import now
from portal.staff.words import text_of
from portal.store.reports import ReportRow
from portal.triage import QueuePage, has_hidden, is_only_here, reveal
from portal.web.i18n import catalogue_name, lazy_gettext, translate
from portal.web.i18n import gettext as _

AUDIENCES = {
    Audience.CHILD: lazy_gettext("Child"),
    Audience.CARER: lazy_gettext("Carer"),
    Audience.PROFESSIONAL: lazy_gettext("Professional"),
    Audience.PLATFORM: lazy_gettext("Platform"),
}

PRIORITIES = {
    0: lazy_gettext("Crisis"),
    1: lazy_gettext("Urgent"),
    2: lazy_gettext("Active"),
    3: lazy_gettext("Later"),
    4: lazy_gettext("Low"),
}

COMPARTMENTS = {
    "triage": lazy_gettext("What happened"),
    "indicators": lazy_gettext("Who the offender is"),
    "identity": lazy_gettext("How to reach the reporter"),
}


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
    with force_locale(catalogue_name(locale)):
        return translate(text)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter or a form."""

    value: str
    text: str = field(repr=False)


def options(table: Mapping[Any, Any], text: Callable[[Any], str] = translate) -> list[Option]:
    """Make choices of a table of values with their words."""
    return [Option(str(value), text(words)) for value, words in table.items()]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One row of the queue, ready to draw: fifty of them make a page."""

    id: str
    reference: str
    priority: int
    urgency: str
    due: Clock | None
    category: str
    audience: str
    language: str
    status: str
    holder: str
    received: str
    is_mine: bool
    is_unread: bool


def queue_lines(page: QueuePage, *, member: str) -> list[QueueLine]:
    """Make the rows of a page; each word is translated once, however often it stands there."""
    words = _Words()
    return [
        QueueLine(
            id=row.id.hex(),
            reference=reference(row.id),
            priority=int(row.priority),
            urgency=words.say(PRIORITIES[int(row.priority)]),
            due=clock(row),
            category=words.translate(CATEGORIES.get(row.category, row.category)),
            audience=words.say(AUDIENCES[Audience(row.audience)]),
            language=words.language(row.locale),
            status=words.translate(STATUSES[row.status]),
            holder=(row.assigned_to or "") if row.is_held(now()) else "",
            received=moment(row.received_at),
            is_mine=row.held_by(member, now()),
            is_unread=row.id in page.unread,
        )
        for row in page.rows
    ]


class _Words:
    """Remembers, for one page, what was translated already."""

    def __init__(self) -> None:
        self.translate = cache(translate)
        self.language = cache(language)
        self._said: dict[int, str] = {}

    def say(self, lazy: object) -> str:
        return self._said.setdefault(id(lazy), str(lazy))


def register(app: Flask) -> None:
    """Give templates what they need to show."""
    app.jinja_env.filters.update(
        moment=moment,
        country=country,
        language=language,
        reference=reference,
        reveal=reveal,
        has_hidden=has_hidden,
        is_only_here=is_only_here,
        as_asked=as_asked,
        translate=translate,
        clock=clock,
        deed=deed,
        said=text_of,
        object=object_name,
        close_reason=close_reason,
        question_label=question_label,
        status=lambda status: translate(STATUSES[status]),
        category=lambda name: translate(CATEGORIES.get(name, name)),
        factor=lambda name: translate(REASONS.get(name, name)),
        audience=lambda name: str(AUDIENCES.get(name, name)),
        priority_name=lambda number: str(PRIORITIES[int(number)]),
        compartment=lambda name: str(COMPARTMENTS[name]),
    )
