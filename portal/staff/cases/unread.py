"""An action was refused because the reporter wrote more: show that, and the form as filled in."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

from portal import triage
from portal.domain.errors import PortalError, UnreadWords
from portal.staff.cases import open_compartments, seen
from portal.staff.forms import once, refusing
from portal.staff.guard import act, current_unit, keys


def refused(error: UnreadWords) -> Response:
    """Open what is new, with a listed reason and on record, and give the form back as it was."""
    report: bytes = (request.view_args or {})["report"]
    try:
        shown = once.refused_over() or ""
        with current_unit() as db:
            g.new_words = triage.open_new_words(
                db,
                act=act(),
                keys=keys(db),
                report_id=report,
                filings=seen.filings_of_form(),
                shown=shown.split(),
            )
            once.refuse_for_good(db, " ".join(part.compartment for part in g.new_words.parts))
    except PortalError as another:
        return refusing.refuse(409, another.code)
    for part in g.new_words.parts:
        if part.words is not None:
            open_compartments.remember(report, part.compartment)
    return refusing.refuse(409, error.code)
