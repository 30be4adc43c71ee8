"""Erasing leaves no row that says anything of the report, in whatever table there is."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from portal.domain.envelope import Sealed
from portal.domain.receipt import new_code
from portal.intake.submit import Filed, WasDeleted
from portal.store import case_texts, erasing, messages, shred, unread
from portal.store.engine import Connection
from portal.store.tables import Base, Incident
from tests.builders.filing import NOW, file, shred_keys

STAYS = {"tombstones"}


def rows_about(connection: Connection, report_id: bytes) -> dict[str, int]:
    """Count the rows of every table that names a report; the log holds no id as such."""
    found = {}
    with connection.reports.connect() as plain:
        for table in Base.metadata.sorted_tables:
            column = table.c.get(
                "report_id", table.c.get("id") if table.name == "reports" else None
            )
            if column is not None:
                query = select(func.count()).select_from(table).where(column == report_id)
                found[table.name] = plain.scalar(query) or 0
    return found


def full_report(connection: Connection, number: int) -> Filed:
    filed = file(connection, submission=b"click %02d" % number * 3, code=new_code(os.urandom(16)))
    with connection.begin(write=True) as db:
        shred.put(db, shred_id=os.urandom(16), key=bytes(32), at=NOW + timedelta(days=9))
        shred_id, one = os.urandom(16), os.urandom(16)
        shred.put(db, shred_id=shred_id, key=os.urandom(32), at=NOW)
        about = {"id": one, "report_id": filed.report_id}
        messages.insert(db, **about, sealed=b"s", sent_at=NOW, shred_id=shred_id)
        row = case_texts.CaseTextRow(
            **about, kind="note", author="linh", written_at=NOW, sealed=Sealed(b"w", b"c")
        )
        case_texts.insert(db, row=row)
        unread.add(db, report_id=filed.report_id, compartments={"triage"})
        seen = {"kind": "reply.lost", "minute": NOW + timedelta(minutes=number), "count": 1}
        db.reports.execute(insert(Incident).values(report_id=filed.report_id, **seen))
    return filed


def test_no_row_but_the_tombstone_is_left_and_no_other_report_is_touched(
    connection: Connection,
) -> None:
    gone, kept = full_report(connection, 1), full_report(connection, 2)
    before = rows_about(connection, kept.report_id)
    assert all(before[name] for name in before if name not in STAYS), "every table has a row"
    keys = shred_keys(connection)
    with connection.begin(write=True) as db:
        assert erasing.erase(db, report_id=gone.report_id, by=erasing.REPORTER, at=NOW)
    assert rows_about(connection, gone.report_id) == {name: int(name in STAYS) for name in before}
    assert rows_about(connection, kept.report_id) == before
    assert shred_keys(connection) == keys - 2


def test_erasing_what_is_not_there_changes_nothing(connection: Connection) -> None:
    with connection.begin(write=True) as db:
        assert not erasing.erase(db, report_id=bytes(16), by=erasing.DESK, at=NOW)
        assert erasing.newest(db, agency="hotline-vn") == []


def test_a_report_that_was_erased_does_not_come_back_by_a_second_click(
    connection: Connection,
) -> None:
    """The page that sends it again asks for a new report, with a code of its own."""
    code = new_code(b"the same code" * 2)
    filed = file(connection, code=code)
    with connection.begin(write=True) as db:
        assert erasing.erase(db, report_id=filed.report_id, by=erasing.REPORTER, at=NOW)
    with pytest.raises(WasDeleted):
        file(connection, code=code)
    assert rows_about(connection, filed.report_id)["reports"] == 0
    assert shred_keys(connection) == 0


def test_the_keys_of_replies_are_known_as_those_of_filings_are(connection: Connection) -> None:
    filed = full_report(connection, 1)
    with connection.begin(write=False) as db:
        ids = erasing.shred_ids(db, report_id=filed.report_id)
        assert len(ids) == 2
        assert shred.known(db, ids=[*ids, b"nobody's" * 2]) == set(ids)
