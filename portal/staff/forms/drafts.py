"""Drafts: saved while a member writes; only that member can discard them."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.access import Permission
from portal.staff.forms import typed, unsent
from portal.staff.guard import blueprint, me, needs

drafts = blueprint("drafts")


@drafts.post("/draft")
@needs(Permission.ACCOUNT_USE)
def save() -> Response:
    """Save what stands in a form now; what was emptied is forgotten, what was sent stays sent.

    It also counts as use of the session.
    """
    owner = typed.shown_to()
    if owner is not None:
        unsent.save_unless_done(*owner, is_late=True)
    return Response(status=204)


@drafts.post("/draft/discard")
@needs(Permission.ACCOUNT_USE)
def discard() -> Response:
    """Throw a draft away, and show its page without it."""
    owner = typed.shown_to()
    if owner is not None:
        unsent.forget(owner[1])
    return redirect(typed.return_url() or url_for("queue.home"), 303)


@drafts.post("/draft/restore")
@needs(Permission.ACCOUNT_USE)
def restore() -> Response:
    """Show again what travelled sealed while the desk could not look up who asks."""
    return redirect(unsent.restore(me().member) or url_for("queue.home"), 303)
