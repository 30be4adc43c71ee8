"""Enrol with an invitation: a passphrase, and a phone that shows codes.

Whoever enrols has no session yet, as at sign-in: both are one blueprint.
"""

from __future__ import annotations

import base64

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import Enrolment, MembershipError, totp
from portal.staff.account.sign_in import field_of, sign_in
from portal.staff.forms import refusing
from portal.staff.forms.once import act_once, done_before
from portal.staff.guard import answers_strangers, desk, now
from portal.web.i18n import gettext as _
from portal.web.pictures import qr_svg

__all__ = ["sign_in"]

_SECRET = "enrolling"  # noqa: S105 - the name of a place in the session


@sign_in.get("/welcome")
@answers_strangers
def welcome() -> str:
    """Ask for the invitation."""
    return render_template("staff/welcome.html")


@sign_in.post("/welcome")
@answers_strangers
def enrol() -> Response | str | tuple[str, int]:
    """Show the picture for the phone, then take passphrase and code."""
    invitation, secret = field_of("invitation").strip(), _secret()
    problem = _problem(invitation, secret) if field_of("go") == "enrol" else None
    if field_of("go") == "enrol" and problem is None:
        session.clear()
        flash(_("You are enrolled. Sign in with your next code."))
        return redirect(url_for("sign_in.form"), 303)
    try:
        with desk().connection.begin(write=False) as db:
            invited = access.invited(db, invitation=invitation, now=now())
    except MembershipError as error:
        return refusing.refuse(403, error.code)
    page = render_template(
        "staff/enrol.html",
        member=invited.name,
        invitation=invitation,
        secret=totp.secret_text(secret),
        picture=qr_svg(totp.provisioning_uri(secret, member=invited.name)),
        problem=problem,
        code=field_of("code") if problem else "",
    )
    return (page, 422) if problem else page


def _problem(invitation: str, secret: bytes) -> str | None:
    """Enrol, or name what is in the way."""
    if field_of("passphrase") != field_of("again"):
        return "passphrase.different"
    enrolment = Enrolment(invitation, field_of("passphrase"), secret, field_of("code"))
    try:
        enrolled = access.prepare_enrolment(
            desk().connection, enrolment=enrolment, now=now(), random=desk().random
        )
        act_once(
            lambda db: access.accept_invitation(
                db, invitation=invitation, enrolled=enrolled, now=now(), log=desk().audit
            )
        )
    except MembershipError as error:
        # The first of two posts has used the invitation up: then this one has done it, too.
        return None if done_before() is not None else error.code
    return None


def _secret() -> bytes:
    """Keep the phone's secret the same while the form is filled in."""
    stored = session.get(_SECRET)
    if not isinstance(stored, str):
        stored = base64.b64encode(desk().random(totp.SECRET_BYTES)).decode("ascii")
        session[_SECRET] = stored
    return base64.b64decode(stored)
