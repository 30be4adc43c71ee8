"""End one's own sessions: one, every other, or all."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import Permission
from portal.staff.account.sign_in import leave
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, needs, signed_in
from portal.store.engine import Db
from portal.web.i18n import gettext as _

own_sessions = blueprint("own_sessions")


@own_sessions.post("/account/sessions/<handle>/end")
@needs(Permission.ACCOUNT_USE)
def end_session(handle: str) -> Response:
    """End one session; if it is this one, that is signing out."""

    def work(db: Db) -> str:
        is_this = access.end_one(db, act=act(), handle=handle, this=signed_in().id_hash)
        return "this" if is_this else ""

    if act_once(work):
        return leave()
    flash(_("That session has ended."))
    return redirect(url_for("account.mine"), 303)


@own_sessions.post("/account/sessions/end-others")
@needs(Permission.ACCOUNT_USE)
def end_others() -> Response:
    """Sign out everywhere else."""
    act_once(lambda db: access.end_others(db, act=act(), this=signed_in().id_hash))
    flash(_("Every other session has ended."))
    return redirect(url_for("account.mine"), 303)


@own_sessions.post("/account/sessions/end-all")
@needs(Permission.ACCOUNT_USE)
def end_all() -> Response:
    """Sign out everywhere, here too."""
    act_once(lambda db: access.end_all(db, act=act()))
    return leave()
