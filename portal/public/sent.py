"""After sending: the code, then what happens next and what to do now."""

from __future__ import annotations

import base64
import hashlib
import json

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from portal.domain.receipt import format_code
from portal.public.draft import code_for
from portal.public.seal import SealExpired, seal, unseal
from portal.web.i18n import current_language

sent = Blueprint("sent", __name__)

_PURPOSE = "sent"


def remember(submission: bytes, told: str, *, door: str, advised: tuple[str, ...]) -> None:
    """Note in the session, sealed, what the next page is to show; of what was told, the hash."""
    plain = {
        "submission": base64.b64encode(submission).decode("ascii"),
        "told": _hash(told),
        "door": door,
        "advised": advised,
        "saved": False,
    }
    session[_PURPOSE] = seal(json.dumps(plain), purpose=_PURPOSE)


def differs(submission: bytes, told: str) -> bool:
    """Tell whether this submission was sent in this session, with other answers than these."""
    try:
        plain = json.loads(unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE))
    except SealExpired:
        return False
    is_same_one = base64.b64decode(plain["submission"]) == submission
    return is_same_one and plain["told"] != _hash(told)


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


@sent.get("/<language>/sent")
def show(language: str) -> Response | str:
    """Show the code; once it is saved, show what comes next."""
    try:
        plain = json.loads(unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE))
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    template = "public/next.html" if plain["saved"] else "public/code.html"
    code = format_code(code_for(base64.b64decode(plain["submission"])))
    return render_template(template, code=code, door=plain["door"], advised=plain["advised"])


@sent.post("/<language>/sent")
def saved(language: str) -> Response:
    """Put the code away when the reporter has saved it, or show it again."""
    try:
        plain = json.loads(unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE))
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    plain["saved"] = request.form.get("go", "saved") == "saved"
    session[_PURPOSE] = seal(json.dumps(plain), purpose=_PURPOSE)
    return redirect(f"/{current_language()}/sent", 303)
