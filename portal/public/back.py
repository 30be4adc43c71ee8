"""Coming back with the code: status in plain words, replies, and telling more."""

from __future__ import annotations

import json
import os

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from portal import intake as way_in
from portal.domain.errors import ReceiptError
from portal.domain.receipt import normalise
from portal.intake import LONGEST_SUPPLEMENT, Intake
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.public.seal import SealExpired, seal, session_id, unseal
from portal.web import errors
from portal.web.factory import now
from portal.web.limits import limiter, rate

back = Blueprint("back", __name__)

_PURPOSE = "thread"


@back.get("/<language>/back")
def ask(language: str) -> str:  # noqa: ARG001
    """Ask for the code."""
    session_id()
    return render_template("public/back.html", problem=None, typed="")


@back.post("/<language>/back")
@limiter.limit(rate("PORTAL_RATE_LOOKUPS"))
def enter(language: str) -> str | tuple[str, int]:  # noqa: ARG001
    """Open the thread behind a code, or do what was asked there."""
    if "thread" in request.form:
        return _work(*_unseal_thread(request.form["thread"]))
    typed = request.form.get("code", "")
    try:
        keys = derive_keys(normalise(typed), salt=_intake().salt, pepper=_intake().pepper)
        return _show(keys, os.urandom(16))
    except ReceiptError as error:
        return render_template("public/back.html", problem=error.code, typed=typed), 422


@back.errorhandler(SealExpired)
@back.errorhandler(ReceiptError)
def expired(_: Exception) -> Response:
    """Tell kindly that the page waited too long, or that the report is gone."""
    return errors.page(400, "form_expired")


def _work(keys: ReporterKeys, once: bytes) -> str | tuple[str, int]:
    text = request.form.get("more", "").replace("\r\n", "\n")
    go = request.form.get("go", "add" if text else "")
    if go == "delete":
        way_in.ask_deletion(intake=_intake(), keys=keys, now=now())
        return _show(keys, os.urandom(16), done="delete")
    if go != "add":
        return _show(keys, once, typed=text)
    problem = "required" if not text.strip() else None
    problem = "too_long" if len(text) > LONGEST_SUPPLEMENT else problem
    if problem:
        return _show(keys, once, problem=problem, typed=text), 422
    way_in.supplement(intake=_intake(), keys=keys, text=text, once=once, now=now())
    return _show(keys, os.urandom(16), done="add")


def _show(
    keys: ReporterKeys,
    once: bytes,
    *,
    problem: str | None = None,
    typed: str = "",
    done: str | None = None,
) -> str:
    found = way_in.come_back(intake=_intake(), keys=keys, now=now())
    return render_template(
        "public/thread.html",
        found=found,
        thread=_seal_thread(keys, once),
        problem=problem,
        typed=typed,
        done=done,
    )


def _seal_thread(keys: ReporterKeys, once: bytes) -> str:
    plain = [keys.token_hash.hex(), keys.seed.hex(), once.hex()]
    return seal(json.dumps(plain), purpose=_PURPOSE)


def _unseal_thread(sealed: str) -> tuple[ReporterKeys, bytes]:
    token_hash, seed, once = (
        bytes.fromhex(x) for x in json.loads(unseal(sealed, purpose=_PURPOSE))
    )
    return ReporterKeys(token_hash, seed), once


def _intake() -> Intake:
    found: Intake = current_app.extensions["portal.intake"]
    return found
