"""The queue gives the most urgent first, without a gap, and never one report to two members."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.store import queue, unread
from portal.store.engine import Connection
from portal.store.queue import QueueView
from portal.store.reports import ReportRow
from portal.store.tables import Report
from tests.builders.rows import AGENCY, LATER, NOW, OTHER, define, put, row
from tests.builders.statements import explained, watched

SCOPES = ("open", "mine", "unassigned", "overdue", "closed")


def many(count: int, seed: int = 1, open_share: float = 0.8) -> list[ReportRow]:
    """Reports of every kind, many of them due in the same minute."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        held = chance.random() < 0.3
        is_open = chance.random() < open_share
        made.append(
            row(
                number,
                id=chance.randbytes(16),
                agency=chance.choice((AGENCY, AGENCY, OTHER)),
                priority=chance.choice(list(Priority)),
                status=chance.choice([s for s in Status if (s is not Status.CLOSED) == is_open]),
                locale=chance.choice(("vi", "en")),
                audience=chance.choice(("child", "carer")),
                due_at=NOW + timedelta(minutes=chance.randrange(-5, 5)),
                assigned_to=chance.choice(("linh", "minh")) if held else None,
                lease_until=NOW + timedelta(minutes=chance.randrange(-5, 5)) if held else None,
            )
        )
    return made


def in_order(rows: list[ReportRow]) -> list[bytes]:
    return [r.id for r in sorted(rows, key=lambda r: (r.priority, r.due_at, r.id))]


def wanted(rows: list[ReportRow], view: QueueView) -> list[ReportRow]:
    """The same in plain Python: what the view promises."""
    keep = {
        "open": lambda r: r.status is not Status.CLOSED,
        "mine": lambda r: r.status is not Status.CLOSED and r.assigned_to == "linh",
        "unassigned": lambda r: r.status is not Status.CLOSED and not r.is_held(NOW),
        "overdue": lambda r: r.status is not Status.CLOSED and r.due_at < NOW,
        "closed": lambda r: r.status is Status.CLOSED,
    }[view.scope]
    return [
        r
        for r in rows
        if r.agency == AGENCY
        and keep(r)
        and view.locale in (None, r.locale)
        and view.audience in (None, r.audience)
    ]


def walk(connection: Connection, view: QueueView, limit: int) -> list[bytes]:
    """Turn page after page until there is none."""
    found: list[bytes] = []
    after: tuple[int, datetime, bytes] | None = None
    while True:
        with connection.begin(write=False) as db:
            one = queue.page(
                db, agency=AGENCY, view=view, member="linh", now=NOW, after=after, limit=limit
            )
        found += [r.id for r in one]
        if len(one) < limit:
            return found
        after = (one[-1].priority, one[-1].due_at, one[-1].id)


def test_pages_together_are_the_whole_queue_in_order(connection: Connection) -> None:
    rows = many(150)
    put(connection, *rows)
    views = [QueueView(scope) for scope in SCOPES]
    views += [QueueView(locale="vi"), QueueView(audience="carer", locale="en")]
    for view in views:
        expected = in_order(wanted(rows, view))
        assert expected, "the test has something to find in every view"
        for limit in (1, 7, 1000):
            assert walk(connection, view, limit) == expected


def test_a_report_that_comes_in_between_two_pages_repeats_nothing(connection: Connection) -> None:
    rows = many(40, open_share=1)
    put(connection, *rows)
    view = QueueView()
    with connection.begin(write=False) as db:
        first = queue.page(
            db, agency=AGENCY, view=view, member="linh", now=NOW, after=None, limit=5
        )
    put(connection, row(999, priority=Priority.P0, due_at=NOW - timedelta(hours=9)))
    last = first[-1]
    with connection.begin(write=False) as db:
        second = queue.page(
            db,
            agency=AGENCY,
            view=view,
            member="linh",
            now=NOW,
            after=(last.priority, last.due_at, last.id),
            limit=1000,
        )
    assert [r.id for r in first + second] == in_order(wanted(rows, view))


def test_the_counts_are_those_of_the_views(connection: Connection) -> None:
    rows = many(150)
    put(connection, *rows)
    with connection.begin(write=False) as db:
        found = queue.counts(db, agency=AGENCY, now=NOW)
    is_open = wanted(rows, QueueView("open"))
    assert dict(found.by_priority) == dict.fromkeys(Priority, 0) | Counter(
        r.priority for r in is_open
    )
    assert found.open == len(is_open)
    assert found.overdue == len(wanted(rows, QueueView("overdue")))
    assert found.unassigned == len(wanted(rows, QueueView("unassigned")))


def test_an_empty_queue_counts_nothing(connection: Connection) -> None:
    with connection.begin(write=False) as db:
        found = queue.counts(db, agency=AGENCY, now=NOW)
    assert (found.open, found.overdue, found.unassigned) == (0, 0, 0)


def take(connection: Connection, member: str, now: datetime = NOW) -> bytes | None:
    with connection.begin(write=True) as db:
        found = queue.take_next(
            db, agency=AGENCY, member=member, now=now, lease_until=now + (LATER - NOW)
        )
    if found is None:
        return None
    assert found.held_by(member, now)
    return found.id


def test_reports_are_taken_in_order_and_nothing_is_left(connection: Connection) -> None:
    rows = many(60)
    put(connection, *rows)
    free = [r for r in wanted(rows, QueueView("unassigned")) if r.status in queue.WAITING_FOR_DESK]
    taken = []
    while (one := take(connection, "hoa")) is not None:
        taken.append(one)
    assert taken == in_order(free)


RESTING = (Status.WAITING, Status.REFERRED, Status.PAUSED, Status.CLOSED)


def mark(connection: Connection, *rows: ReportRow, part: str = "triage") -> None:
    """Let something be unread in these reports, however that came to be."""
    with connection.begin(write=True) as db:
        for one in rows:
            unread.add(db, report_id=one.id, compartments={part})


@pytest.mark.parametrize("status", RESTING)
def test_unread_words_are_served_in_every_state(connection: Connection, status: Status) -> None:
    rests = row(1, status=status)
    put(connection, rests, row(2, status=status), row(3, agency=OTHER, status=status))
    assert take(connection, "linh") is None
    mark(connection, rests, row(3))
    assert take(connection, "linh") == rests.id
    assert take(connection, "minh") is None
    assert take(connection, "minh", LATER) == rests.id


def test_unread_words_are_served_in_the_order_of_the_queue(connection: Connection) -> None:
    rows = [
        row(number, priority=priority, status=status)
        for number, (priority, status) in enumerate(
            [
                (Priority.P0, Status.NEW),
                (Priority.P1, Status.CLOSED),
                (Priority.P2, Status.NEW),
                (Priority.P3, Status.WAITING),
            ]
        )
    ]
    put(connection, *rows[::-1])
    mark(connection, rows[1], rows[3])
    assert [take(connection, "linh") for _ in range(5)] == [*(r.id for r in rows), None]


def test_words_that_a_member_may_not_open_are_not_served_to_them(connection: Connection) -> None:
    rests = row(1, status=Status.WAITING)
    put(connection, rests)
    mark(connection, rests, part="identity")
    with connection.begin(write=True) as db:
        about = {"agency": AGENCY, "member": "linh", "now": NOW, "lease_until": LATER}
        assert queue.take_next(db, **about, parts=("triage", "indicators")) is None  # type: ignore[arg-type]


def test_a_closed_case_with_unread_words_stands_among_the_open_ones(connection: Connection) -> None:
    rows = [row(n, status=Status.CLOSED, priority=Priority(n % 5)) for n in range(1, 8)]
    put(connection, *rows, row(20), row(21, agency=OTHER, status=Status.CLOSED))
    mark(connection, *rows[::2], row(21))
    shown = in_order([*rows[::2], row(20)])
    for scope in ("open", "unassigned"):
        assert walk(connection, QueueView(scope), 2) == shown
    assert walk(connection, QueueView("unread"), 2) == in_order(rows[::2])
    assert walk(connection, QueueView("unread", parts=("identity",)), 2) == []
    with connection.begin(write=False) as db:
        found = queue.counts(db, agency=AGENCY, now=NOW)
    assert (found.open, found.unassigned) == (5, 5)


def test_in_postgresql_who_looks_at_unread_words_holds_up_nobody(
    postgresql_connection: Connection,
) -> None:
    """The first takes the more urgent of two lanes; the other lane's report is left to the next."""
    rests = row(2, status=Status.CLOSED)
    put(postgresql_connection, row(1, priority=Priority.P0), rests)
    mark(postgresql_connection, rests)
    more = {"agency": AGENCY, "now": NOW, "lease_until": LATER}
    with postgresql_connection.begin(write=True) as first:
        one = queue.take_next(first, member="linh", **more)  # type: ignore[arg-type]
        with postgresql_connection.begin(write=True) as second:
            second.reports.execute(text("SET LOCAL lock_timeout = '2s'"))
            two = queue.take_next(second, member="minh", **more)  # type: ignore[arg-type]
    assert one is not None
    assert two is not None
    assert (one.id, two.id) == (row(1).id, rests.id)


def test_a_lapsed_lease_is_taken_by_the_next(connection: Connection) -> None:
    put(connection, row())
    assert take(connection, "linh") == row().id
    assert take(connection, "minh") is None
    assert take(connection, "minh", LATER) == row().id
    assert take(connection, "linh", LATER) is None


def test_many_members_at_once_never_hold_one_report(connection: Connection) -> None:
    rows = [row(number) for number in range(40)]
    put(connection, *rows)
    taken: list[bytes] = []
    failed: list[BaseException] = []
    start = threading.Barrier(6)

    def work(member: str) -> None:
        try:
            start.wait()
            while (one := take(connection, member)) is not None:
                taken.append(one)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"member {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(taken) == [r.id for r in rows]


def test_in_postgresql_nobody_waits_for_another_ones_row(
    postgresql_connection: Connection,
) -> None:
    put(postgresql_connection, row(1, priority=Priority.P0), row(2))
    more = {"agency": AGENCY, "now": NOW, "lease_until": LATER}
    with postgresql_connection.begin(write=True) as first:
        one = queue.take_next(first, member="linh", **more)  # type: ignore[arg-type]
        with postgresql_connection.begin(write=True) as second:
            second.reports.execute(text("SET LOCAL lock_timeout = '2s'"))
            two = queue.take_next(second, member="minh", **more)  # type: ignore[arg-type]
    assert one is not None
    assert two is not None
    assert (one.id, two.id) == (row(1).id, row(2).id)


def fill(connection: Connection, count: int) -> None:
    """File so many that a plan without an index would show."""
    with connection.begin(write=True) as db:
        define(db)
        names = [one.name for one in fields(ReportRow)]
        values = [{name: getattr(r, name) for name in names} for r in many(count, open_share=0.5)]
        db.reports.execute(insert(Report), values)
    with connection.reports.begin() as plain:
        plain.execute(text("ANALYZE"))


def plan_of(connection: Connection, scope: str, after: tuple[int, datetime, bytes] | None) -> str:
    """Ask the database how it reads one page."""
    with watched(connection.reports) as asked, connection.begin(write=False) as db:
        queue.page(
            db,
            agency=AGENCY,
            view=QueueView(scope),
            member="linh",
            now=NOW,
            after=after,
            limit=50,
        )
    return explained(connection, *asked[0])


def test_a_page_of_a_long_queue_is_read_in_order_out_of_an_index(connection: Connection) -> None:
    fill(connection, 10_000)
    after = (int(Priority.P2), NOW, bytes(16))
    for scope, index in (
        ("open", "ix_reports_open"),
        ("unassigned", "ix_reports_open"),
        ("closed", "ix_reports_queue"),
    ):
        for start in (None, after):
            plan = plan_of(connection, scope, start)
            assert index in plan, plan
            assert "Sort" not in plan, plan
            assert "TEMP B-TREE" not in plan, plan


def test_who_takes_the_next_reads_along_an_index_of_unread_cases_that_rest(
    connection: Connection,
) -> None:
    """With a thousand unread words in open cases and none asleep, nothing is gone through."""
    fill(connection, 10_000)
    waiting = Report.status.in_(queue.WAITING_FOR_DESK)
    with connection.begin(write=True) as db:
        for report_id in db.reports.scalars(select(Report.id).where(waiting).limit(1000)).all():
            unread.add(db, report_id=report_id, compartments={"triage"})
    with connection.reports.begin() as plain:
        plain.execute(text("ANALYZE"))
    with watched(connection.reports) as asked, connection.begin(write=True) as db:
        queue.take_next(db, agency=AGENCY, member="linh", now=NOW, lease_until=LATER)
    assert "ix_reports_rests_unread" in explained(connection, *asked[0])


@pytest.mark.parametrize("scope", ["mine", "overdue", "unread"])
def test_no_view_reads_the_whole_table(connection: Connection, scope: str) -> None:
    fill(connection, 10_000)
    plan = plan_of(connection, scope, None)
    assert "ix_reports_" in plan, plan
    assert "Seq Scan on reports" not in plan, plan
