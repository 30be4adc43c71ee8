"""The auditor's check of the log only reads: nobody waits for it, on either engine."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from portal.access import Principal, Role, TrustedLog, audit_page, verify_audit
from portal.access import auditing as access_auditing
from portal.domain.errors import PermissionRefused
from portal.store import audit_marks
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.engine import Connection
from tests.builders.audit_entries import tamper, write
from tests.builders.desk import AUDIT, HOME, NOW
from tests.builders.filing import file

AUDITOR = Principal("thu", Role.AUDITOR, HOME)


@dataclass
class HeldKey:
    """An audit key that stops at its third entry until it is let go."""

    is_held: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)
    seen: int = 0

    def verify(self, signature: bytes, entry: bytes) -> bool:
        self.seen += 1
        if self.seen == 3:
            self.is_held.set()
            assert self.may_go.wait(60)
        return AUDIT.verify(signature, entry)


def test_a_send_goes_through_while_the_log_is_being_verified(connection: Connection) -> None:
    write(connection, 6)
    key, verdicts = HeldKey(), []

    def check() -> None:
        with connection.begin(write=False) as db:
            log = TrustedLog(key)  # type: ignore[arg-type]
            verdicts.append(verify_audit(db, by=AUDITOR, log=log))

    thread = threading.Thread(target=check)
    thread.start()
    try:
        assert key.is_held.wait(60)
        assert file(connection).created
        write(connection, 1)
    finally:
        key.may_go.set()
        thread.join()
    assert verdicts[0].ok
    assert verdicts[0].count >= 6


def test_one_request_checks_no_more_than_it_can(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_auditing, "AT_ONCE", 2)
    head = write(connection, 3)
    with connection.begin(write=True) as db:
        first = verify_audit(db, by=AUDITOR, log=TrustedLog(AUDIT))
        audit_marks.put(db, name=VERIFIED, mark=Mark(head, NOW), sign=AUDIT.sign)
        rest = verify_audit(db, by=AUDITOR, log=TrustedLog(AUDIT))
    assert (first.ok, first.sequence, first.is_end) == (True, 2, False)
    assert (rest.ok, rest.sequence, rest.count, rest.is_end) == (True, 3, 0, True)


def test_the_page_says_how_far_the_log_was_checked_and_where_it_broke(
    connection: Connection,
) -> None:
    head = write(connection, 3)
    with connection.begin(write=True) as db:
        before = audit_page(db, by=AUDITOR, log=TrustedLog(AUDIT), before=None)
        mark = Mark(head, NOW + timedelta(hours=1))
        audit_marks.put(db, name=VERIFIED, mark=mark, sign=AUDIT.sign)
        audit_marks.put(db, name=BROKEN, mark=Mark((2, bytes(32)), NOW), sign=AUDIT.sign)
        after = audit_page(db, by=AUDITOR, log=TrustedLog(AUDIT), before=None)
    assert (before.verified, before.broken_at) == (None, None)
    assert (after.verified, after.broken_at) == (mark, 2)


def test_a_change_after_the_mark_is_found_at_once(connection: Connection) -> None:
    write(connection, 4)
    tamper(connection, "UPDATE audit SET actor = 'someone' WHERE sequence = 3")
    with connection.begin(write=False) as db:
        found = verify_audit(db, by=AUDITOR, log=TrustedLog(AUDIT))
    assert (found.ok, found.broken_at) == (False, 3)


def test_only_who_may_read_the_log_may_check_it(connection: Connection) -> None:
    analyst = Principal("linh", Role.ANALYST, HOME)
    with connection.begin(write=False) as db, pytest.raises(PermissionRefused):
        verify_audit(db, by=analyst, log=TrustedLog(AUDIT))
