"""What happened to a case, in order: what the reporter wrote stands between what the desk did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from tests.builders import desk
from tests.builders.coming_back import CODE, add_more
from tests.builders.filing import MINUTE, NOW, file

HOUR = timedelta(hours=1)


@pytest.fixture
def hoa(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "hoa", Role.SUPERVISOR)


@pytest.fixture
def filed(connection):
    return file(connection, code=CODE)


def take(connection, who, filed, at):
    with connection.begin(write=True) as db:
        triage.take(db, act=replace(who, now=at), report_id=filed.report_id)


def move(connection, who, filed, *path, reason="", at):
    with connection.begin(write=True) as db:
        expected, to = path
        more = {"expected": expected, "to": to, "reason": reason}
        desk.move(db, replace(who, now=at), filed.report_id, **more)


REASONS = {
    Status.REFERRED: "police",
    Status.PAUSED: "deconfliction",
    Status.CLOSED: "resolved",
}


@pytest.mark.parametrize("status", [Status.WAITING, *REASONS])
def test_a_case_that_was_woken_shows_where_it_stood(connection, hoa, filed, status):
    """Another agency may be close to the offender: whoever takes the case must see that first."""
    take(connection, hoa, filed, NOW)
    reason = REASONS.get(status, "")
    move(connection, hoa, filed, Status.IN_REVIEW, status, reason=reason, at=NOW + HOUR)
    assert desk.see(connection, hoa, filed.report_id).stood_at is None
    add_more(connection, NOW + 2 * HOUR)
    woken = desk.see(connection, hoa, filed.report_id)
    assert (woken.row.status, woken.stood_at) == (Status.NEW, status)
    take(connection, hoa, filed, NOW + 3 * HOUR)
    case = desk.see(connection, hoa, filed.report_id)
    assert case.stood_at is status, "taking it is not yet a decision"
    assert [(event.action.split(" ")[0], event.actor) for event in case.timeline] == [
        ("case:taken", "hoa"),
        (f"case:moved.{status}", "hoa"),
        ("reporter:added", ""),
        ("case:taken", "hoa"),
    ]
    assert case.timeline[2].at == MINUTE + 2 * HOUR


def test_a_member_who_decides_anew_ends_it(connection, hoa, filed):
    take(connection, hoa, filed, NOW)
    move(connection, hoa, filed, Status.IN_REVIEW, Status.PAUSED, reason="deconfliction", at=NOW)
    add_more(connection, NOW + HOUR)
    take(connection, hoa, filed, NOW + HOUR)
    move(connection, hoa, filed, Status.IN_REVIEW, Status.NEW, at=NOW + 2 * HOUR)
    assert desk.see(connection, hoa, filed.report_id).stood_at is None


def test_a_case_that_nobody_moved_stood_nowhere_else(connection, hoa, filed):
    add_more(connection, NOW + HOUR)
    assert desk.see(connection, hoa, filed.report_id).stood_at is None
