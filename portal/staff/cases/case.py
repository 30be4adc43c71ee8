"""One case: read it, and work on it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import triage
from portal.access import OPENING, Permission
from portal.domain.case import Status
from portal.domain.errors import CaseError, NotFound
from portal.domain.report import Compartment
from portal.staff.cases import open_compartments, seen
from portal.staff.forms import typed, unsent
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, current_unit, desk, keys, me, needs, now
from portal.staff.text.formats import moment, options
from portal.store.engine import Db
from portal.triage import Writing
from portal.web import logs
from portal.web.i18n import gettext as _

case = blueprint("case")


@case.get("/case/<report:report>")
@needs(Permission.CASE_SEE)
def see(report: bytes) -> str | tuple[str, int]:
    """Show the summary, and what this session has open; of a deleted report, what stays."""
    try:
        with current_unit() as db:
            found = triage.see_case(
                db,
                by=me(),
                keys=keys(db),
                report_id=report,
                opened=open_compartments.opened(report),
                now=now(),
                verify=desk().audit.verify,
            )
            colleagues = triage.colleagues(db, by=me())
    except NotFound:
        with current_unit() as db:
            tombstone = triage.find_deleted(db, by=me(), report_id=report)
        return render_template("staff/case_deleted.html", tombstone=tombstone), 410
    g.shown = found.row
    return render_template(
        "staff/case.html",
        case=found,
        reasons={part: options(triage.OPENING_REASONS[part]) for part in Compartment},
        steps=[(step.to, options(step.reasons)) for step in found.steps],
        colleagues=colleagues,
    )


@case.post("/case/<report:report>/take")
@needs(Permission.QUEUE_TAKE)
def take(report: bytes) -> Response:
    """Hold the report."""
    act_once(lambda db: triage.take(db, act=act(), report_id=report))
    return _back(report)


@case.post("/case/<report:report>/give-back")
@needs(Permission.QUEUE_TAKE)
def give_back(report: bytes) -> Response:
    """Let the others have the report."""
    act_once(lambda db: triage.give_back(db, act=act(), report_id=report))
    open_compartments.forget(report)
    flash(_("The report is back in the queue."))
    unsent.say_saved()
    return redirect(url_for("queue.see"), 303)


@case.post("/case/<report:report>/assign")
@needs(Permission.CASE_ASSIGN)
def assign(report: bytes) -> Response:
    """Give the report to a colleague."""
    member = request.form.get("member", "")

    def work(db: Db) -> str:
        until = triage.assign(db, act=act(), report_id=report, member=member)
        return "" if until - now() > triage.LEASE else moment(until)

    until = act_once(work)
    if not until:
        flash(_("%(member)s holds the report now.", member=member))
    else:
        flash(
            _(
                "%(member)s is not signed in. The report waits for them until %(time)s, then it is"
                " back in the queue.",
                member=member,
                time=until,
            )
        )
    return _back(report)


@case.post("/case/<report:report>/hide")
@needs(Permission.CASE_SEE)
def hide(report: bytes) -> Response:
    """Close every compartment that is open on this screen."""
    open_compartments.forget(report)
    return _back(report)


@case.post("/case/<report:report>/move")
@needs(Permission.CASE_MOVE)
def move(report: bytes) -> Response:
    """Move the case to another state."""
    try:
        expected, to = Status(request.form.get("from", "")), Status(request.form.get("to", ""))
    except ValueError:
        raise CaseError("case.move") from None
    reason = typed.chosen("reason", to)

    def work(db: Db) -> None:
        triage.move(
            db,
            act=act(),
            keys=keys(db),
            report_id=report,
            expected=expected,
            to=to,
            reason=reason,
            filings=seen.filings_of_form(),
        )

    act_once(work)
    flash(_("The case was moved."))
    return _back(report)


@case.post("/case/<report:report>/note")
@needs(Permission.CASE_NOTE)
def note(report: bytes) -> Response:
    """Keep a sealed note."""
    writing = Writing(typed.text("note"), desk().random)

    def work(db: Db) -> None:
        triage.write_note(db, act=act(), keys=keys(db), report_id=report, writing=writing)

    act_once(work)
    flash(_("The note is kept."), "notes")
    return _back(report, "replies")


def _opener(part: Compartment) -> Callable[[bytes], Response]:
    @needs(OPENING[part])
    def open_part(report: bytes) -> Response:
        reason = typed.chosen("reason", part.value)

        def work(db: Db) -> None:
            triage.open_compartment(
                db, act=act(), keys=keys(db), report_id=report, compartment=part, reason=reason
            )

        act_once(work)
        open_compartments.remember(report, part)
        return _back(report, part.value)

    return open_part


for _part in Compartment:
    case.add_url_rule(
        f"/case/<report:report>/open/{_part.value}",
        endpoint=f"open_{_part.value}",
        view_func=_opener(_part),
        methods=["POST"],
    )


@case.after_request
def extend(response: Response) -> Response:
    """Extend the lease of the member who works on the report; a fresh lease costs no statement."""
    report = (request.view_args or {}).get("report")
    if report is not None and g.get("signed_in") and response.status_code < 400:
        try:
            triage.renew_lease(
                desk().connection, by=me(), report_id=report, now=now(), row=g.get("shown")
            )
        except Exception as error:
            # The act is done: nothing may tell the member that it was not.
            logs.failure(error)
    return response


def _back(report: bytes, part: str | None = None) -> Response:
    """Lead to the case, or to the form of another page in which this button was pressed."""
    return redirect(typed.return_url(part) or url_for("case.see", report=report, _anchor=part), 303)
