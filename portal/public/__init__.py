"""The reporter's site: tell, get a code, come back. It holds no private key."""

from __future__ import annotations

from flask import Flask, redirect
from flask_babel import format_date
from werkzeug.wrappers import Response

from portal.config.processes import PublicConfig
from portal.domain.content.guidance import load_guidance
from portal.intake.filing import Intake
from portal.public import (
    browser_seal,
    confirmation,
    external_sites,
    followup,
    guidance,
    help_block,
    incidents,
    journey,
    landing,
    quick_exit,
)
from portal.public.forms import rows_to_show
from portal.web import errors, templates
from portal.web.clock import Clock, real
from portal.web.database import current_connection
from portal.web.factory import new_app
from portal.web.i18n import REPORTER, current_language
from portal.web.pictures import qr_svg


def create_app(settings: PublicConfig, *, clock: Clock = real) -> Flask:
    """Make the reporter's site."""
    app = new_app(
        __name__,
        settings=settings,
        secret_key=settings.secret_key,
        cookie="s",
        # Strict would begin a second session when a link of another site leads here, and what is
        # half written in another tab could not be opened any more. A POST brings neither.
        samesite="Lax",
        catalogues=(REPORTER,),
        timezone=settings.timezone,
        clock=clock,
    )
    app.config["EXIT_URL"] = settings.exit_url
    app.config["HOME_COUNTRY"] = settings.country
    app.config[browser_seal.KEY] = settings.draft_key
    _prepare_templates(app, exit_url=settings.exit_url)
    _prepare_intake(app, settings)
    app.extensions[errors.CARRIED] = lambda: journey.carried() or followup.carried()
    app.extensions[errors.ALERT] = journey.danger_told
    help_block.prepare(app)
    incidents.prepare(app)
    quick_exit.prepare(app)
    for blueprint in (
        landing.landing,
        quick_exit.quick_exit,
        external_sites.external_sites,
        guidance.guidance,
        followup.followup,
        confirmation.confirmation,
        journey.journey,
    ):
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "root", _root)
    return app


def _prepare_intake(app: Flask, settings: PublicConfig) -> None:
    with app.app_context():
        app.extensions["portal.intake"] = Intake(
            connection=current_connection(),
            manifest=settings.manifest,
            routing=settings.routing,
            salt=settings.receipt_salt,
            pepper=settings.receipt_pepper,
            receipt_days=settings.receipt_days,
            deletes_at_once=settings.deletes_at_once,
            notice=incidents.notice,
        )


def _prepare_templates(app: Flask, *, exit_url: str) -> None:
    app.jinja_env.globals.update(
        site_base="public/base.html",
        exit_url=exit_url,
        elsewhere=external_sites.path_to,
        elsewhere_key=external_sites.key_of,
        guidance=load_guidance(),
        qr=qr_svg,
        empty_rows=rows_to_show((), more=False),
    )
    templates.prepare(app)
    app.jinja_env.filters["day"] = lambda at: format_date(at, "long")
    app.context_processor(lambda: {"home_url": f"/{current_language()}/"})


def _root() -> Response:
    return redirect(f"/{current_language()}/", 303)
