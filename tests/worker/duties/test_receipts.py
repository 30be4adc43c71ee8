"""A code that was not used in time is forgotten, and no other."""

from __future__ import annotations

from datetime import timedelta

from portal.domain.receipt import new_code
from portal.store import receipts
from portal.store.engine import Connection
from portal.worker import duties
from tests.builders.filing import NOW, file


def test_a_code_is_forgotten_with_its_time(connection: Connection) -> None:
    filed = file(connection, code=new_code(b"a child wrote it"))
    late = NOW + timedelta(days=101)
    assert duties.expire_receipts(connection, NOW) == 0
    assert duties.expire_receipts(connection, late) == 1
    with connection.begin(write=False) as db:
        assert receipts.for_report(db, report_id=filed.report_id) is None
