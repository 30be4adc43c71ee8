"""Answer a reporter: choose, write, look at what the child will read, send."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import triage
from portal.access import Permission
from portal.staff.cases import seen
from portal.staff.forms import typed, unsent
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, current_unit, desk, keys, me, needs
from portal.staff.text.labels import REPLY_NAMES
from portal.staff.text.reply_templates import in_language
from portal.store.engine import Db
from portal.store.reports import ReportRow
from portal.triage import Writing, find
from portal.web.i18n import gettext as _

reply = blueprint("reply")


@reply.get("/case/<report:report>/reply")
@needs(Permission.CASE_REPLY)
def write(report: bytes) -> str:
    """Show the form, with an approved text in the reporter's language where one was chosen."""
    text = unsent.value("reply.send", "text")
    return _with_template(report, text, request.args.get("template", ""))


@reply.post("/case/<report:report>/reply")
@needs(Permission.CASE_REPLY)
def send(report: bytes) -> Response | str:
    """Add an approved text, show the preview, go back to the form, or send: sealed to the reporter.

    What stands in the preview is saved: it can be left by a link.
    """
    writing = Writing(typed.text("text"), desk().random)
    step = request.form.get("go", "preview")
    if "template" in request.form:
        return _with_template(report, writing.text, request.form["template"])
    if step == "edit":
        return _page("write", report, writing.text)
    writing.checked()
    if step != "send":
        unsent.save_own()
        return _page("preview", report, writing.text)
    act_once(lambda db: _send(db, report, writing))
    flash(_("Your answer was sealed and sent. The reporter reads it with their code."), "replies")
    return redirect(url_for("case.see", report=report, _anchor="replies"), 303)


def _send(db: Db, report: bytes, writing: Writing) -> None:
    triage.reply(
        db,
        act=act(),
        keys=keys(db),
        report_id=report,
        writing=writing,
        wait=request.form.get("wait") == "yes",
        filings=seen.filings_of_form(),
    )


def _row(report: bytes) -> ReportRow:
    with current_unit() as db:
        return find(db, by=me(), report_id=report)


def _with_template(report: bytes, text: str, name: str) -> str:
    """Show the form with an approved text: instead of another one, below what somebody wrote."""
    row = _row(report)
    if name not in REPLY_NAMES:
        return _page("write", report, text)
    approved = in_language(name, row.locale)
    ours = {in_language(one, row.locale) for one in REPLY_NAMES}
    if not text.strip() or text.strip() in ours:
        return _page("write", report, approved)
    below = f"{text.rstrip()}\n\n{approved}"
    return _page("write", report, below, _("The approved text stands below what you wrote."))


def _page(step: str, report: bytes, text: str, notice: str = "") -> str:
    seen_now = _seen()
    with current_unit() as db:
        filings, has_news = triage.new_words_since(db, by=me(), report_id=report, filings=seen_now)
    return render_template(
        "staff/reply.html",
        step=step,
        row=_row(report),
        filings=filings,
        has_news=has_news,
        text=text,
        path=url_for("reply.send", report=report),
        notice=notice,
        templates=REPLY_NAMES,
        wait=_wait(),
    )


def _seen() -> int | None:
    """Tell how much the writer has seen: what the page before showed, or their draft's page did."""
    kept = seen.number(unsent.value("reply.send", "filings"))
    return max((one for one in (seen.filings(), kept) if one is not None), default=None)


def _wait() -> str:
    """Tell whether the case shall wait then: as it was ticked, and at first it shall."""
    if request.method == "POST":
        return typed.text("wait")
    return unsent.value("reply.send", "wait", "" if unsent.is_unsent("reply.send") else "yes")
