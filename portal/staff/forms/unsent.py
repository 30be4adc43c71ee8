"""What was typed and not sent: nothing that a member writes at the desk is lost.

Every form of `typed.FORMS` says in a sealed field to which member it was shown. Where it is
refused, its page is shown again with the text. Where another button is pressed, the page is left or
the session is over, the text is saved as a draft that only that member can open, and stands in the
form again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Flask, current_app, flash, g, request, session, url_for

from portal import access
from portal.access import Writer
from portal.staff.forms import form_seal, once
from portal.staff.forms.form_seal import secret
from portal.staff.forms.typed import (
    FORMS,
    LIVES,
    Typed,
    endpoint_of,
    form_owner,
    form_to,
    page_of,
    shown_to,
    writer,
)
from portal.staff.guard import desk, now, signed_in
from portal.staff.text.error_messages import text_of
from portal.store.engine import Db
from portal.web.i18n import gettext as _

_CHOSEN = "chosen"
"""Where the cookie keeps choices from before a sign-in."""

WAITING = "waiting"
"""The name of the field of the sign-in page that holds what waits for its member."""

LONGEST_WAITING = 200_000
"""Characters: with it the form of the sign-in page is still accepted."""


def prepare(app: Flask) -> None:
    """Give templates what forms carry and show."""
    app.jinja_env.globals.update(form_owner=form_owner, typed=value, is_unsent=is_unsent)


def save(one: Typed) -> bool:
    """Save a draft of a form with free text; False where it could not be saved."""
    by = one.writer or (writer() if g.get("signed_in") else None)
    if by is None:
        return False
    with desk().connection.begin(write=True) as db:
        return _put(db, by, one)


def _put(db: Db, by: Writer, one: Typed) -> bool:
    return access.save_draft(
        db, secret=secret(), by=by, place=one.action, fields=one.fields, now=now()
    )


def save_from_other_button() -> None:
    """Before a view: save the text of the form in which another button was pressed.

    Without any text, the page that may come next is told what else stood in the form.
    """
    g.was_saved = False
    owner = shown_to() if request.method == "POST" else None
    if owner is None or owner[1] == request.path or request.endpoint == "drafts.save":
        return
    one = form_to(*owner)
    if one is None:
        return
    if one.texts():
        g.was_saved = save_unless_done(*owner, is_late=False)
    elif any(one.fields.values()):
        choose_again(one)


def save_unless_done(by: Writer, action: str, *, is_late: bool) -> bool:
    """Save what stands in a form, or forget it where it was emptied; False where it was not saved.

    What has been sent by then is left as it is.
    """
    one = form_to(by, action)
    if one is None:
        return False
    with desk().connection.begin(write=True) as db:
        if not once.may_save(db, member=by.member, action=action, is_late=is_late):
            return False
        if one.texts():
            return _put(db, by, one)
        access.forget_draft(db, secret=secret(), member=by.member, place=action)
        return True


def save_own() -> None:
    """Save what was typed in the form of this request, whatever comes of it; not what was sent."""
    save_unless_done(writer(), request.path, is_late=False)


def say_saved() -> None:
    """Tell that a text is saved, on a page where it can't be seen."""
    if g.get("was_saved"):
        flash(_("What you had typed is kept for a day. It stands in its form when you come back."))


def choose_again(one: Typed) -> None:
    """Carry choices to the page that is shown next: they are no secret, and need no draft."""
    session[_CHOSEN] = [one.action, dict(one.fields)]


def forget(action: str) -> None:
    """Forget the draft of a form: it was sent, or thrown away."""
    with desk().connection.begin(write=True) as db:
        access.forget_draft(db, secret=secret(), member=writer().member, place=action)


def load() -> None:
    """Before a page with forms: find what this member typed there and never sent."""
    page = request.endpoint
    if request.method != "GET" or not g.get("signed_in"):
        return
    forms = [name for name, form in FORMS.items() if form.page == page]
    if not forms:
        return
    places = {url_for(name, **(request.view_args or {})): name for name in forms if _is_one(name)}
    with desk().connection.begin(write=False) as db:
        found = access.find_drafts(
            db,
            secret=secret(),
            member=writer().member,
            seed=signed_in().seed,
            places=places,
            now=now(),
        )
    g.form_values = {places[place]: fields for place, fields in found.items()}
    g.unsent = frozenset(g.form_values)
    action, fields = session.get(_CHOSEN, ("", {}))
    chosen = endpoint_of(action) if action else None
    if chosen in forms and (page_of(action) or "").partition("#")[0] == request.path:
        g.form_values.setdefault(chosen, fields)
        g.form_paths = {chosen: action}
        session.pop(_CHOSEN)


def _is_one(endpoint: str) -> bool:
    """Tell whether a page has one such form: then its address says all that the form's does."""
    rules = current_app.url_map.iter_rules(endpoint)
    return all(rule.arguments <= (request.view_args or {}).keys() for rule in rules)


def show_again(forms: Iterable[Typed]) -> None:
    """Let the page that is shown next stand as these forms were filled in."""
    shown = list(forms)
    g.form_values = {one.endpoint: dict(one.fields) for one in shown}
    g.form_paths = {one.endpoint: one.action for one in shown}


def value(endpoint: str, name: str, otherwise: str = "", *, path: str = "") -> str:
    """Give what was typed in a field of a form, for the page to show it again.

    Where a page has several forms of one kind, `path` says which one it is.
    """
    if path and g.get("form_paths", {}).get(endpoint) != path:
        return otherwise
    fields: Mapping[str, str] = g.get("form_values", {}).get(endpoint, {})
    return fields.get(name, otherwise)


def is_unsent(endpoint: str) -> bool:
    """Tell whether the form shows a draft."""
    return endpoint in g.get("unsent", frozenset())


def waiting(one: Typed) -> str:
    """Seal what waits for its member to sign in; "" where it is too long to travel along."""
    if one.writer is None:
        return ""
    told = [one.writer.member, one.writer.key_id.hex(), one.action, dict(one.fields)]
    if one.texts():
        told += once.mark(one.writer.member, one.action)
    sealed = form_seal.seal(told, purpose=WAITING)
    return sealed if len(sealed) <= LONGEST_WAITING else ""


def still_waiting() -> str:
    """Give what the sign-in page carries on; what can't be opened is dropped with a word."""
    sealed = request.form.get(WAITING, "")
    if sealed and open_waiting(sealed) is None:
        flash(text_of("text.dropped"), "problem")
        return ""
    return sealed


def restore(member: str) -> str | None:
    """After signing in: save what waited for this member; gives the page on which it stands.

    Another member never sees it, and is told so; its own member finds it as a draft, unless it was
    sent after all.
    """
    sealed = request.form.get(WAITING, "")
    one = open_waiting(sealed) if sealed else None
    if one is None or one.writer is None or one.writer.member != member:
        if sealed:
            flash(text_of("text.dropped" if one is None else "text.another"), "problem")
        return None
    if not one.texts():
        choose_again(one)
    elif not (one.sent_as and once.was_done(*one.sent_as)):
        save(one)
    return page_of(one.action)


def open_waiting(sealed: str) -> Typed | None:
    """Open what waited; None where it was changed, or waited for more than a day."""
    found = form_seal.unseal(sealed, purpose=WAITING, lives=LIVES)
    if found is None:
        return None
    member, key, action, fields, *sent_as = found
    endpoint = endpoint_of(action)
    if endpoint is None:
        return None
    return Typed(Writer(member, bytes.fromhex(key)), action, endpoint, fields, tuple(sent_as))
