"""Sign in, sign out, and enrol with an invitation."""

from __future__ import annotations

import base64

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import Claim, Enrolment, MembershipError, Permission, totp
from portal.domain.errors import SignInRefused
from portal.domain.typed import member_name
from portal.staff.account import throttle
from portal.staff.forms import refusing, unsent
from portal.staff.forms.once import act_once, done_before
from portal.staff.guard import (
    act,
    answers_strangers,
    blueprint,
    desk,
    needs,
    now,
    signed_in,
)
from portal.web.i18n import gettext as _
from portal.web.pictures import qr_svg

sign_in = blueprint("sign_in")

_SECRET = "enrolling"  # noqa: S105 - the name of a place in the session
_LONGEST = 400


@sign_in.get("/sign-in")
@answers_strangers
def form() -> str:
    """Show the form."""
    return refusing.sign_in_page(unsent.still_waiting() if request.method == "POST" else "")


@sign_in.post("/sign-in")
@answers_strangers
def enter() -> Response:
    """Check all three things, and start a session with a new id."""
    claim = Claim(member_name(_field("member")), _field("passphrase"), _field("code"))
    token = _checked(claim)
    session.clear()
    response = redirect(unsent.restore(claim.member) or url_for("queue.home"), 303)
    response.set_cookie(
        desk().cookie,
        token,
        secure=desk().is_https,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    throttle.remember(response, claim.member)
    return response


def _checked(claim: Claim) -> str:
    """Check a claim where there is room for it; give the session's cookie."""
    one = throttle.of_request(claim.member)
    slowed = one.slowed
    with throttle.turn(one, slowed=slowed):
        try:
            return access.sign_in(
                desk().connection,
                claim=one.looked_at(claim),
                lifetime=desk().lifetime,
                now=now(),
                random=desk().random,
                sign=desk().audit.sign,
                refusal=throttle.told_as(slowed),
            )
        except SignInRefused as refused:
            one.failed(refused, slowed=slowed)
            raise


@sign_in.post("/sign-out")
@needs(Permission.ACCOUNT_USE)
def sign_out() -> Response:
    """End the session: the row goes, and with it the sealed seed."""
    act_once(lambda db: access.sign_out(db, act=act(), id_hash=signed_in().id_hash))
    session.clear()
    unsent.say_saved()
    response = redirect(url_for("sign_in.form"), 303)
    response.delete_cookie(
        desk().cookie, secure=desk().is_https, httponly=True, samesite="Strict", path="/"
    )
    return response


@sign_in.get("/welcome")
@answers_strangers
def welcome() -> str:
    """Ask for the invitation."""
    return render_template("staff/welcome.html")


@sign_in.post("/welcome")
@answers_strangers
def enrol() -> Response | str | tuple[str, int]:
    """Show the picture for the phone, then take passphrase and code."""
    invitation, secret = _field("invitation").strip(), _secret()
    problem = _problem(invitation, secret) if _field("go") == "enrol" else None
    if _field("go") == "enrol" and problem is None:
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
        code=_field("code") if problem else "",
    )
    return (page, 422) if problem else page


def _problem(invitation: str, secret: bytes) -> str | None:
    """Enrol, or name what is in the way."""
    if _field("passphrase") != _field("again"):
        return "passphrase.different"
    enrolment = Enrolment(invitation, _field("passphrase"), secret, _field("code"))
    try:
        enrolled = access.prepare_enrolment(
            desk().connection, enrolment=enrolment, now=now(), random=desk().random
        )
        act_once(
            lambda db: access.accept_invitation(
                db, invitation=invitation, enrolled=enrolled, now=now(), sign=desk().audit.sign
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


def _field(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST]
