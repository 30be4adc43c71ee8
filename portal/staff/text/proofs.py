"""What the desk says of a report that is not as it was sent, and of who a filing comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import LazyString

from portal.staff.text.audit_labels import question_label
from portal.store.reports import ReportRow
from portal.triage import Finding, Proof
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext

PROOFS: Mapping[Proof, LazyString] = {
    Proof.UNPROVEN: lazy_gettext(
        "Not proven to come from the reporter. Somebody else may have written it. It replaces"
        " nothing that the reporter said."
    ),
    Proof.BOUND_CODE: lazy_gettext(
        "Sent with the code of an older report, which proves less. Before you use a new contact,"
        " make sure of it with the reporter here."
    ),
    Proof.BEFORE: lazy_gettext("From before reports were signed."),
}
"""What stands above a filing; what its reporter signed needs no word."""

_FINDINGS: Mapping[str, LazyString] = {
    "signature": lazy_gettext("The signature is missing or wrong."),
    "noted": lazy_gettext("It is not what was noted when it came in."),
    "missing": lazy_gettext("It was here, and is gone."),
    "log": lazy_gettext("What the audit log says of it is not signed by this portal."),
    "field.missing": lazy_gettext("An answer is gone: %(name)s"),
    "field.changed": lazy_gettext("An answer was changed: %(name)s"),
    "field.added": lazy_gettext("An answer was put in: %(name)s"),
    "field.order": lazy_gettext("The answers were put in another order."),
    "grant": lazy_gettext("Who may open it was changed."),
    "agency": lazy_gettext("It was sent to: %(name)s"),
    "audience": lazy_gettext("It was told by: %(name)s"),
    "locale": lazy_gettext("It was told in: %(name)s"),
    "category": lazy_gettext("Its category was: %(name)s"),
    "priority": lazy_gettext("Its priority was: %(name)s"),
    "time": lazy_gettext("Its time was changed."),
    "definition": lazy_gettext("The questions were changed after they were asked."),
    "key": lazy_gettext("The key that protects it was changed."),
    "place": lazy_gettext("It belongs to another report, or to another place in this one."),
}


def proof_text(proof: Proof) -> str:
    """Say how it is known who wrote a filing; "" where its reporter signed it."""
    return str(PROOFS.get(proof, ""))


Name = Callable[[str], str]
"""Gives what the desk calls a value of a column."""


def finding_text(finding: Finding, row: ReportRow, names: Mapping[str, Name]) -> str:
    """Say one thing that is not as it was sent, and in which filing.

    `names` says how the desk calls the values of a column; anything else is the name of a question.
    """
    if finding.what in names:
        name = names[finding.what](finding.name)
    else:
        name = question_label(finding.name, row) if finding.name else ""
    number = finding.revision
    where = _("Addition %(number)s", number=number) if number else _("The first report")
    said = str(_FINDINGS.get(finding.what, finding.what))
    return f"{where}: {said.replace('%(name)s', name)}"
