"""After sending: the code, then what happens next and what to do now."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict

from flask import Blueprint, current_app, redirect, render_template, request, session
from flask_babel import format_timedelta
from werkzeug.wrappers import Response

from portal.domain.factor import Priority
from portal.domain.guidance import load_guidance
from portal.domain.receipt import format_code
from portal.intake import Intake, report_id_of
from portal.public.advice import Advised
from portal.public.draft import code_for
from portal.public.guidance import services
from portal.public.seal import SealExpired, seal, unseal
from portal.web.i18n import current_language

sent = Blueprint("sent", __name__)

_PURPOSE = "sent"


def remember(submission: bytes, told: str, *, door: str, advised: Advised, agency: str) -> None:
    """Note in the session, sealed, what the next page is to show; of what was told, the hash."""
    plain = {
        "submission": base64.b64encode(submission).decode("ascii"),
        "told": _hash(told),
        "door": door,
        "advised": asdict(advised),
        "agency": agency,
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


def forget(report_id: bytes) -> None:
    """Forget what was sent, if it became that report: the code of a deleted one is not shown."""
    try:
        plain = json.loads(unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE))
    except SealExpired:
        return
    if report_id_of(base64.b64decode(plain["submission"])) == report_id:
        del session[_PURPOSE]


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


@sent.get("/<language>/sent")
def show(language: str) -> Response | str:
    """Show the code; once it is saved, show what comes next."""
    try:
        plain = json.loads(unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE))
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    if not plain["saved"]:
        code = format_code(code_for(base64.b64decode(plain["submission"])))
        return render_template("public/code.html", code=code)
    advised = plain["advised"]
    found = services(is_adult=advised["is_adult"]) if "pictures" in advised["lines"] else ()
    return render_template(
        "public/next.html",
        door=plain["door"],
        advised=advised["lines"],
        pages=[load_guidance().advice[number] for number in advised["pages"]],
        services=found,
        times=_times(plain["agency"]),
    )


def _times(agency: str) -> tuple[str, str, str]:
    """Say how soon a person is to look: in danger, mostly, and at the longest."""
    intake: Intake = current_app.extensions["portal.intake"]
    targets = intake.routing.agency(agency).targets
    shown = (Priority.P0, Priority.P2, Priority.P4)
    first, mostly, longest = (format_timedelta(targets[one], threshold=1.5) for one in shown)
    return first, mostly, longest


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
