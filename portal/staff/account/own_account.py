"""One's own account: role, keys, and the fingerprint to compare before a grant."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import Permission
from portal.staff.forms import refusing, typed, unsent
from portal.staff.guard import (
    answers_strangers,
    blueprint,
    desk,
    me,
    needs,
    now,
    reading_unit,
    signed_in,
)
from portal.staff.text.labels import ROLES
from portal.web.i18n import speak

account = blueprint("account")


@account.get("/account")
@needs(Permission.ACCOUNT_USE)
def mine() -> str:
    """Show what the member is and holds."""
    with reading_unit() as db:
        person = access.find_member(db, member=me().member, log=desk().audit)
        left = access.codes_left(db, member=me().member)
        this = signed_in().id_hash
        sessions = access.list_own(db, member=me().member, this=this, now=now())
    return render_template(
        "staff/account.html",
        person=person,
        fingerprint=access.own_fingerprint(signed_in().seed),
        left=left,
        sessions=sessions,
        expires_at=signed_in().expires_at,
        role_names=ROLES,
    )


@account.post("/language")
@answers_strangers
def language() -> Response | str:
    """Keep the language that somebody chose; go on where something was typed, or from the top."""
    wanted = request.form.get("language", "")
    if wanted in current_app.config["PORTAL_LANGUAGES"]:
        session["language"] = wanted
        speak(wanted)
    if request.form.get(unsent.WAITING):
        return refusing.sign_in_page(unsent.still_waiting())
    return redirect(typed.return_url() or url_for("queue.home"), 303)
