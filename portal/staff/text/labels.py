"""How roles, priorities, compartments and reply templates are called at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask
from flask_babel import LazyString

from portal.access import Role
from portal.domain.case import STATUSES, reference
from portal.domain.factors import CATEGORIES, REASONS
from portal.domain.recovery_code import format_recovery_code
from portal.domain.report import Audience
from portal.staff.text.audit_labels import action_label, close_reason, object_name, question_label
from portal.staff.text.error_messages import text_of
from portal.staff.text.formats import as_asked, clock, country, language, moment
from portal.staff.text.incidents import incident_text, seen_text
from portal.staff.text.proofs import finding_text, proof_text
from portal.triage import has_hidden, is_only_here, reveal
from portal.web.i18n import lazy_gettext, translate

AUDIENCES = {
    Audience.CHILD: lazy_gettext("Child"),
    Audience.CARER: lazy_gettext("Carer"),
    Audience.PROFESSIONAL: lazy_gettext("Professional"),
    Audience.PLATFORM: lazy_gettext("Platform"),
}

PRIORITIES = {
    0: lazy_gettext("Crisis"),
    1: lazy_gettext("Urgent"),
    2: lazy_gettext("Active"),
    3: lazy_gettext("Later"),
    4: lazy_gettext("Low"),
}

COMPARTMENTS = {
    "triage": lazy_gettext("What happened"),
    "indicators": lazy_gettext("Who the offender is"),
    "identity": lazy_gettext("How to reach the reporter"),
}


ROLES = {
    Role.ANALYST: lazy_gettext("Analyst"),
    Role.SUPERVISOR: lazy_gettext("Supervisor"),
    Role.CUSTODIAN: lazy_gettext("Custodian of identities"),
    Role.AUDITOR: lazy_gettext("Auditor"),
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
}


REPLY_NAMES: Mapping[str, LazyString] = {
    "received": lazy_gettext("We have read your report"),
    "pressure": lazy_gettext("What to do under pressure"),
    "safety": lazy_gettext("Safety first: a meeting or danger"),
    "more": lazy_gettext("Ask for more"),
    "pictures": lazy_gettext("Taking pictures down"),
}
"""The names of approved answers, in the order in which the desk sees them."""


def _audience(name: str) -> str:
    return str(AUDIENCES.get(Audience(name), name)) if name in set(Audience) else name


def _priority(number: int) -> str:
    return str(PRIORITIES[int(number)])


def _category(name: str) -> str:
    return translate(CATEGORIES.get(name, name))


_NAMES: Mapping[str, Callable[[str], str]] = {
    "agency": str,
    "audience": _audience,
    "locale": language,
    "category": _category,
    "priority": lambda number: _priority(int(number)),
}
"""How the values of a report's columns are called."""


def register(app: Flask) -> None:
    """Give templates what they need to show."""
    app.jinja_env.filters.update(
        recovery_code=format_recovery_code,
        moment=moment,
        country=country,
        language=language,
        reference=reference,
        reveal=reveal,
        has_hidden=has_hidden,
        is_only_here=is_only_here,
        as_asked=as_asked,
        translate=translate,
        clock=clock,
        action_label=action_label,
        said=text_of,
        object=object_name,
        close_reason=close_reason,
        question_label=question_label,
        status=lambda status: translate(STATUSES[status]),
        category=_category,
        factor=lambda name: translate(REASONS.get(name, name)),
        audience=_audience,
        priority_name=_priority,
        compartment=lambda name: str(COMPARTMENTS[name]),
        proof=proof_text,
        finding=lambda one, row: finding_text(one, row, _NAMES),
        incident=incident_text,
        seen=seen_text,
    )
