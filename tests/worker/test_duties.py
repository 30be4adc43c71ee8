"""Each duty finds what is due, does it once, and leaves everything else alone."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from portal.access import Role
from portal.store import Connection, audit, members, receipts, reports, sessions, shred
from portal.store.sessions import SessionRow
from portal.worker import duties
from tests.builders.desk import AUDIT, HOME, member_row
from tests.builders.filing import NOW, file, stored

LATER = NOW + timedelta(days=2)


def test_a_lapsed_lease_returns_and_a_running_one_stays(connection: Connection) -> None:
    filed = file(connection)
    with connection.begin(write=True) as db:
        until = NOW + timedelta(minutes=30)
        assert reports.claim(
            db,
            report_id=filed.report_id,
            agency=filed.agency,
            member="linh",
            now=NOW,
            lease_until=until,
        )
    assert duties.return_lapsed_leases(connection, NOW + timedelta(minutes=29)) == 0
    assert duties.return_lapsed_leases(connection, NOW + timedelta(minutes=31)) == 1
    assert duties.return_lapsed_leases(connection, NOW + timedelta(minutes=31)) == 0
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=filed.report_id)
    assert row
    assert row.assigned_to is None


def test_only_old_keys_without_a_report_are_swept(connection: Connection) -> None:
    filed = file(connection)
    kept = stored(connection, filed).envelope.shred_id
    with connection.begin(write=True) as db:
        shred.put(db, shred_id=b"o" * 16, key=os.urandom(32), at=NOW)
        shred.put(db, shred_id=b"n" * 16, key=os.urandom(32), at=LATER)
    assert duties.sweep_orphan_shred_keys(connection, LATER) == 1
    assert duties.sweep_orphan_shred_keys(connection, LATER) == 0
    with connection.begin(write=False) as db:
        assert shred.get(db, shred_id=kept)
        assert shred.get(db, shred_id=b"n" * 16)
        assert shred.get(db, shred_id=b"o" * 16) is None


def test_idle_and_expired_sessions_end(connection: Connection) -> None:
    row = member_row("linh", Role.ANALYST)
    with connection.begin(write=True) as db:
        members.insert(db, row=row)
        for name, seen, expires in (("a", 0, 60), ("b", -40, 60), ("c", 0, -1)):
            sessions.insert(
                db,
                row=SessionRow(
                    id_hash=name.encode() * 32,
                    member="linh",
                    sealed_seed=b"",
                    created_at=NOW,
                    seen_at=NOW + timedelta(minutes=seen),
                    expires_at=NOW + timedelta(minutes=expires),
                ),
            )
    assert duties.sweep_sessions(connection, NOW) == 2
    with connection.begin(write=False) as db:
        assert sessions.get(db, id_hash=b"a" * 32)


def test_an_invitation_ends_with_its_time(connection: Connection) -> None:
    invited = replace(
        member_row("linh", Role.ANALYST),
        status="invited",
        invite_hash=b"h" * 32,
        invite_expires_at=NOW + timedelta(days=1),
    )
    with connection.begin(write=True) as db:
        members.insert(db, row=invited)
    assert duties.end_stale_invitations(connection, NOW) == 0
    assert duties.end_stale_invitations(connection, LATER) == 1
    with connection.begin(write=False) as db:
        assert members.by_invite(db, invite_hash=b"h" * 32) is None


def test_a_code_is_forgotten_with_its_time(connection: Connection) -> None:
    filed = file(connection)
    with connection.begin(write=True) as db:
        receipts.insert(
            db, token_hash=b"t" * 32, report_id=filed.report_id, expires_at=NOW + timedelta(days=1)
        )
    assert duties.expire_receipts(connection, NOW) == 0
    assert duties.expire_receipts(connection, LATER) == 1
    with connection.begin(write=False) as db:
        assert receipts.for_report(db, report_id=filed.report_id) is None


def test_the_head_of_the_log_is_noted_when_it_moved(
    sqlite_connection: Connection, tmp_path: Path
) -> None:
    file_ = tmp_path / "audit-heads.txt"
    assert duties.read_checkpoint(file_) is None
    for expected in (1, 2):
        with sqlite_connection.begin(write=True) as db:
            audit.append(
                db,
                at=NOW,
                actor="linh",
                action="case:taken",
                object="report:x",
                agency=HOME,
                sign=AUDIT.sign,
            )
            head = audit.head(db)
        assert duties.write_checkpoint(sqlite_connection, file_, NOW)
        assert not duties.write_checkpoint(sqlite_connection, file_, NOW)
        assert duties.read_checkpoint(file_) == head
        assert head[0] == expected
