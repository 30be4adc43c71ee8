"""Answer a reporter: choose, write, look at what the child will read, send."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import triage
from portal.access import Permission
from portal.staff.guard import act, blueprint, current_unit, desk, keys, me, needs
from portal.staff.once import act_once
from portal.staff.replies import REPLIES, in_language
from portal.staff.words import said
from portal.store import Db
from portal.store.reports import ReportRow
from portal.triage import Writing, WritingError
from portal.triage.opening import find
from portal.web.i18n import gettext as _

reply = blueprint("reply")


@reply.get("/case/<report:report>/reply")
@needs(Permission.CASE_REPLY)
def write(report: bytes) -> str:
    """Show the form, with an approved text in the reporter's language where one was chosen."""
    row = _row(report)
    chosen = request.args.get("template", "")
    text = in_language(chosen, row.locale) if chosen in REPLIES else ""
    return _page("write", report, text)


@reply.post("/case/<report:report>/reply")
@needs(Permission.CASE_REPLY)
def send(report: bytes) -> Response | str | tuple[str, int]:
    """Show the preview, go back to the form, or send: sealed to the reporter."""
    writing = Writing(request.form.get("text", ""), desk().random)
    step = request.form.get("go", "preview")
    try:
        writing.checked()
        if step != "send":
            return _page("write" if step == "edit" else "preview", report, writing.text)
        act_once(lambda db: _send(db, report, writing))
    except WritingError as error:
        return _page("write", report, writing.text, said(error)), 422
    flash(_("Your answer was sealed and sent. The reporter reads it with their code."))
    return redirect(url_for("case.see", report=report, _anchor="replies"), 303)


def _send(db: Db, report: bytes, writing: Writing) -> None:
    triage.reply(
        db,
        act=act(),
        keys=keys(db),
        report_id=report,
        writing=writing,
        wait=request.form.get("wait") == "yes",
    )


def _row(report: bytes) -> ReportRow:
    with current_unit() as db:
        return find(db, by=me(), report_id=report)


def _page(step: str, report: bytes, text: str, problem: str = "") -> str:
    return render_template(
        "staff/reply.html",
        step=step,
        row=_row(report),
        text=text,
        problem=problem,
        templates=REPLIES,
        wait=request.form.get("wait", "yes" if request.method == "GET" else ""),
    )
