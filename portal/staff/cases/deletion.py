"""Deletion that a reporter asked for: read what it means, decide, confirm; no GET changes it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import triage
from portal.access import Permission
from portal.domain.errors import CaseError
from portal.staff.cases import open_compartments, seen
from portal.staff.forms import unsent
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, current_unit, desk, keys, me, needs
from portal.staff.text.formats import options
from portal.staff.text.reply_templates import REFUSED, paragraphs
from portal.store.engine import Db
from portal.triage import Writing
from portal.web.i18n import gettext as _

deletion = blueprint("deletion")


@deletion.get("/deleted")
@needs(Permission.QUEUE_SEE)
def tombstones() -> str:
    """List the deleted reports: when, and who decided."""
    with current_unit() as db:
        found = triage.deleted(db, by=me())
    return render_template("staff/case_tombstones.html", tombstones=found)


@deletion.get("/case/<report:report>/deletion")
@needs(Permission.CASE_DELETE)
def ask(report: bytes) -> str:
    """Show the choice: delete, or keep for one of the listed reasons."""
    return _page(report, "choose")


@deletion.post("/case/<report:report>/deletion")
@needs(Permission.CASE_DELETE)
def decide(report: bytes) -> Response | str:
    """Show what the choice means, and do it when it is confirmed."""
    step = request.form.get("go", "")
    if step == "delete":
        return _delete(report)
    if step == "keep":
        return _refuse(report)
    return _page(report, step if step in ("warn", "preview") else "choose")


def _delete(report: bytes) -> Response:
    filings = seen.filings_of_form()
    act_once(lambda db: triage.delete(db, act=act(), report_id=report, filings=filings))
    open_compartments.forget(report)
    flash(_("The report is deleted. Nobody can open it any more."))
    return redirect(url_for("queue.see"), 303)


def _refuse(report: bytes) -> Response:
    def work(db: Db) -> None:
        row = triage.see_deletion_request(db, by=me(), report_id=report).row
        triage.refuse(
            db,
            act=act(),
            keys=keys(db),
            report_id=report,
            reason=_reason(),
            writing=Writing(paragraphs(REFUSED[_reason()], row.locale), desk().random),
            filings=seen.filings_of_form(),
        )

    act_once(work)
    flash(_("The report is kept. The reporter reads the reason with their code."))
    return redirect(url_for("case.see", report=report), 303)


def _page(report: bytes, step: str) -> str:
    with current_unit() as db:
        asked = triage.see_deletion_request(db, by=me(), report_id=report)
    text = paragraphs(REFUSED[_reason()], asked.row.locale) if step == "preview" else ""
    return render_template(
        "staff/case_deletion.html",
        filings=asked.filings if (carried := seen.filings()) is None else carried,
        row=asked.row,
        step=step,
        text=text,
        reason=request.form.get("reason", "") or unsent.value("deletion.decide", "reason"),
        reasons=options(triage.KEEPING_REASONS),
    )


def _reason() -> str:
    reason = request.form.get("reason", "")
    if reason not in REFUSED:
        raise CaseError("case.reason")
    return reason
