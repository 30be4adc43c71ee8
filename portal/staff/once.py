"""Each form does its act once: two identical posts are one act, and get one answer.

Every form carries a random key. It is claimed inside the transaction of the act, so a second post
finds it there, also when both come at once to two processes. What the answer needs (the report that
was taken, an invitation) is kept for a day, sealed under the key, which only the form has.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, g, request

from portal import access
from portal.domain.canon import canon
from portal.domain.errors import Conflict, PortalError, UnreadWords
from portal.sealing.suite import derive
from portal.staff.form_seal import secret
from portal.staff.guard import desk, me, now
from portal.staff.typed import FORMS
from portal.store import Db, acts

FIELD = "once"
"""The name of the hidden field."""

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_UNTOLD = frozenset({FIELD, "csrf_token"})
"""Fields that are no content: they differ where the same words are sent again."""

_REFUSED = bytes(32)
"""Stands for the content of a form that was refused over unread words: no form says that."""


class FormTooOld(PortalError):
    """A form without a good key or token: it can't be told whether it was sent before."""

    code = "form.too_old"


class FormUsed(Conflict):
    """The form has done its act, and is sent again with other words."""

    code = "form.used"


@dataclass(frozen=True, slots=True)
class _Form:
    id: bytes
    content: bytes
    answer_key: bytes = field(repr=False)


def prepare(app: Flask) -> None:
    """Give every form of the desk a key of its own."""
    app.jinja_env.globals["once_key"] = new_key


def new_key() -> str:
    """Make the key of one form as it is shown once: 128 random bits."""
    return base64.urlsafe_b64encode(os.urandom(16)).decode("ascii").rstrip("=")


def require_key() -> None:
    """Raise `FormTooOld` where a form carries no key."""
    if not _KEY.fullmatch(request.form.get(FIELD, "")):
        raise FormTooOld


def act_once(work: Callable[[Db], str | None]) -> str:
    """Do the act of this form in one transaction; where it was done before, do nothing.

    Gives what the act gave, also to the second post. Where the act raises, nothing is kept and the
    form is as good as new. Raises `FormTooOld`, and `FormUsed` for a form that is sent again with
    other words.
    """
    form = _form()
    with desk().connection.begin(write=True) as db:
        if acts.claim(db, id=form.id, content=form.content, at=now()):
            answer = work(db) or ""
            _forget_draft(db)
            if answer:
                acts.keep_answer(db, id=form.id, sealed=_seal(form, answer))
            return answer
    before = done_before()
    if before is None:
        raise UnreadWords if refused_over() is not None else FormUsed
    return before


def refuse_for_good(db: Db, shown: str) -> None:
    """Let this form never act: only the page that shows what was unread may act.

    Pressed twice, or sent again by a reload, the form would else find nothing unread any more.
    `shown` says what the answer shows, for the second post to show it as well.
    """
    form = _form()
    if acts.claim(db, id=form.id, content=_REFUSED, at=now()):
        acts.keep_answer(db, id=form.id, sealed=_seal(form, shown))


def refused_over() -> str | None:
    """Give what `refuse_for_good` noted of this form; None where it was not refused so."""
    form = _form()
    with desk().connection.begin(write=False) as db:
        row = acts.get(db, id=form.id)
    return _open(form, row.sealed) if row and row.content == _REFUSED and row.sealed else None


def is_used(member: str) -> bool:
    """Tell whether the form has done its act for that member, whatever is sent with it now."""
    key = request.form.get(FIELD, "")
    with desk().connection.begin(write=False) as db:
        row = acts.get(db, id=_id(member, key))
    return row is not None and row.content != _REFUSED


def done_before() -> str | None:
    """Give what the act of this form gave when these very words were sent; None if they were not.

    For an act that is refused before its transaction, because the first post has just done it.
    """
    form = _form()
    with desk().connection.begin(write=False) as db:
        row = acts.get(db, id=form.id)
    if row is None or not hmac.compare_digest(row.content, form.content):
        return None
    return _open(form, row.sealed) if row.sealed else ""


def _forget_draft(db: Db) -> None:
    """What is done waits no more; in the transaction of the act."""
    found = FORMS.get(request.endpoint or "")
    if found and found.texts and g.get("signed_in"):
        access.forget_draft(db, secret=secret(), member=me().member, place=request.path)


def _form() -> _Form:
    """Name this form and what it says: by keyed hashes, so that the store learns neither."""
    require_key()
    key, found = request.form[FIELD], g.get("signed_in")
    member = found.principal.member if found else ""
    told = sorted((n, v) for n, v in request.form.items(multi=True) if n not in _UNTOLD)
    content = canon("act-content-v1", key, request.path, *(part for pair in told for part in pair))
    return _Form(
        id=_id(member, key),
        content=hmac.digest(secret(), content, "sha256"),
        answer_key=derive(secret(), info=canon("act-answer-v1", member, key)),
    )


def _id(member: str, key: str) -> bytes:
    return hmac.digest(secret(), canon("act-v1", member, key), "sha256")


def _seal(form: _Form, answer: str) -> bytes:
    """One answer a key, so the nonce is zero."""
    return AESGCM(form.answer_key).encrypt(bytes(12), answer.encode("utf-8"), form.id)


def _open(form: _Form, sealed: bytes) -> str:
    return AESGCM(form.answer_key).decrypt(bytes(12), sealed, form.id).decode("utf-8")
