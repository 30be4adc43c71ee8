"""After sending: the code, then what happens next and what to do now."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session
from flask_babel import format_timedelta
from werkzeug.wrappers import Response

from portal.domain.factor import Priority
from portal.domain.guidance import load_guidance
from portal.domain.receipt import format_code
from portal.domain.report import Answer, Audience
from portal.domain.service import FOR_PICTURES, Service
from portal.intake import Intake, report_id_of
from portal.public.advice import Advised
from portal.public.draft import code_for
from portal.public.guidance import services
from portal.public.seal import RESTS, SealExpired, seal, unseal
from portal.web.csrf import CSRFError
from portal.web.i18n import current_language

sent = Blueprint("sent", __name__)

_PURPOSE = "sent"


def remember(
    submission: bytes,
    *,
    door: str,
    audience: Audience,
    advised: Advised,
    agency: str,
    dangers: Answer,
    comes_first: bool,
) -> dict[str, Any]:
    """Note in the session, sealed, what the next page is to show; gives what was noted.

    Of the answers only the dangers are kept, which call for the emergency steps.
    """
    plain = {
        "submission": base64.b64encode(submission).decode("ascii"),
        "door": door,
        "audience": audience,
        "advised": asdict(advised),
        "agency": agency,
        "dangers": list(dangers),
        "comes_first": comes_first,
        "saved": False,
    }
    session[_PURPOSE] = seal(json.dumps(plain), purpose=_PURPOSE)
    return plain


def _remembered() -> dict[str, Any]:
    """Give what `remember` noted in this session; raises `SealExpired` where that is nothing.

    A session that an earlier release began noted less.
    """
    noted: dict[str, Any] = json.loads(
        unseal(session.get(_PURPOSE, ""), purpose=_PURPOSE, lives=RESTS)
    )
    return {"audience": Audience.CHILD, "dangers": [], "comes_first": False} | noted


def danger_of(plain: dict[str, Any]) -> dict[str, object]:
    """Give what a page needs to show the emergency steps to whoever told of a danger."""
    return {
        "danger": "danger" in plain["advised"]["lines"],
        "is_new": True,
        "audience": plain["audience"],
        "answers": {"dangers": plain["dangers"]},
        "comes_first": plain["comes_first"],
    }


def forget(report_id: bytes) -> None:
    """Forget what was sent, if it became that report: the code of a deleted one is not shown."""
    try:
        plain = _remembered()
    except SealExpired:
        return
    if report_id_of(base64.b64decode(plain["submission"])) == report_id:
        del session[_PURPOSE]


@sent.get("/<language>/sent")
def show(language: str) -> Response | str:
    """Show the code; once it is saved, show what comes next."""
    try:
        plain = _remembered()
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    if not plain["saved"]:
        code = format_code(code_for(base64.b64decode(plain["submission"])))
        return render_template("public/code.html", code=code, **danger_of(plain))
    advised = plain["advised"]
    return render_template(
        "public/next.html",
        door=plain["door"],
        advised=advised["lines"],
        pages=[load_guidance().advice[number] for number in advised["pages"]],
        services=_services(advised["lines"], is_adult=advised["is_adult"]),
        times=_times(plain["agency"]),
        **danger_of(plain),
    )


def _services(lines: Collection[str], *, is_adult: bool | None) -> tuple[Service, ...]:
    """Give what helps with pictures; a witness only reports them, and must not hold any."""
    if "pictures" not in lines:
        return ()
    purposes = ("report",) if "witness" in lines else FOR_PICTURES
    return services(is_adult=is_adult, purposes=purposes)


def _times(agency: str) -> tuple[str, str, str]:
    """Say how soon a person is to look: in danger, mostly, and at the longest."""
    intake: Intake = current_app.extensions["portal.intake"]
    targets = intake.routing.agency(agency).targets
    shown = (Priority.P0, Priority.P2, Priority.P4)
    first, mostly, longest = (format_timedelta(targets[one], threshold=1.5) for one in shown)
    return first, mostly, longest


@sent.errorhandler(CSRFError)
def unsure(_: CSRFError) -> Response:
    """Show the code again to whoever looked at it for longer than a token lives."""
    return redirect(f"/{current_language()}/sent", 303)


@sent.post("/<language>/sent")
def saved(language: str) -> Response:
    """Put the code away when the reporter has saved it, or show it again."""
    try:
        plain = _remembered()
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    plain["saved"] = request.form.get("go", "saved") == "saved"
    session[_PURPOSE] = seal(json.dumps(plain), purpose=_PURPOSE)
    return redirect(f"/{current_language()}/sent", 303)
