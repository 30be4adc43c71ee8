"""Enrol with an invitation: a passphrase, and a phone that shows codes.

Whoever enrols has no session yet, as at sign-in: both are one blueprint.
"""

from __future__ import annotations

from flask import render_template, session
from werkzeug.wrappers import Response

from portal import access
from portal.access import Enrolment, MembershipError
from portal.staff.account import new_phone
from portal.staff.account.sign_in import field_of, sign_in
from portal.staff.forms import refusing
from portal.staff.forms.once import act_once, done_before
from portal.staff.guard import answers_strangers, desk, now
from portal.store.engine import Db

__all__ = ["sign_in"]


@sign_in.get("/welcome")
@answers_strangers
def welcome() -> str:
    """Ask for the invitation."""
    return render_template("staff/welcome.html")


@sign_in.post("/welcome")
@answers_strangers
def enrol() -> Response | str | tuple[str, int]:
    """Show the picture for the phone, then take passphrase and code."""
    invitation, secret = field_of("invitation").strip(), new_phone.secret()
    problem = None
    if field_of("go") == "enrol":
        codes, problem = _enrolled(invitation, secret)
        if problem is None:
            session.clear()
            return render_template("staff/recovery_codes.html", codes=codes, is_new=True)
    try:
        with desk().connection.begin(write=False) as db:
            invited = access.invited(db, invitation=invitation, now=now())
    except MembershipError as error:
        return refusing.refuse(403, error.code)
    page = render_template(
        "staff/enrol.html",
        member=invited.name,
        invitation=invitation,
        problem=problem,
        code=field_of("code") if problem else "",
        **new_phone.shown(invited.name),
    )
    return (page, 422) if problem else page


def _enrolled(invitation: str, secret: bytes) -> tuple[list[str], str | None]:
    """Enrol, and give the recovery codes; or name what is in the way."""
    if field_of("passphrase") != field_of("again"):
        return [], "passphrase.different"
    enrolment = Enrolment(invitation, field_of("passphrase"), secret, field_of("code"))
    try:
        enrolled = access.prepare_enrolment(
            desk().connection, enrolment=enrolment, now=now(), random=desk().random
        )

        def work(db: Db) -> str:
            log = desk().audit
            access.accept_invitation(
                db, invitation=invitation, enrolled=enrolled, now=now(), log=log
            )
            return " ".join(enrolled.recovery.codes)

        return act_once(work).split(), None
    except MembershipError as error:
        # The first of two posts has used the invitation up: then this one has done it, too.
        before = done_before()
        return ([], error.code) if before is None else (before.split(), None)
