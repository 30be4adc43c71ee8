"""What weighs in a report: factors with their priority, and the kinds of case.

An id is never taken out of these tables: old definitions name them, and must still load.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from portal.domain.texts import desk_text


class Priority(IntEnum):
    """How soon a human must look; 0 is the most urgent."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4

    @property
    def lowers(self) -> bool:
        """Tell whether only an explicit statement may bring a report down here."""
        return self > Priority.P2


FACTORS: Mapping[str, Priority] = {
    "suicide": Priority.P0,
    "sadistic_coercion": Priority.P0,
    "offender_on_the_way": Priority.P0,
    "meeting_planned": Priority.P0,
    "abuse_now": Priority.P0,
    "offender_has_access": Priority.P0,
    "in_danger_now": Priority.P0,
    "deadline_24h": Priority.P1,
    "already_shared": Priority.P1,
    "under_13": Priority.P1,
    "paid_repeatedly": Priority.P1,
    "selector_repeated": Priority.P1,
    "platform_escalated": Priority.P1,
    "active_threat": Priority.P2,
    "grooming_request": Priority.P2,
    "paid_once": Priority.P2,
    "contact_ongoing": Priority.P2,
    "safety_unsure": Priority.P2,
    "undetermined": Priority.P2,
    "contact_ended": Priority.P3,
    "attempt_only": Priority.P3,
    "spam": Priority.P4,
    "no_child": Priority.P4,
    "only_looking": Priority.P4,
}
"""Every factor with the priority that it calls for, the gravest first."""

RAISED_BY_SERVER = frozenset({"selector_repeated", "undetermined"})
"""Factors that no form may carry: the server finds them itself."""

REASONS: Mapping[str, str] = {
    "suicide": desk_text("Thoughts of self-harm or suicide"),
    "sadistic_coercion": desk_text("The child is told to hurt themselves or others"),
    "offender_on_the_way": desk_text("The offender is near or on the way"),
    "meeting_planned": desk_text("A meeting is planned"),
    "abuse_now": desk_text("Abuse is happening live, now"),
    "offender_has_access": desk_text("The offender is at home or in a position of trust"),
    "in_danger_now": desk_text("The child is not safe right now"),
    "deadline_24h": desk_text("A deadline within 24 hours, or just past"),
    "already_shared": desk_text("Pictures have been sent to others"),
    "under_13": desk_text("The child is under 13"),
    "paid_repeatedly": desk_text("The offender took money more than once"),
    "selector_repeated": desk_text("Several reports name the same account"),
    "platform_escalated": desk_text("The reporting service asks for an urgent look"),
    "active_threat": desk_text("A threat without a near deadline"),
    "grooming_request": desk_text("Pictures, meetings or secrecy are asked of the child"),
    "paid_once": desk_text("The offender took money once"),
    "contact_ongoing": desk_text("The offender is still in contact"),
    "safety_unsure": desk_text("Not sure whether the child is safe"),
    "undetermined": desk_text("Nothing told so far rules out a danger"),
    "contact_ended": desk_text("The contact has ended"),
    "attempt_only": desk_text("An attempt that did not succeed"),
    "spam": desk_text("Spam or a viral post"),
    "no_child": desk_text("No child is involved, and no account is named"),
    "only_looking": desk_text("The reporter was only looking around"),
}
"""Each factor in words for the desk, to be translated."""

CATEGORIES: Mapping[str, str] = {
    "live_abuse": desk_text("Live sexual abuse of a child"),
    "sadistic_coercion": desk_text("Coercion into self-harm"),
    "sexual_extortion_pictures": desk_text("Sexual extortion for pictures"),
    "sexual_extortion_money": desk_text("Sexual extortion for money"),
    "grooming": desk_text("Grooming"),
    "shared_images": desk_text("Images shared without consent"),
    "fake_images": desk_text("Fake sexual images of a child"),
    "child_abuse_material": desk_text("Child sexual abuse material online"),
    "other": desk_text("Something else"),
}
"""Kinds of case in words for the desk; when several are told, the first of this table names it."""

DEFAULT_CATEGORY = "other"
