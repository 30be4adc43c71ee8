"""Why somebody opens or moves: fixed lists, so that a reason never holds a child's words.

What has to be said in words goes into a sealed note.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.case import CLOSE_REASONS, Status
from portal.domain.report import Compartment
from portal.domain.texts import desk_text

_WORK: Mapping[str, str] = {
    "working": desk_text("I work on this report"),
    "second_look": desk_text("A colleague asks for a second look"),
    "came_back": desk_text("The reporter came back"),
    "quality": desk_text("Quality check"),
    "authority": desk_text("A court or another authority asks"),
}

_IDENTITY: Mapping[str, str] = {
    "danger": desk_text("Somebody is in danger and has to be found"),
    "contact": desk_text("To reach the reporter in the way they gave"),
    "handover": desk_text("To hand over to the police or to child protection"),
    "authority": desk_text("A court or another authority asks"),
}

OPENING_REASONS: Mapping[Compartment, Mapping[str, str]] = {
    Compartment.TRIAGE: _WORK,
    Compartment.INDICATORS: _WORK,
    Compartment.IDENTITY: _IDENTITY,
}
"""Why a compartment may be opened, in words for the desk; the first is the usual one."""

_RESUME: Mapping[str, str] = {
    "came_back": desk_text("The reporter came back"),
    "new_information": desk_text("There is new information"),
    "resumed": desk_text("The other body is done, or did not take it"),
    "mistake": desk_text("It was moved by mistake"),
}

MOVE_REASONS: Mapping[Status, Mapping[str, str]] = {
    Status.IN_REVIEW: _RESUME,
    Status.REFERRED: {
        "police": desk_text("Police"),
        "child_protection": desk_text("Child protection or a support service"),
        "platform": desk_text("The platform where it happened"),
        "other_country": desk_text("A hotline or police abroad"),
    },
    Status.PAUSED: {
        "deconfliction": desk_text("Another agency works on the same offender"),
        "asked_to_wait": desk_text("The police ask us to wait"),
    },
    Status.CLOSED: CLOSE_REASONS,
}
"""Why a case may be moved to a state, in words for the desk."""


def is_reason(reasons: Mapping[str, str], reason: str) -> bool:
    """Tell whether the code is one of the list."""
    return reason in reasons
