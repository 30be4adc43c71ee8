"""Sign in and sign out."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import Claim, Permission
from portal.domain.errors import SignInRefused
from portal.domain.typed import member_name
from portal.staff.account import throttle
from portal.staff.forms import refusing, unsent
from portal.staff.forms.once import act_once
from portal.staff.guard import (
    act,
    answers_strangers,
    blueprint,
    desk,
    needs,
    now,
    signed_in,
)

sign_in = blueprint("sign_in")

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
    claim = Claim(member_name(field_of("member")), field_of("passphrase"), field_of("code"))
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
                log=desk().audit,
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
    return leave()


def leave() -> Response:
    """Lead to the sign-in page a browser whose session has ended."""
    session.clear()
    unsent.say_saved()
    response = redirect(url_for("sign_in.form"), 303)
    response.delete_cookie(
        desk().cookie, secure=desk().is_https, httponly=True, samesite="Strict", path="/"
    )
    return response


def field_of(name: str) -> str:
    """Give what was typed into a field; more than fits into any of them is cut off."""
    return request.form.get(name, "")[:_LONGEST]
