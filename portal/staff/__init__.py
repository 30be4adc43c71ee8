"""The staff site: a guard, a form, one use case, an answer."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app, g, session
from werkzeug.routing import BaseConverter

from portal.access import Permission, TrustedLog
from portal.config.processes import StaffConfig
from portal.domain.errors import UnreadWords
from portal.domain.log_signers import SignerKind
from portal.staff import guard
from portal.staff.account import throttle
from portal.staff.account.enrol import sign_in
from portal.staff.account.own_account import account
from portal.staff.account.own_keys import own_keys
from portal.staff.account.own_sessions import own_sessions
from portal.staff.account.recover import recovery
from portal.staff.cases import unread
from portal.staff.cases.case import case
from portal.staff.cases.deletion import deletion
from portal.staff.cases.queue import REPORT_LANGUAGES, queue
from portal.staff.cases.reply import reply
from portal.staff.forms import form_seal, once, refusing, unsent
from portal.staff.forms.drafts import drafts
from portal.staff.guard import Desk
from portal.staff.oversight.audit import audit
from portal.staff.oversight.members import members
from portal.staff.text import labels
from portal.store import audit_heads
from portal.vault.signing import LogKeys, log_key
from portal.web import factory, limits
from portal.web.clock import Clock, real
from portal.web.database import current_connection
from portal.web.i18n import DESK, REPORTER

CATALOGUE = DESK
"""To which catalogue the texts of this package and its templates belong."""


_PARTS = (
    sign_in,
    recovery,
    queue,
    case,
    reply,
    deletion,
    members,
    audit,
    account,
    own_keys,
    own_sessions,
    drafts,
)
"""Every part of the desk."""


class ReportConverter(BaseConverter):
    """A report's id in an address: 32 hexadecimal digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> bytes:
        """Read the id."""
        return bytes.fromhex(value)

    def to_url(self, value: bytes) -> str:
        """Write the id."""
        return value.hex()


def create_app(config: StaffConfig, *, clock: Clock = real) -> Flask:
    """Make the desk: every route denied unless it names a permission that the member has."""
    app = factory.new_app(
        "portal.staff",
        settings=config,
        secret_key=config.secret_key,
        cookie="desk-form",
        samesite="Strict",
        catalogues=(REPORTER, CATALOGUE),
        timezone="UTC",  # as the foot of every page says
        clock=clock,
    )
    app.config[REPORT_LANGUAGES] = config.languages
    limits.count_tries(app)
    throttle.prepare(app)
    form_seal.prepare(app, secret_key=config.secret_key)
    once.prepare(app)
    unsent.prepare(app)
    refusing.prepare(app)
    app.register_error_handler(UnreadWords, unread.refused)
    app.url_map.converters["report"] = ReportConverter
    with app.app_context():
        connection = current_connection()
    app.extensions["desk"] = Desk(
        connection=connection,
        audit=TrustedLog(
            log_key(config.audit_seed, config.manifest.log_signers, kind=SignerKind.DESK),
            keys=LogKeys(config.manifest.log_signers),
            noted=audit_heads.last_in(config.instance),
        ),
        manifest=config.manifest,
        lifetime=timedelta(hours=config.session_hours),
        idle=timedelta(minutes=config.idle_minutes),
        is_https=config.https,
    )
    app.jinja_env.globals.update(site_base="staff/plain.html", home_url="/")
    app.before_request(_speak)
    for before in (guard.check, refusing.check_owner, unsent.save_from_other_button, unsent.load):
        app.before_request(before)
    app.context_processor(_shared)
    labels.register(app)
    for part in _PARTS:
        app.register_blueprint(part)
    return app


def _speak() -> None:
    """Keep to the language that the member chose."""
    chosen = session.get("language")
    if chosen in current_app.config["PORTAL_LANGUAGES"]:
        g.language = chosen


def _shared() -> dict[str, object]:
    """Give every page who is signed in, what the menu may show, and what a refusal has to show."""
    found = g.get("signed_in")
    return {
        "me": found.principal if found else None,
        "May": Permission,
        "now": guard.now,
        "new_words": g.get("new_words"),
    }
