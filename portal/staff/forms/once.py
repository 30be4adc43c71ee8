"""Each form does its act once: two identical posts are one act, and get one answer.

Every form carries a random key. It is claimed inside the transaction of the act, so a second post
finds it there, also when both come at once to two processes. What the answer needs (the report that
was taken, an invitation) is kept for a day, sealed under the key, which only the form has.

A form that is shown again before it has done its act, or before anybody was told that it has, keeps
its key: pressing again after a failure does nothing twice, and what was typed into any of its pages
is known to be sent.
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
from portal.staff.forms.form_seal import secret
from portal.staff.forms.typed import FORMS, form_to, shown_to
from portal.staff.guard import desk, me, now
from portal.store import acts
from portal.store.engine import Db
from portal.web import body

FIELD = "once"
"""The name of the hidden field."""

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_UNTOLD = frozenset({FIELD, "csrf_token", "whose", "filings"})
"""Fields that are no content: they differ where the same words are sent again."""

_HALF = 16
"""Bytes of the content that name its free text; the others name all that was sent."""

_REFUSED = bytes(2 * _HALF)
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
    app.jinja_env.globals["once_key"] = key


def key(path: str = "") -> str:
    """Give the key of a form that is sent to that path: its own where it is shown again."""
    if path and request.method == "POST" and not g.get("is_over") and path in _sent_from():
        return _key() or new_key()
    return new_key()


def new_key() -> str:
    """Make the key of one form: 128 random bits."""
    return base64.urlsafe_b64encode(os.urandom(16)).decode("ascii").rstrip("=")


def ask_again() -> None:
    """Let the form that failed be shown under its own key: its act may be done all the same."""
    g.is_over = False


def require_key() -> None:
    """Raise `FormTooOld` where a form carries no key."""
    if not _key():
        raise FormTooOld


def act_once(work: Callable[[Db], str | None]) -> str:
    """Do the act of this form in one transaction; where it was done before, do nothing.

    Gives what the act gave, also to the second post. Where the act raises, nothing is kept and the
    form is as good as new. Raises `FormTooOld`, and `FormUsed` for a form that is sent again with
    other words.
    """
    form = _form()
    with desk().connection.begin(write=True) as db:
        if is_first := acts.claim(db, id=form.id, content=form.content, at=now()):
            answer = work(db) or ""
            _forget_draft(db)
            if answer:
                acts.keep_answer(db, id=form.id, sealed=_seal(form, answer))
    g.is_over = True
    if is_first:
        return answer
    row = _row_of(form)
    before = _given_before(form, row)
    if before is None:
        raise UnreadWords if _refused_over(form, row) is not None else FormUsed
    return before


def refuse_for_good(db: Db, shown: str) -> None:
    """Let this form never act: only the page that shows what was unread may act.

    Pressed twice, or sent again by a reload, the form would else find nothing unread any more.
    `shown` says what the answer shows, for the second post to show it as well.
    """
    form = _form()
    g.is_over = True
    if acts.claim(db, id=form.id, content=_REFUSED, at=now()):
        acts.keep_answer(db, id=form.id, sealed=_seal(form, shown))


def refused_over() -> str | None:
    """Give what `refuse_for_good` noted of this form; None where it was not refused so."""
    form = _form()
    return _refused_over(form, _row_of(form))


def may_save(db: Db, *, member: str, action: str, is_late: bool) -> bool:
    """Tell whether the text of a form still waits; its act does not end before this transaction.

    What comes late (`is_late`), saved by the script of a page that was left, is older than the act.
    """
    sent = _key()
    if not sent or acts.hold(db, id=_id(member, sent), content=_REFUSED, at=now()):
        return True
    row = acts.get(db, id=_id(member, sent))
    return row is None or not (is_late or row.content[:_HALF] == _text(sent, action))


def done_before() -> str | None:
    """Give what the act of this form gave when these very words were sent; None if they were not.

    For an act that is refused before its transaction, because the first post has just done it.
    """
    form = _form()
    return _given_before(form, _row_of(form))


def mark(member: str, action: str) -> tuple[str, ...]:
    """Name a form of this request and its text, for `was_done`; nothing of one without a key."""
    sent = _key()
    return (_id(member, sent).hex(), _text(sent, action).hex()) if sent else ()


def was_done(form: str, text: str) -> bool:
    """Tell whether the form that `mark` named has done its act with that text."""
    with desk().connection.begin(write=False) as db:
        row = acts.get(db, id=bytes.fromhex(form))
    return row is not None and hmac.compare_digest(row.content[:_HALF], bytes.fromhex(text))


def _row_of(form: _Form) -> acts.ActRow | None:
    with desk().connection.begin(write=False) as db:
        return acts.get(db, id=form.id)


def _given_before(form: _Form, row: acts.ActRow | None) -> str | None:
    if row is None or not hmac.compare_digest(row.content, form.content):
        return None
    return _open(form, row.sealed) if row.sealed else ""


def _refused_over(form: _Form, row: acts.ActRow | None) -> str | None:
    return _open(form, row.sealed) if row and row.content == _REFUSED and row.sealed else None


def _sent_from() -> set[str]:
    """Give the paths of the forms of this request: the one of the act, and the one it came from."""
    owner = shown_to()
    return {request.path, *([owner[1]] if owner else [])}


def _forget_draft(db: Db) -> None:
    """What is done waits no more; in the transaction of the act."""
    found = FORMS.get(request.endpoint or "")
    if found and found.texts and g.get("signed_in"):
        access.forget_draft(db, secret=secret(), member=me().member, place=request.path)


def _form() -> _Form:
    """Name this form and what it says: by keyed hashes, so that the store learns neither."""
    require_key()
    sent, found = _key(), g.get("signed_in")
    member = found.principal.member if found else ""
    told = sorted((n, v) for n, v in body.typed().items(multi=True) if n not in _UNTOLD)
    content = canon("act-content-v2", sent, request.path, *(part for pair in told for part in pair))
    return _Form(
        id=_id(member, sent),
        content=_text(sent, request.path) + hmac.digest(secret(), content, "sha256")[:_HALF],
        answer_key=derive(secret(), info=canon("act-answer-v1", member, sent)),
    )


def _key() -> str:
    """Read the key of this request; "" where it has none that is good."""
    sent = request.form.get(FIELD, "")
    return sent if _KEY.fullmatch(sent) else ""


def _id(member: str, sent: str) -> bytes:
    return hmac.digest(secret(), canon("act-v1", member, sent), "sha256")


def _text(sent: str, action: str) -> bytes:
    """Name the free text that this request brings of the form to that path."""
    one = form_to(None, action)
    told = sorted(one.texts().items()) if one else ()
    content = canon("act-text-v1", sent, action, *(part for pair in told for part in pair))
    return hmac.digest(secret(), content, "sha256")[:_HALF]


def _seal(form: _Form, answer: str) -> bytes:
    """One answer a key, so the nonce is zero."""
    return AESGCM(form.answer_key).encrypt(bytes(12), answer.encode("utf-8"), form.id)


def _open(form: _Form, sealed: bytes) -> str:
    return AESGCM(form.answer_key).decrypt(bytes(12), sealed, form.id).decode("utf-8")
