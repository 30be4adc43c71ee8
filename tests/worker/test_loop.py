"""The loop of the worker: an idle duty is in nobody's way, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from portal.access import TrustedLog
from portal.store.engine import Connection
from portal.worker import duties, loop
from portal.worker.work import Work
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW
from tests.builders.worker_log import Lines


def test_a_duty_with_nothing_to_do_waits_for_no_writer(
    sqlite_connection: Connection, once: Callable[[datetime], None], told: Lines
) -> None:
    """SQLite lets one writer in at a time: somebody who sends must not wait for an idle worker."""
    duties_of_the_clock = (
        duties.return_lapsed_leases,
        partial(duties.sweep_sessions, log=TrustedLog(AUDIT)),
        duties.expire_receipts,
    )
    with sqlite_connection.begin(write=True) as db:
        assert db.shred.connection()
        assert all(duty(sqlite_connection, NOW) == 0 for duty in duties_of_the_clock)


def test_a_duty_that_fails_stops_no_other(
    connection: Connection, work: Callable[[datetime], Work], told: Lines
) -> None:
    def fails(_: Work) -> int:
        raise RuntimeError("what somebody typed")

    for duty in (fails, lambda _: 3):
        loop.do(work(NOW), "some:duty", duty)
    assert told == [
        {"event": "some:duty", "failed": "RuntimeError"},
        {"event": "some:duty", "done": 3},
    ]
