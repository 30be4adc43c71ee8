"""The worker tells of rows that grant power and that nobody at the desk changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text

from portal.access import Role
from portal.store.engine import Connection
from portal.worker.duties import DUTIES
from portal.worker.work import Work
from tests.builders import desk
from tests.builders.worker_log import Lines

check = DUTIES["authority:check"]


def test_it_tells_whose_rows_were_changed_and_when_that_is_over(
    connection: Connection, work: Callable[[datetime], Work], told: Lines
) -> None:
    with connection.begin(write=True) as db:
        for name in ("linh", "tam", "hoa"):
            desk.add_member(db, name, Role.ANALYST)
    check(work(desk.NOW))
    assert told.of("authority:changed") == []
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text("UPDATE members SET role = 'supervisor' WHERE name = 'linh'"))
        plain.execute(text("DELETE FROM role_grants WHERE member = 'tam'"))
        plain.execute(text("DELETE FROM members WHERE name = 'tam'"))
    check(work(desk.NOW))
    check(work(desk.NOW + timedelta(minutes=1)))
    (alert,) = told.of("authority:changed")
    assert (alert["level"], alert["members"]) == ("alert", ["linh", "tam"])
    with connection.begin(write=True) as db:
        desk.logged(db, desk.member_row("linh", Role.ANALYST))
        desk.logged(db, desk.member_row("tam", Role.ANALYST))
    check(work(desk.NOW + timedelta(minutes=2)))
    assert told.of("authority:changed")[1:] == [{"event": "authority:changed", "over": True}]


def test_an_invitation_that_the_log_does_not_know_is_left_as_it_is(
    connection: Connection, work: Callable[[datetime], Work], told: Lines
) -> None:
    with connection.begin(write=True) as db:
        desk.add_member(db, "linh", Role.ANALYST)
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(
            text(
                "UPDATE members SET status = 'invited', invite_expires_at = 1,"
                " invite_hash = salt WHERE name = 'linh'"
            )
        )
    assert DUTIES["invitation:end"](work(desk.NOW)) == 0
    check(work(desk.NOW))
    assert told.of("authority:changed")
