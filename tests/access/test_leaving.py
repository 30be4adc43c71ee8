"""Who is gone holds nothing: every way of leaving frees the reports at once, on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from os import urandom

import pytest
from sqlalchemy import update

from portal import access, triage
from portal.access import Act, Claim, Role, TrustedLog
from portal.domain.case import Status
from portal.domain.errors import Conflict, PermissionRefused
from portal.domain.report import Compartment
from portal.store import audit, reports
from portal.store.engine import Connection
from portal.store.tables import Member
from portal.triage.queue import ASSIGNED
from portal.worker import duties
from tests.builders import desk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def report(connection: Connection) -> bytes:
    """A report, and a desk of three who work on it and one who manages them."""
    roles = {"linh": Role.ANALYST, "minh": Role.ANALYST, "hoa": Role.SUPERVISOR}
    with connection.begin(write=True) as db:
        for name, role in roles.items():
            desk.add_member(db, name, role)
        desk.add_member(db, "boss", Role.ADMINISTRATOR)
        return desk.file_report(db).id


LINH, MINH = desk.act("linh", Role.ANALYST), desk.act("minh", Role.ANALYST)
HOA, BOSS = desk.act("hoa", Role.SUPERVISOR), desk.act("boss", Role.ADMINISTRATOR)


def sign_in(connection: Connection, at: timedelta = timedelta()) -> bytes:
    """Sign Linh in; gives the hash of the session's id."""
    token = access.sign_in(
        connection,
        claim=Claim("linh", desk.PASSPHRASE, desk.code("linh", desk.NOW + at)),
        lifetime=10 * HOUR,
        now=desk.NOW + at,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )
    with connection.begin(write=False) as db:
        log = TrustedLog(desk.AUDIT)
        found = access.resume(db, token=token, idle=HOUR, now=desk.NOW + at, log=log)
    assert found is not None
    return found.id_hash


def take(connection: Connection, report: bytes, who: Act = LINH) -> None:
    with connection.begin(write=True) as db:
        triage.take(db, act=who, report_id=report)


def assign(connection: Connection, report: bytes, member: str = "linh") -> timedelta:
    """Let the supervisor give the report away; gives for how long."""
    with connection.begin(write=True) as db:
        return triage.assign(db, act=HOA, report_id=report, member=member) - desk.NOW


def holder(connection: Connection, report: bytes) -> str | None:
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=report)
    assert row is not None
    return row.assigned_to


def last_entry(connection: Connection, report: bytes) -> tuple[str, str]:
    with connection.begin(write=False) as db:
        assert audit.verify(db, verify=desk.AUDIT.verify).ok
        entry = audit.about(db, object=f"report:{report.hex()}")[-1]
    return entry.actor, entry.action


def assert_free(connection: Connection, report: bytes, *entry: str) -> None:
    """Nobody holds it, the log says why, and the next member gets it without waiting."""
    assert holder(connection, report) is None
    assert last_entry(connection, report) == entry
    with connection.begin(write=True) as db:
        taken = triage.take_next(db, act=MINH)
    assert taken is not None
    assert taken.id == report


def test_what_a_removed_member_held_is_free(connection: Connection, report: bytes) -> None:
    sign_in(connection)
    assert assign(connection, report) == ASSIGNED
    with connection.begin(write=True) as db:
        access.remove(db, act=BOSS, name="linh")
    assert_free(connection, report, "boss", "case:released member_removed")


def test_what_a_member_held_who_signs_out_is_free(connection: Connection, report: bytes) -> None:
    session = sign_in(connection)
    assign(connection, report)
    with connection.begin(write=True) as db:
        access.sign_out(db, act=LINH, id_hash=session)
    assert_free(connection, report, "linh", "case:released signed_out")


def test_signing_out_of_one_browser_of_two_frees_nothing(
    connection: Connection, report: bytes
) -> None:
    first, second = sign_in(connection), sign_in(connection, MINUTE)
    take(connection, report)
    for session, held_by in ((first, "linh"), (second, None)):
        with connection.begin(write=True) as db:
            access.sign_out(db, act=LINH, id_hash=session)
        assert holder(connection, report) == held_by


def test_what_a_member_held_whose_session_idles_out_is_free(
    connection: Connection, report: bytes
) -> None:
    sign_in(connection)
    assign(connection, report)
    late = desk.NOW + duties.IDLE
    assert duties.sweep_sessions(connection, late - MINUTE, log=TrustedLog(desk.AUDIT)) == 0
    assert holder(connection, report) == "linh"
    assert duties.sweep_sessions(connection, late, log=TrustedLog(desk.AUDIT)) == 1
    assert_free(connection, report, "worker", "case:released session_over")


def test_an_old_session_that_ends_frees_nothing_of_who_is_still_there(
    connection: Connection, report: bytes
) -> None:
    sign_in(connection)
    sign_in(connection, 20 * MINUTE)
    assign(connection, report)
    assert (
        duties.sweep_sessions(connection, desk.NOW + duties.IDLE, log=TrustedLog(desk.AUDIT)) == 1
    )
    assert holder(connection, report) == "linh"


@pytest.mark.parametrize(
    ("part", "held_by"), [(Compartment.TRIAGE, None), (Compartment.INDICATORS, "linh")]
)
def test_who_can_read_nothing_any_more_holds_nothing(
    connection: Connection, report: bytes, part: Compartment, held_by: str | None
) -> None:
    take(connection, report)
    with connection.begin(write=True) as db:
        access.withdraw(db, act=HOA, member="linh", compartment=part)
    assert holder(connection, report) == held_by
    if held_by is None:
        assert_free(connection, report, "hoa", "case:released keys_withdrawn")


def test_other_peoples_reports_stay_with_them(connection: Connection, report: bytes) -> None:
    take(connection, report, MINH)
    with connection.begin(write=True) as db:
        access.remove(db, act=BOSS, name="linh")
    assert holder(connection, report) == "minh"


def test_a_name_left_on_a_report_from_before_holds_up_nobody(
    connection: Connection, report: bytes
) -> None:
    """A database that was restored, or an older release's: the row says so, the member is gone."""
    sign_in(connection)
    assign(connection, report)
    with connection.begin(write=True) as db:
        db.reports.execute(update(Member).where(Member.name == "linh").values(status="removed"))
    with connection.begin(write=True) as db:
        take_next = triage.take_next(db, act=MINH)
        assert take_next is not None
        db.reports.rollback()
    assert duties.return_lapsed_leases(connection, desk.NOW) == 1
    take(connection, report, MINH)


def test_nothing_is_given_to_who_cannot_work_on_it(connection: Connection, report: bytes) -> None:
    with connection.begin(write=True) as db:
        access.invite(db, act=BOSS, name="new", role=Role.ANALYST, random=urandom)
        row = replace(desk.member_row("bare", Role.ANALYST), name="bare")
        desk.insert_member(db, row)
        access.remove(db, act=BOSS, name="minh")
        assert triage.colleagues(db, by=HOA.by) == ("hoa", "linh")
    for name in ("new", "bare", "minh"):
        with pytest.raises(PermissionRefused, match="cannot_work"):
            assign(connection, report, name)


def test_who_holds_no_keys_takes_nothing(connection: Connection, report: bytes) -> None:
    with connection.begin(write=True) as db:
        bare = desk.add_member(db, "bare", Role.ANALYST, granted=False)
    for take_it in (
        lambda db: triage.take(db, act=bare, report_id=report),
        lambda db: triage.take_next(db, act=bare),
    ):
        with (
            pytest.raises(PermissionRefused, match="no_keys"),
            connection.begin(write=True) as db,
        ):
            take_it(db)
    assert holder(connection, report) is None


def test_a_member_who_is_away_is_waited_for_no_longer_than_a_lease(
    connection: Connection, report: bytes
) -> None:
    assert assign(connection, report) == triage.LEASE
    with pytest.raises(Conflict):
        take(connection, report, MINH)
    take(connection, report, replace(MINH, now=desk.NOW + triage.LEASE))


def test_a_supervisor_who_closes_leaves_nobody_on_it(connection: Connection, report: bytes) -> None:
    take(connection, report)
    with connection.begin(write=True) as db:
        more = {"expected": Status.IN_REVIEW, "to": Status.CLOSED, "reason": "spam"}
        desk.move(db, HOA, report, **more)
    assert holder(connection, report) is None
