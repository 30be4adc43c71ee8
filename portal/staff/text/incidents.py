"""What the desk says of what the public site saw and reported."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString

from portal.domain.incidents import IncidentKind
from portal.staff.text.formats import moment
from portal.store.incidents import SeenIncident
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext

INCIDENTS: Mapping[IncidentKind, LazyString] = {
    IncidentKind.RECEIPT_TURNED: lazy_gettext("A code of another report was turned to this one."),
    IncidentKind.CODE_LOST: lazy_gettext(
        "The reporter's code was turned to another report. The reporter can't come back."
    ),
    IncidentKind.RECEIPT_CHANGED: lazy_gettext("The row that leads the code here was changed."),
    IncidentKind.REPORT_GONE: lazy_gettext("A code led to a report that is gone."),
    IncidentKind.REPORT_CHANGED: lazy_gettext("The report's row is not as the reporter signed it."),
    IncidentKind.FILING_UNSIGNED: lazy_gettext(
        "The first report, or its signature, is missing or wrong."
    ),
    IncidentKind.ADDITION_UNSIGNED: lazy_gettext(
        "Something stands there that the reporter did not sign. They were not shown it."
    ),
    IncidentKind.ADDITION_CHANGED: lazy_gettext("The row of an addition was changed."),
    IncidentKind.ADDITION_MISSING: lazy_gettext("An addition is missing."),
    IncidentKind.ROW_STRAY: lazy_gettext(
        "Rows that belong to nothing stood where the reporter's next words were to go."
    ),
    IncidentKind.REPLY_LOST: lazy_gettext("A reply of ours does not open for the reporter."),
    IncidentKind.STATE_UNSIGNED: lazy_gettext(
        "No member moved the case to the state that it is in. The reporter was told no state."
    ),
    IncidentKind.DEFINITION_CHANGED: lazy_gettext(
        "The text of the questions was changed in the database."
    ),
}


def incident_text(kind: IncidentKind) -> str:
    """Say what the public site saw."""
    return str(INCIDENTS[kind])


def seen_text(seen: SeenIncident) -> str:
    """Say what the public site saw of a report, when, and how often."""
    said, first, last = incident_text(seen.kind), moment(seen.first), moment(seen.last)
    if first == last:
        times = _("%(when)s (UTC), counted %(count)s ×", when=first, count=seen.count)
    else:
        times = _(
            "%(first)s to %(last)s (UTC), counted %(count)s ×",
            first=first,
            last=last,
            count=seen.count,
        )
    return f"{said} {times}"
