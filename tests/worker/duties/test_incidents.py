"""The worker tells of what the public site saw, once, and forgets it after a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text

from portal.domain.incidents import IncidentKind
from portal.store import incidents
from portal.store.engine import Connection
from portal.worker.duties import DUTIES
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders.attack import attack
from tests.builders.desk import NOW
from tests.builders.worker_log import Lines

tell, forget = DUTIES["incident:tell"], DUTIES["incident:forget"]
REPORT = b"a report's id 16"
MINUTE = NOW.replace(second=0)


def see(connection: Connection, kind: IncidentKind, at: datetime = MINUTE) -> None:
    with connection.begin(write=True) as db:
        incidents.note(db, kind=kind, minute=at, report_id=REPORT)


def test_each_kind_is_told_once_with_its_count_and_no_report(
    connection: Connection, work: Callable[[datetime], Work], told: Lines
) -> None:
    assert tell(work(NOW)) == 0
    for minutes in (0, 0, 1):
        see(connection, IncidentKind.REPLY_LOST, MINUTE + timedelta(minutes=minutes))
    see(connection, IncidentKind.CODE_LOST)
    assert tell(work(NOW)) == 4
    assert tell(work(NOW + timedelta(seconds=30))) == 0
    lines = told.of("incident:reported")
    assert [(line["level"], line["kind"], line["count"]) for line in lines] == [
        ("alert", "code.lost", 1),
        ("alert", "reply.lost", 3),
    ]
    assert REPORT.hex() not in str(lines)


def test_a_worker_that_starts_again_tells_nothing_twice_and_what_is_new(
    connection: Connection, work: Callable[[datetime], Work]
) -> None:
    see(connection, IncidentKind.REPLY_LOST)
    tell(work(NOW))
    fresh = Lines()
    again = work(NOW + timedelta(minutes=1))
    restarted = Work(
        again.connection, again.now, again.heads, again.key, again.trust, Log(fresh.write)
    )
    tell(restarted)
    assert fresh.of("incident:reported") == []
    see(connection, IncidentKind.REPLY_LOST, MINUTE + timedelta(minutes=1))
    tell(restarted)
    assert [line["count"] for line in fresh.of("incident:reported")] == [1]


def test_words_and_figures_that_somebody_wrote_there_go_into_no_log(
    connection: Connection, work: Callable[[datetime], Work], told: Lines
) -> None:
    attack(
        connection,
        "INSERT INTO incidents (kind, minute, count) VALUES ('kill the lights', 1, 2000000000)",
    )
    tell(work(NOW))
    (line,) = told.of("incident:reported")
    assert (line["kind"], line["count"]) == ("unknown", 1)


def test_any_value_that_sqlite_takes_breaks_nothing(
    sqlite_connection: Connection, told: Lines, work: Callable[[datetime], Work]
) -> None:
    attack(
        sqlite_connection,
        "INSERT INTO incidents (kind, minute, count, report_id) VALUES"
        " ('reply.lost', 'x', 'y', :it), ('reply.lost', 9e99, 9e999, :it),"
        " ('code.lost', 1, 9223372036854775807, :it), ('code.lost', 2, 9223372036854775807, :it)",
        it=REPORT,
    )
    with sqlite_connection.begin(write=True) as db:
        _, seen = incidents.with_replies(db, report_id=REPORT)
        assert [(one.kind, one.count) for one in seen] == [("code.lost", 2), ("reply.lost", 2)]
        assert len(incidents.newest(db, agency="x", limit=9)) == 4
        assert incidents.take_untold(db, at=NOW).total() == 4


def test_they_are_forgotten_after_90_days(
    connection: Connection, work: Callable[[datetime], Work]
) -> None:
    see(connection, IncidentKind.REPLY_LOST)
    see(connection, IncidentKind.REPLY_LOST, MINUTE + timedelta(days=1))
    assert forget(work(MINUTE + timedelta(days=90))) == 0
    assert forget(work(MINUTE + timedelta(days=90, minutes=1))) == 1
    with connection.reports.connect() as plain:
        assert plain.scalar(text("SELECT count(*) FROM incidents")) == 1
