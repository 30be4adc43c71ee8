from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.errors import Conflict, NotFound, PermissionRefused
from portal.domain.factors import Priority
from portal.store import audit, reports
from portal.store.queue import QueueView
from portal.triage.queue import LEASE, PAGE
from tests.builders import desk

LATER = desk.NOW + LEASE


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def file(connection, *numbers, **changes):
    with connection.begin(write=True) as db:
        return [desk.file_report(db, number=number, **changes).id for number in numbers]


def take_next(connection, who):
    with connection.begin(write=True) as db:
        return triage.take_next(db, act=who)


def see(connection, who, after=None, **view):
    with connection.begin(write=False) as db:
        return triage.see_queue(db, by=who.by, view=QueueView(**view), after=after, now=who.now)


def test_the_most_urgent_comes_first_then_the_one_due_first(connection, linh):
    low = file(connection, 1, priority=Priority.P3)
    late = file(connection, 2, priority=Priority.P0)
    early = file(connection, 3, priority=Priority.P0, received_at=desk.NOW - timedelta(hours=1))
    assert [row.id for row in see(connection, linh).rows] == early + late + low


def test_pages_follow_one_another_without_a_gap(connection, linh):
    filed = file(connection, *range(PAGE + 3))
    first = see(connection, linh)
    second = see(connection, linh, first.next)
    seen = [row.id for row in (*first.rows, *second.rows)]
    assert (len(first.rows), len(second.rows), second.next) == (PAGE, 3, None)
    assert sorted(seen) == sorted(filed)


def test_another_agencys_reports_are_not_there(connection, linh):
    file(connection, 1, agency=desk.ABROAD)
    page = see(connection, linh)
    assert (page.rows, page.counts.open) == ((), 0)
    assert take_next(connection, linh) is None


def test_taking_moves_a_new_report_into_review_and_is_in_the_log(connection, linh):
    (report_id,) = file(connection, 1)
    assert take_next(connection, linh).id == report_id
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=report_id)
        entry = audit.about(db, object=f"report:{report_id.hex()}")[-1]
    assert (row.status, row.assigned_to, row.lease_until) == (Status.IN_REVIEW, "linh", LATER)
    assert (entry.actor, entry.action) == ("linh", "case:taken")


def test_two_members_at_once_never_hold_one_report(connection, linh):
    filed = file(connection, *range(8))
    with connection.begin(write=True) as db:
        names = [desk.add_member(db, f"member{n}", Role.ANALYST) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda who: take_next(connection, who), names * 2))
    assert sorted(row.id for row in taken) == sorted(filed)


def test_a_lease_that_lapsed_is_taken_by_the_next(connection, linh):
    file(connection, 1)
    take_next(connection, linh)
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
    assert take_next(connection, minh) is None
    late = desk.act("minh", Role.ANALYST, now=LATER)
    assert take_next(connection, late).assigned_to == "minh"


def test_work_extends_a_lease_and_a_lapsed_one_is_not_revived(connection, linh):
    (report_id,) = file(connection, 1)
    take_next(connection, linh)
    half = desk.NOW + timedelta(minutes=20)
    assert kept_until(connection, linh, report_id, desk.NOW) == LATER
    assert kept_until(connection, linh, report_id, half) == half + LEASE
    assert kept_until(connection, linh, report_id, half + LEASE) == half + LEASE


def kept_until(connection, who, report_id, now):
    triage.renew_lease(connection, by=who.by, report_id=report_id, now=now)
    with connection.begin(write=False) as db:
        return reports.get(db, report_id=report_id).lease_until


def test_a_report_that_somebody_holds_is_not_taken(connection, linh):
    (report_id,) = file(connection, 1)
    take_next(connection, linh)
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
        with pytest.raises(Conflict):
            triage.take(db, act=minh, report_id=report_id)


def test_given_back_it_is_there_for_the_others(connection, linh):
    (report_id,) = file(connection, 1)
    take_next(connection, linh)
    with connection.begin(write=True) as db:
        triage.give_back(db, act=linh, report_id=report_id)
        minh = desk.add_member(db, "minh", Role.ANALYST)
    assert take_next(connection, minh).id == report_id


def test_a_supervisor_assigns_and_others_do_not(connection, linh):
    (report_id,) = file(connection, 1)
    with connection.begin(write=True) as db:
        chief = desk.add_member(db, "chief", Role.SUPERVISOR)
        with pytest.raises(PermissionRefused):
            triage.assign(db, act=linh, report_id=report_id, member="chief")
        triage.assign(db, act=chief, report_id=report_id, member="linh")
        assert reports.get(db, report_id=report_id).assigned_to == "linh"
        assert audit.about(db, object=f"report:{report_id.hex()}")[-1].action == (
            "case:assigned linh"
        )


def test_nobody_is_assigned_who_cannot_work_on_it(connection, linh):
    (report_id,) = file(connection, 1)
    with connection.begin(write=True) as db:
        chief = desk.add_member(db, "chief", Role.SUPERVISOR)
        desk.add_member(db, "lan", Role.CUSTODIAN)
        desk.add_member(db, "far", Role.ANALYST, desk.ABROAD)
        with pytest.raises(PermissionRefused):
            triage.assign(db, act=chief, report_id=report_id, member="lan")
        with pytest.raises(NotFound):
            triage.assign(db, act=chief, report_id=report_id, member="far")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_has_no_work_in_the_queue_does_not_see_it(connection, role):
    with pytest.raises(PermissionRefused):
        see(connection, desk.act("other", role))


def test_text_alone_is_enough_to_be_in_the_queue(connection, linh):
    (report_id,) = file(connection, 1, answers={"happening": ("other",), "story": "Help"})
    assert [row.id for row in see(connection, linh).rows] == [report_id]
