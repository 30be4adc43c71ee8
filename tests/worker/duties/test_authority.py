"""The worker tells of rows that grant power and that nobody at the desk changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
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
        plain.execute(text("DELETE FROM factor_sets WHERE member = 'tam'"))
        plain.execute(text("DELETE FROM members WHERE name = 'tam'"))
    check(work(desk.NOW))
    check(work(desk.NOW + timedelta(minutes=1)))
    (alert,) = told.of("authority:changed")
    assert (alert["level"], alert["members"]) == ("alert", ["linh", "tam"])
    with connection.begin(write=True) as db:
        desk.logged(db, desk.member_row("linh", Role.ANALYST))
        desk.logged(db, desk.member_row("tam", Role.ANALYST))  # that there is no row
    check(work(desk.NOW + timedelta(minutes=2)))
    assert told.of("authority:changed")[1:] == [{"event": "authority:changed", "over": True}]


@pytest.mark.parametrize("value", ["'junk'", "CAST(X'FF' AS TEXT)"])
def test_a_value_that_can_not_be_read_hides_nobody(
    sqlite_connection: Connection, work: Callable[[datetime], Work], told: Lines, value: str
) -> None:
    with sqlite_connection.begin(write=True) as db:
        for name in ("linh", "tam"):
            desk.add_member(db, name, Role.ANALYST)
    with sqlite_connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(f"UPDATE members SET role = {value} WHERE name = 'linh'"))
        plain.execute(text("UPDATE members SET role = 'supervisor' WHERE name = 'tam'"))
    check(replace(work(desk.NOW), connection=sqlite_connection))
    (alert,) = told.of("authority:changed")
    assert alert["members"] == ["linh", "tam"]
