"""The forms of the desk in which something is typed or chosen, and what a request has of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from flask import current_app, g, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from portal import access
from portal.access import Writer
from portal.domain.plaintext import clean
from portal.staff.forms import form_seal
from portal.staff.guard import signed_in
from portal.web import body

WHOSE = "whose"
"""The name of the hidden field."""

_MOST_FIELDS = 100

_OURS = ("same-origin", "none")
"""What browsers say of a form that was sent from our own page (Fetch Metadata)."""

LIVES = timedelta(days=1)
"""How long a form still says whose it is."""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """A form: its page, its fields, which of them are free text, and its place on the page.

    A field may stand several times on a page as `name.part`.
    """

    page: str
    fields: tuple[str, ...]
    texts: tuple[str, ...] = ()
    anchor: str | None = None


FORMS: Mapping[str, TypedForm] = {
    "case.note": TypedForm("case.see", ("note",), ("note",), "notes"),
    "case.move": TypedForm("case.see", ("to", "reason")),
    "case.assign": TypedForm("case.see", ("member",)),
    "case.open_triage": TypedForm("case.see", ("reason",)),
    "case.open_indicators": TypedForm("case.see", ("reason",)),
    "case.open_identity": TypedForm("case.see", ("reason",)),
    "reply.send": TypedForm("reply.write", ("text", "wait", "filings"), ("text",)),
    "deletion.decide": TypedForm("deletion.ask", ("reason",)),
    "members.invite": TypedForm("members.everyone", ("name", "role"), ("name",)),
    "members.grant": TypedForm("members.everyone", ("fingerprint",)),
    "sign_in.enter": TypedForm("sign_in.form", ("member",)),
    "recovery.recover": TypedForm("recovery.ask", ("member",)),
    "own_keys.change_passphrase": TypedForm("own_keys.passphrase", ()),
    "own_keys.change_phone": TypedForm("own_keys.phone", ()),
    "own_keys.make_codes": TypedForm("own_keys.codes", ()),
    "sign_in.enrol": TypedForm("sign_in.welcome", ("invitation", "code")),
}
"""Every form of the desk in which something is typed or chosen, by the endpoint it is sent to.

Not kept anywhere: passphrases, one-time codes and recovery codes.
"""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one form: `action` is the path it is sent to, `writer` whose form it is.

    `sent_as` names it (`once.mark`) where it was sent and it can't be told yet what came of it.
    """

    writer: Writer | None
    action: str
    endpoint: str
    fields: Mapping[str, str] = field(repr=False)
    sent_as: tuple[str, ...] = ()

    @property
    def form(self) -> TypedForm:
        """The form."""
        return FORMS[self.endpoint]

    def texts(self) -> dict[str, str]:
        """Give the free texts that are not empty."""
        return {name: self.fields[name] for name in self.form.texts if self.fields.get(name)}


def form_owner(action: str) -> str:
    """Say, sealed, whose form this is and where it is sent; "" where nothing is typed in it."""
    if not g.get("signed_in") or endpoint_of(action) is None:
        return ""
    me = writer()
    return form_seal.seal([me.member, me.key_id.hex(), action], purpose=WHOSE)


def shown_to() -> tuple[Writer, str] | None:
    """Read whose form was sent, and where it leads; None where the form doesn't say."""
    found = form_seal.unseal(_form().get(WHOSE, ""), purpose=WHOSE, lives=LIVES)
    if found is None:
        return None
    member, key, action = found
    return Writer(member, bytes.fromhex(key)), action


def is_another_members() -> bool:
    """Tell whether the form was shown to another member than the one who is signed in."""
    found = shown_to()
    return found is not None and found[0].member != signed_in().principal.member


def typed_forms() -> list[Typed]:
    """Give what was typed in the forms of this request: the one it came from, and its own."""
    if request.method != "POST":
        return []
    owner = shown_to()
    if owner is None and request.headers.get("Sec-Fetch-Site", _OURS[0]) not in _OURS:
        return []  # nothing tells that this text is a member's own
    found = [form_to(owner[0], owner[1])] if owner else []
    if owner is None or owner[1] != request.path:
        found.append(form_to(owner[0] if owner else None, request.path))
    return [one for one in found if one is not None and one.fields]


def page_of(action: str) -> str | None:
    """Give the address of the page on which the form of that action stands."""
    found = _route(action)
    if found is None or found[0] not in FORMS:
        return None
    form = FORMS[found[0]]
    return url_for(form.page, _anchor=form.anchor, **arguments_of(form.page, found[1]))


def arguments_of(endpoint: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give those of the arguments that stand in an endpoint's address."""
    wanted = {part for rule in current_app.url_map.iter_rules(endpoint) for part in rule.arguments}
    return {name: value for name, value in given.items() if name in wanted}


def return_url(anchor: str | None = None) -> str | None:
    """Give the page to return to, where a button was pressed in the form of another act."""
    owner = shown_to()
    place = page_of(owner[1]) if owner and owner[1] != request.path else None
    return f"{place.partition('#')[0]}#{anchor}" if place and anchor else place


def chosen(name: str, part: str) -> str:
    """Give what was chosen in a field that stands several times on its page."""
    return request.form.get(f"{name}.{part}", request.form.get(name, ""))


def form_to(by: Writer | None, action: str) -> Typed | None:
    """Read what this request brings of the form that is sent to that path; None of any other."""
    endpoint = endpoint_of(action)
    if endpoint is None:
        return None
    names = FORMS[endpoint].fields
    fields = {name: v for name, v in _form().items() if name.partition(".")[0] in names}
    return Typed(by, action, endpoint, fields)


def endpoint_of(action: str) -> str | None:
    """Give the endpoint of a listed form by the path it is sent to."""
    found = _route(action)
    return found[0] if found and found[0] in FORMS else None


def writer() -> Writer:
    """Name who is signed in by their own key; once a request."""
    if "writer" not in g:
        who = signed_in()
        g.writer = access.writer(member=who.principal.member, seed=who.seed)
    found: Writer = g.writer
    return found


def text(name: str) -> str:
    """Give what was typed in a field of this request."""
    return _form().get(name, "")


def spare_too_much() -> None:
    """Read the words of a body that is too large, so that they can be shown again.

    Pictures are taken out as they are elsewhere. Beyond `bounds.LOOKED_AT` nothing is read at all.
    """
    try:
        raw = request.get_data(cache=True, parse_form_data=False)
        pairs = parse_qsl(raw.decode("ascii", "replace"), max_num_fields=_MOST_FIELDS)
    except (HTTPException, ValueError):  # beyond every bound, or more fields than any form has
        return
    words = ((name, body.without_material(value.encode())) for name, value in pairs)
    g.spared = MultiDict((name, clean(value.decode())) for name, value in words)


def _form() -> MultiDict[str, str]:
    """What was sent, also where the body was refused."""
    return body.typed() if "is_body_good" in g else MultiDict()


def _route(action: str) -> tuple[str, Mapping[str, Any]] | None:
    try:
        return current_app.url_map.bind("").match(action, method="POST")
    except HTTPException:
        return None
