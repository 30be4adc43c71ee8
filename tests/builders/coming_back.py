"""A reporter who comes back with a code, adds something and is answered."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest

from portal import returning as way_back
from portal.domain.receipt import new_code
from portal.intake import Filed
from portal.mailbox.reporter import derive_keys
from portal.returning import Returning, return_with, supplement
from portal.sealing.message import seal_reply
from portal.store import Connection, messages
from tests.builders.filing import NOW, PEPPER, SALT, intake_of

CODE = new_code(b"a child wrote it")
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
LATER = NOW + timedelta(days=2)


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


def slow_down(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make a step so slow that another request has come as far as its rules let it."""
    real = attrgetter(name)(way_back)

    def slowly(*args: Any, **more: Any) -> Any:
        time.sleep(0.5)
        return real(*args, **more)

    monkeypatch.setattr(f"portal.returning.{name}", slowly)
