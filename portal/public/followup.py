"""Coming back with the code: status in plain words, replies, and telling more."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import cache

from flask import Blueprint, current_app, g, request
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response

from portal.domain.blank import is_blank
from portal.domain.errors import ReceiptError
from portal.domain.questionnaire.question import Question, problems
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import normalise
from portal.domain.report import Audience
from portal.followup.deletion import ask_deletion, delete_at_once
from portal.followup.supplement import (
    CODE_ONLY,
    LONGEST_SUPPLEMENT,
    MAY_CONTACT,
    SafeContact,
    change_contact,
    supplement,
)
from portal.followup.thread import come_back
from portal.intake.filing import Intake
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.public import external_sites
from portal.public.browser_seal import SealExpired, SealTooOld, seal, session_id, unseal
from portal.web import body, errors
from portal.web.clock import now
from portal.web.csrf import CSRFError
from portal.web.i18n import speak
from portal.web.limits import limiter, rate
from portal.web.templates import render_template

followup = Blueprint("followup", __name__)

_PURPOSE = "thread"
_PARTS = 4
_WAITING = "waiting"
_MORE = "more"
_CONTACT = ("contact", "safe_contact", "safe_time")
"""What can be changed later, by the names of the questionnaire's own questions."""


@followup.get("/<language>/back")
def ask(language: str) -> str:  # noqa: ARG001
    """Ask for the code."""
    return _ask()


@followup.post("/<language>/back")
@limiter.limit(rate("PORTAL_RATE_LOOKUPS"), exempt_when=lambda: _has_thread())
def enter(language: str) -> str | tuple[str, int]:  # noqa: ARG001
    """Open the thread behind a code, or do what was asked there."""
    if "elsewhere" in request.form:
        return external_sites.page_before(request.form["elsewhere"], carried())
    if "thread" in request.form:
        return _work(*_unseal_thread(request.form["thread"]))
    code, waiting = request.form.get("code", ""), _waiting()
    wanted = request.form.get("language", "")
    if wanted:
        speak(wanted)
    if wanted or request.form.get("go") == "stay":
        return _ask(code=code, waiting=waiting)
    try:
        keys = derive_keys(normalise(code), salt=_intake().salt, pepper=_intake().pepper)
        return _show(keys, os.urandom(16), typed=waiting)
    except ReceiptError as error:
        return _ask(problem=error.code, code=code, waiting=waiting), 422


@followup.errorhandler(SealExpired)
def expired(error: SealExpired) -> tuple[str, int]:
    """Ask for the code again where the page waited too long; what was typed on it waits along.

    Only if the page is this session's: whoever presses Back after somebody left sends the form
    again, and must find nothing in it.
    """
    waiting = _typed() if isinstance(error, SealTooOld) else _waiting()
    return _ask(problem="waited", waiting=waiting), 400


@followup.errorhandler(ReceiptError)
def gone(_: ReceiptError) -> tuple[str, int]:
    """Tell whoever has the thread of a report open that it is gone; the words are given back."""
    return render_template("public/gone.html", unsent=_typed()[_MORE]), 410


@followup.errorhandler(CSRFError)
def unsure(_: CSRFError) -> str | Response | tuple[str, int]:
    """Show the page again, as it was filled in, when it can't be told who sent it.

    The thread tells whose page it is. A code is not shown again: nothing tells whose it is.
    """
    try:
        with limiter.limit(rate("PORTAL_RATE_LOOKUPS")):  # the door counts after the token only
            keys, once = _unseal_thread(g.carried["thread"])
            return _show(keys, once, typed=_typed(), notice=True), 400
    except RateLimitExceeded:
        return errors.too_many()
    except SealExpired as error:
        return expired(error)
    except ReceiptError as error:
        return gone(error)


def carried() -> dict[str, str]:
    """Give the way back and what was typed there, for the page of an error to carry on."""
    if request.endpoint != "followup.enter" or "carried" not in g:
        return {}
    thread, waiting = g.carried["thread"], g.carried["waiting"]
    if not thread:
        return {"waiting": waiting} if waiting else {}
    try:
        _unseal_thread(thread)
    except SealTooOld:
        pass
    except SealExpired:
        return {}
    return {"thread": thread, **{name: text for name, text in _typed().items() if text}}


def _ask(
    *, problem: str | None = None, code: str = "", waiting: dict[str, str] | None = None
) -> str:
    """Ask for the code; what was typed in a thread that can't be opened goes with it, sealed."""
    session_id()
    told = {name: text for name, text in (waiting or {}).items() if text}
    sealed = seal(json.dumps(told), purpose=_WAITING) if told else ""
    return render_template("public/followup.html", problem=problem, typed=code, waiting=sealed)


def _waiting() -> dict[str, str]:
    """Give what was typed in a thread before the code had to be asked for again."""
    try:
        return dict(json.loads(unseal(g.carried["waiting"], purpose=_WAITING)))
    except SealExpired:
        return {}


def _typed() -> dict[str, str]:
    return {name: _text(name) for name in (_MORE, *_CONTACT)}


def _work(keys: ReporterKeys, once: bytes) -> str | tuple[str, int]:
    typed = _typed()
    go = request.form.get("go", "add" if typed[_MORE] else "")
    if go == "add" and is_blank(typed[_MORE]) and typed["contact"]:
        go = "contact"  # the Enter key presses the first button of the page
    if go == "add":
        return _add(keys, once, typed)
    if go == "contact":
        return _change_contact(keys, once, typed)
    if go == "delete":
        return _ask_deletion(keys, once, typed)
    if go == "delete_now" and _intake().deletes_at_once:
        delete_at_once(intake=_intake(), keys=keys, now=now())
        return render_template("public/deleted.html")
    return _show(keys, once, typed=typed)


def _add(keys: ReporterKeys, once: bytes, typed: dict[str, str]) -> str | tuple[str, int]:
    text = typed[_MORE]
    problem = "required" if is_blank(text) else None
    problem = "too_long" if len(text) > LONGEST_SUPPLEMENT else problem
    if problem:
        return _show(keys, once, typed=typed, problems={_MORE: problem}), 422
    supplement(intake=_intake(), keys=keys, text=text, once=once, now=now())
    return _show(keys, os.urandom(16), typed=typed | {_MORE: ""}, done="add")


def _change_contact(
    keys: ReporterKeys, once: bytes, typed: dict[str, str]
) -> str | tuple[str, int]:
    asked = contact_questions(come_back(intake=_intake(), keys=keys, now=now()).audience)
    found = contact_problems(asked, typed)
    if found:
        return _show(keys, once, typed=typed, problems=found), 422
    is_wanted = typed["contact"] == MAY_CONTACT
    contact = SafeContact(typed["safe_contact"], typed["safe_time"]) if is_wanted else SafeContact()
    change_contact(intake=_intake(), keys=keys, contact=contact, once=once, now=now())
    stays = {_MORE: typed[_MORE]}
    return _show(keys, os.urandom(16), typed=stays, done="contact")


def contact_problems(asked: tuple[Question, ...], typed: dict[str, str]) -> dict[str, str]:
    """Name what is to be mended, by question: a wish is needed, and a way where one is wished."""
    if typed["contact"] not in (CODE_ONLY, MAY_CONTACT):
        return {"contact": "required"}
    if typed["contact"] == CODE_ONLY:
        return {}
    found = {one.id: code for one in asked for code in problems(one, typed[one.id])}
    if is_blank(typed["safe_contact"]):
        found["safe_contact"] = "required"
    return found


def _ask_deletion(keys: ReporterKeys, once: bytes, typed: dict[str, str]) -> str:
    if _intake().deletes_at_once:
        come_back(intake=_intake(), keys=keys, now=now())
        thread = _seal_thread(keys, once)
        return render_template("public/delete.html", thread=thread, typed=typed)
    ask_deletion(intake=_intake(), keys=keys, now=now())
    return _show(keys, os.urandom(16), typed=typed)


def _show(
    keys: ReporterKeys,
    once: bytes,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    done: str | None = None,
    notice: bool = False,
) -> str:
    found = come_back(intake=_intake(), keys=keys, now=now())
    typed = dict.fromkeys((_MORE, *_CONTACT), "") | (typed or {})
    problems = problems or {}
    return render_template(
        "public/thread.html",
        found=found,
        thread=_seal_thread(keys, once),
        asked=contact_questions(found.audience),
        typed=typed,
        problems=problems,
        contact_open=any(typed[name] or name in problems for name in _CONTACT),
        at_once=_intake().deletes_at_once,
        done=done,
        notice=notice,
    )


@cache
def contact_questions(audience: str) -> tuple[Question, ...]:
    """The questions on how to reach the reporter, as their own form asks them; now with a wish."""
    if audience == Audience.PLATFORM:
        return ()
    asked = load_builtin(Audience(audience))
    found = (asked.question(name) for name in _CONTACT)
    return tuple(
        replace(one, options=tuple(x for x in one.options if x.id in (CODE_ONLY, MAY_CONTACT)))
        for one in found
        if one is not None
    )


def _text(name: str) -> str:
    return body.typed().get(name, "")


def _seal_thread(keys: ReporterKeys, once: bytes) -> str:
    plain = [keys.token_hash.hex(), keys.seed.hex(), keys.sign_seed.hex(), once.hex()]
    return seal(json.dumps(plain), purpose=_PURPOSE)


def _unseal_thread(sealed: str) -> tuple[ReporterKeys, bytes]:
    """Open a thread; raises `SealTooOld` for one of a release in which nothing was signed."""
    parts = [bytes.fromhex(x) for x in json.loads(unseal(sealed, purpose=_PURPOSE))]
    if len(parts) != _PARTS:
        raise SealTooOld
    token_hash, seed, sign_seed, once = parts
    return ReporterKeys(token_hash, seed, sign_seed), once


def _has_thread() -> bool:
    """Tell whether a thread is open: its code was looked up before, and costs nothing again."""
    try:
        _unseal_thread(g.carried["thread"])
    except SealExpired:
        return False
    return True


def _intake() -> Intake:
    found: Intake = current_app.extensions["portal.intake"]
    return found
