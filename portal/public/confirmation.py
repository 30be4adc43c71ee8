"""After sending: the code, then what happens next and what to do now.

What these pages show travels in their address, sealed, so that each tab keeps its own report: a
session can't tell tabs apart, and a cookie that comes late would bring back a session that ended.
Once the session has ended, nothing that is left on the phone opens such an address.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from flask import Blueprint, current_app, redirect, request, session
from flask_babel import format_timedelta
from werkzeug.wrappers import Response

from portal.domain.content.guidance import load_guidance
from portal.domain.content.service import FOR_PICTURES, Service
from portal.domain.factors import Priority
from portal.domain.receipt import format_code
from portal.domain.report import Audience
from portal.intake.filing import Intake
from portal.intake.submit import id_before_statements, was_deleted
from portal.public.advice import Advised
from portal.public.browser_seal import RESTS, SealExpired, seal, unseal
from portal.public.draft import code_for
from portal.public.guidance import services
from portal.web.csrf import CSRFError
from portal.web.i18n import current_language
from portal.web.templates import render_template

confirmation = Blueprint("confirmation", __name__)

_PURPOSE = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One report that was sent, as the pages of its tab need to know it.

    Of the answers only the dangers are there, which call for the emergency steps. `is_saved`: the
    reporter has the code, and reads what comes next.
    """

    submission: bytes = field(repr=False)
    report_id: bytes
    door: str
    audience: str
    advised: Advised
    agency: str
    dangers: tuple[str, ...]
    comes_first: bool
    is_saved: bool = False

    @property
    def path(self) -> str:
        """The address of its page in the language of this answer; it opens in this session only."""
        return f"/{current_language()}/sent/{self.sealed}"

    @property
    def sealed(self) -> str:
        """All of it, sealed, as short as it can be read back."""
        plain = [
            base64.b64encode(self.submission).decode("ascii"),
            *(self.door, self.audience),
            *(self.advised.lines, self.advised.pages, self.advised.is_adult),
            *(self.agency, self.dangers, self.comes_first, self.is_saved),
            base64.b64encode(self.report_id).decode("ascii"),
        ]
        return seal(json.dumps(plain, separators=(",", ":")), purpose=_PURPOSE)

    @property
    def danger(self) -> dict[str, object]:
        """What a page needs to show the emergency steps to a reporter who told of a danger."""
        return {
            "danger": "danger" in self.advised.lines,
            "is_new": True,
            "audience": self.audience,
            "answers": {"dangers": self.dangers},
            "comes_first": self.comes_first,
        }


def _open(sealed: str) -> Sent:
    """Read back what `sealed` holds; raises `SealExpired` for what this session never sent.

    The code of a report that was deleted since is not shown, in whatever tab.
    """
    try:
        plain = json.loads(unseal(sealed, purpose=_PURPOSE, lives=RESTS))
        found = _of_earlier_release(plain) if isinstance(plain, dict) else _of_list(plain)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise SealExpired from None
    if was_deleted(intake=_intake(), report_id=found.report_id):
        raise SealExpired
    return found


def _of_list(plain: list[object]) -> Sent:
    """Read a list; the release before statements wrote no id of the report at its end."""
    submission, door, audience, lines, pages, is_adult, agency, dangers, first, saved, *ids = plain
    sent = base64.b64decode(str(submission), validate=True)
    report_id = base64.b64decode(str(ids[0]), validate=True) if ids else id_before_statements(sent)
    return Sent(
        submission=sent,
        report_id=report_id,
        door=str(door),
        audience=str(audience),
        advised=_advised(lines, pages, is_adult),
        agency=str(agency),
        dangers=tuple(dangers),  # type: ignore[arg-type]
        comes_first=bool(first),
        is_saved=bool(saved),
    )


def _advised(lines: object, pages: object, is_adult: object) -> Advised:
    return Advised(
        lines=tuple(lines),  # type: ignore[arg-type]
        pages=tuple(pages),  # type: ignore[arg-type]
        is_adult=None if is_adult is None else bool(is_adult),
    )


def _of_earlier_release(plain: dict[str, object]) -> Sent:
    """Read what the release before noted in the session: less, and of the last report only."""
    advised = plain["advised"]
    submission = base64.b64decode(str(plain["submission"]), validate=True)
    return Sent(
        submission=submission,
        report_id=id_before_statements(submission),
        door=str(plain["door"]),
        audience=str(plain.get("audience", Audience.CHILD)),
        advised=_advised(advised["lines"], advised["pages"], advised["is_adult"]),  # type: ignore[index]
        agency=str(plain["agency"]),
        dangers=tuple(plain.get("dangers", ())),  # type: ignore[arg-type]
        comes_first=bool(plain.get("comes_first", False)),
        is_saved=bool(plain["saved"]),
    )


@confirmation.get("/<language>/sent/<sealed>")
def show(language: str, sealed: str) -> Response | str:
    """Show the code; once it is saved, show what comes next."""
    try:
        found = _open(sealed)
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    if not found.is_saved:
        code = format_code(code_for(found.submission))
        return render_template("public/code.html", code=code, sealed=sealed, **found.danger)
    advised, advice = found.advised, load_guidance().advice
    return render_template(
        "public/next.html",
        sealed=sealed,
        door=found.door,
        advised=advised.lines,
        pages=[advice[number] for number in advised.pages if number in advice],
        services=_services(advised.lines, is_adult=advised.is_adult),
        times=_times(found.agency),
        **found.danger,
    )


@confirmation.post("/<language>/sent/<sealed>")
def saved(language: str, sealed: str) -> Response:
    """Put the code away when the reporter has saved it, or show it again."""
    try:
        found = _open(sealed)
    except SealExpired:
        return redirect(f"/{language}/back", 303)
    is_saved = request.form.get("go", "saved") == "saved"
    return redirect(replace(found, is_saved=is_saved).path, 303)


@confirmation.get("/<language>/sent")
@confirmation.post("/<language>/sent")
def of_earlier_release(language: str) -> Response:
    """Lead to the last report that was sent while the release before was running."""
    sealed: str = session.get(_PURPOSE, "")
    if request.method == "POST":
        return saved(language, sealed)
    try:
        return redirect(_open(sealed).path, 303)
    except SealExpired:
        return redirect(f"/{language}/back", 303)


@confirmation.errorhandler(CSRFError)
def unsure(_: CSRFError) -> Response:
    """Show the code again to a reporter whose form token expired while they looked at it."""
    return redirect(request.path, 303)


def _services(lines: Collection[str], *, is_adult: bool | None) -> tuple[Service, ...]:
    """Give what helps with pictures; a witness only reports them, and must not hold any."""
    if "pictures" not in lines:
        return ()
    purposes = ("report",) if "witness" in lines else FOR_PICTURES
    return services(is_adult=is_adult, purposes=purposes)


def _times(agency: str) -> tuple[str, str, str]:
    """Say how soon a person is to look: in danger, mostly, and at the longest."""
    targets = _intake().routing.agency(agency).targets
    shown = (Priority.P0, Priority.P2, Priority.P4)
    first, mostly, longest = (format_timedelta(targets[one], threshold=1.5) for one in shown)
    return first, mostly, longest


def _intake() -> Intake:
    found: Intake = current_app.extensions["portal.intake"]
    return found
