"""A reporter who comes back with a code, adds something and is answered."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Boolean, column, func, select, table

from portal.domain.receipt import new_code
from portal.followup.supplement import supplement
from portal.followup.thread import Returning, return_with
from portal.intake.submit import Filed
from portal.mailbox.reporter import derive_keys
from portal.sealing.message import seal_reply
from portal.store import messages
from portal.store.engine import Connection
from tests.builders.filing import NOW, PEPPER, SALT, intake_of
from tests.builders.waiting import wait

CODE = new_code(b"a child wrote it")
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
LATER = NOW + timedelta(days=2)
WAITING = select(func.count()).select_from(table("pg_locks")).where(~column("granted", Boolean))


def come_back(connection: Connection, code: str = CODE, at: datetime = LATER) -> Returning:
    """Open the thread of a report."""
    return return_with(intake=intake_of(connection), code=code, now=at)


def answer(connection: Connection, filed: Filed, text: str, number: int = 1) -> None:
    """Reply as the desk does, `number` hours after the filing."""
    message_id = number.to_bytes(16, "big")
    sealed = seal_reply(
        public=KEYS.public, report_id=filed.report_id, message_id=message_id, text=text
    )
    sent_at = NOW + timedelta(hours=number)
    with connection.begin(write=True) as db:
        messages.insert(
            db, id=message_id, report_id=filed.report_id, sealed=sealed, sent_at=sent_at
        )


def add(connection: Connection, text: str, once: bytes = b"once" * 4, at: datetime = LATER) -> bool:
    """Add something, two days after the filing."""
    return supplement(intake=intake_of(connection), keys=KEYS, text=text, once=once, now=at)


def add_more(connection: Connection, at: datetime = NOW) -> None:
    """Add something else, which was never added before."""
    assert add(connection, "They are back.", os.urandom(16), at)


def meet_at(
    monkeypatch: pytest.MonkeyPatch,
    connection: Connection,
    where: ModuleType,
    name: str,
    *requests: Callable[[], Any],
) -> list[Future[Any]]:
    """Do several things at once: who comes to a step waits there until everybody has come as far as
    the rules let them: to that step as well, to a lock of PostgreSQL, or to the end."""
    real, come = getattr(where, name), []

    def wait_for_all() -> bool:
        with connection.reports.connect() as plain:
            waiting = plain.scalar(WAITING)
        return len(come) + int(waiting or 0) >= len(requests)

    def step(*args: Any, **more: Any) -> Any:
        come.append("to the step")
        wait(wait_for_all, "the others come as far as they can")
        return real(*args, **more)

    def run(request: Callable[[], Any]) -> Any:
        try:
            return request()
        finally:
            come.append("to the end")

    monkeypatch.setattr(where, name, step)
    with ThreadPoolExecutor(len(requests)) as pool:
        return [pool.submit(run, request) for request in requests]
