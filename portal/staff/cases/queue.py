"""The queue: what is most urgent, and the key that takes it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import triage
from portal.access import Permission
from portal.domain.case import STATUSES, reference
from portal.domain.factors import CATEGORIES, Priority
from portal.domain.report import Audience
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, current_unit, me, needs, now
from portal.staff.text.formats import Choice, Clock, clock, language, moment, options
from portal.staff.text.labels import AUDIENCES, PRIORITIES
from portal.store.engine import Db
from portal.store.queue import Cursor, QueueView
from portal.triage import QueuePage
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext, translate

queue = blueprint("queue")

REPORT_LANGUAGES = "REPORT_LANGUAGES"
"""The setting that names the languages in which reports come in."""

SCOPES = {
    "open": lazy_gettext("All open"),
    "unread": lazy_gettext("New words"),
    "mine": lazy_gettext("Mine"),
    "unassigned": lazy_gettext("Unassigned"),
    "overdue": lazy_gettext("Overdue"),
    "closed": lazy_gettext("Closed"),
}

_HOMES = (
    (Permission.QUEUE_SEE, "queue.see"),
    (Permission.MEMBERS_MANAGE, "members.everyone"),
    (Permission.AUDIT_READ, "audit.log"),
)


@queue.get("/")
@needs(Permission.ACCOUNT_USE)
def home() -> Response:
    """Lead everybody to where their work is."""
    found = next((place for may, place in _HOMES if me().can(may)), "account.mine")
    return redirect(url_for(found), 303)


@queue.get("/queue")
@needs(Permission.QUEUE_SEE)
def see() -> str:
    """Show one page of the queue."""
    view = _view()
    after = _cursor(request.args.get("after"))
    with current_unit() as db:
        page = triage.see_queue(db, by=me(), view=view, after=after, now=now())
    return render_template(
        "staff/queue.html",
        page=page,
        lines=queue_lines(page, member=me().member),
        view=view,
        scopes=SCOPES,
        categories=options(CATEGORIES),
        audiences=options(AUDIENCES, str),
        language_choices=[Choice(tag, language(tag)) for tag in _languages()],
        filters=_filters(view),
        next=_token(page.next) if page.next else None,
    )


@queue.post("/queue/next")
@needs(Permission.QUEUE_TAKE)
def take_next() -> Response:
    """Take the most urgent report, and go there."""

    def work(db: Db) -> str | None:
        row = triage.take_next(db, act=act())
        return row.id.hex() if row else None

    taken = act_once(work)
    if not taken:
        flash(_("Nothing is waiting. Every open report is held by somebody."))
        return redirect(url_for("queue.see"), 303)
    return redirect(url_for("case.see", report=bytes.fromhex(taken)), 303)


def _languages() -> tuple[str, ...]:
    found: tuple[str, ...] = current_app.config[REPORT_LANGUAGES]
    return found


def _view() -> QueueView:
    scope = request.args.get("scope", "open")
    category = request.args.get("category", "")
    audience = request.args.get("audience", "")
    locale = request.args.get("language", "")
    return QueueView(
        scope=scope if scope in SCOPES else "open",
        category=category if category in CATEGORIES else None,
        audience=audience if audience in set(Audience) else None,
        locale=locale if locale in current_app.config[REPORT_LANGUAGES] else None,
    )


def _filters(view: QueueView) -> dict[str, str]:
    chosen = {"category": view.category, "language": view.locale, "audience": view.audience}
    return {name: value for name, value in chosen.items() if value}


def _token(cursor: Cursor) -> str:
    priority, due_at, report_id = cursor
    plain = f"{priority}.{int(due_at.timestamp())}.{report_id.hex()}"
    return base64.urlsafe_b64encode(plain.encode("ascii")).decode("ascii")


def _cursor(token: str | None) -> Cursor | None:
    """Read where the page before ended; anything else starts at the top."""
    try:
        priority, due, name = base64.urlsafe_b64decode(token or "").decode("ascii").split(".")
        place = Priority(int(priority)), datetime.fromtimestamp(int(due), UTC)
        return int(place[0]), place[1], bytes.fromhex(name)
    except (binascii.Error, ValueError, OverflowError, OSError):
        return None


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
    words = _TranslatedOnce()
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


class _TranslatedOnce:
    """Remembers, for one page, what was translated already."""

    def __init__(self) -> None:
        self.translate = cache(translate)
        self.language = cache(language)
        self._said: dict[int, str] = {}

    def say(self, lazy: object) -> str:
        return self._said.setdefault(id(lazy), str(lazy))
