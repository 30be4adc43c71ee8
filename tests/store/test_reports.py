"""A report is added once, moves only from where it was seen, and never gets less urgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.store import reports
from portal.store.engine import Connection, Db
from portal.store.reports import ReportRow
from tests.builders.rows import AGENCY, LATER, NOW, OTHER, define, put, row

SECOND = timedelta(seconds=1)


def read(connection: Connection, number: int = 1) -> ReportRow:
    with connection.begin(write=False) as db:
        found = reports.get(db, report_id=row(number).id)
    assert found is not None
    return found


def test_a_report_comes_back_as_it_was_filed(connection: Connection) -> None:
    put(connection, row())
    assert read(connection) == row()


def test_a_second_insert_changes_nothing_and_says_so(connection: Connection) -> None:
    put(connection, row())
    with connection.begin(write=True) as db:
        assert not reports.insert(db, row=row(priority=Priority.P0, agency=OTHER))
    assert read(connection) == row()


def test_an_error_takes_everything_back(connection: Connection) -> None:
    def fail(db: Db) -> None:
        define(db)
        reports.insert(db, row=row())
        raise RuntimeError

    with pytest.raises(RuntimeError), connection.begin(write=True) as db:
        fail(db)
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=row().id) is None


def test_another_agency_does_not_find_it(connection: Connection) -> None:
    put(connection, row())
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=row().id, agency=AGENCY)
        assert reports.get(db, report_id=row().id, agency=OTHER) is None


def test_a_case_moves_only_from_where_it_was_seen(connection: Connection) -> None:
    put(connection, row())
    with connection.begin(write=True) as db:
        first, again = (
            reports.set_status(
                db, report_id=row().id, expected=Status.NEW, to=Status.CLOSED, closed_reason=why
            )
            for why in ("spam", "resolved")
        )
    assert (first, again) == (True, False)
    assert read(connection) == row(status=Status.CLOSED, closed_reason="spam")


def test_opened_again_a_case_has_no_reason_for_being_closed(connection: Connection) -> None:
    put(connection, row(status=Status.CLOSED))
    with connection.begin(write=True) as db:
        reports.set_status(db, report_id=row().id, expected=Status.CLOSED, to=Status.NEW)
    assert read(connection).closed_reason is None


def claim(connection: Connection, member: str, at: timedelta = timedelta(0)) -> bool:
    with connection.begin(write=True) as db:
        return reports.claim(
            db,
            report_id=row().id,
            agency=AGENCY,
            member=member,
            now=NOW + at,
            lease_until=LATER + at,
        )


def test_a_lease_keeps_others_away_until_it_lapses(connection: Connection) -> None:
    put(connection, row())
    assert claim(connection, "linh")
    assert claim(connection, "linh"), "the holder may take it again"
    assert not claim(connection, "minh")
    assert not claim(connection, "minh", LATER - NOW - SECOND)
    assert claim(connection, "minh", LATER - NOW), "a lease ends on the second it names"
    assert read(connection).held_by("minh", LATER)


def test_a_closed_report_is_not_claimed(connection: Connection) -> None:
    put(connection, row(status=Status.CLOSED))
    assert not claim(connection, "linh")


@pytest.mark.parametrize(
    ("member", "at", "lengthened"),
    [
        ("linh", LATER - SECOND, True),
        ("linh", LATER, False),
        ("minh", NOW, False),
    ],
)
def test_only_a_running_lease_is_lengthened_and_only_by_its_holder(
    connection: Connection, member: str, at: object, lengthened: bool
) -> None:
    put(connection, row(assigned_to="linh", lease_until=LATER))
    until = LATER + timedelta(hours=1)
    with connection.begin(write=True) as db:
        done = reports.extend_lease(
            db,
            report_id=row().id,
            member=member,
            now=at,  # type: ignore[arg-type]
            lease_until=until,
        )
    assert done == lengthened
    assert read(connection).lease_until == (until if lengthened else LATER)


def test_only_the_holder_gives_a_report_back(connection: Connection) -> None:
    put(connection, row(assigned_to="linh", lease_until=LATER))
    with connection.begin(write=True) as db:
        assert not reports.release(db, report_id=row().id, member="minh")
        assert reports.release(db, report_id=row().id, member="linh")
    assert read(connection) == row()


def test_lapsed_leases_come_back_and_running_ones_stay(connection: Connection) -> None:
    put(
        connection,
        row(1, assigned_to="linh", lease_until=NOW - SECOND),
        row(2, assigned_to="linh", lease_until=NOW),
        row(3, assigned_to="minh", lease_until=NOW + SECOND),
        row(4),
    )
    with connection.begin(write=True) as db:
        assert reports.return_lapsed(db, now=NOW) == 2
    with connection.begin(write=True) as db:
        assert reports.return_lapsed(db, now=NOW) == 0
    assert [read(connection, n).assigned_to for n in (1, 2, 3, 4)] == [None, None, "minh", None]


def test_the_first_wish_to_be_forgotten_stays(connection: Connection) -> None:
    put(connection, row())
    with connection.begin(write=True) as db:
        assert reports.ask_deletion(db, report_id=row().id, at=NOW)
        assert not reports.ask_deletion(db, report_id=row().id, at=LATER)
    assert read(connection) == replace(row(), deletion_asked_at=NOW)


def test_a_time_without_a_zone_is_refused(sqlite_connection: Connection) -> None:
    with pytest.raises(Exception, match="a time needs a zone"):
        put(sqlite_connection, row(received_at=NOW.replace(tzinfo=None)))
