"""What ends at the desk ends in its time, once, and everything else stays."""

from __future__ import annotations

from datetime import timedelta

from portal.access import Role, TrustedLog
from portal.store import acts, drafts, reports, sessions
from portal.store.engine import Connection
from portal.store.sessions import SessionRow
from portal.worker import duties
from tests.builders.desk import AUDIT, insert_member, member_row
from tests.builders.filing import NOW, file

DAY = timedelta(days=1)
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


def test_idle_and_expired_sessions_end(connection: Connection) -> None:
    row = member_row("linh", Role.ANALYST)
    with connection.begin(write=True) as db:
        insert_member(db, row)
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
    assert duties.sweep_sessions(connection, NOW, log=TrustedLog(AUDIT)) == 2
    with connection.begin(write=False) as db:
        assert sessions.find(db, id_hash=b"a" * 32, sequence=0)


def test_acts_and_drafts_are_forgotten_after_a_day(connection: Connection) -> None:
    for name, at in ((b"o" * 32, NOW), (b"n" * 32, LATER)):
        with connection.begin(write=True) as db:
            assert acts.claim(db, id=name, content=b"c" * 32, at=at)
            drafts.put(db, id=name, sealed=b"s", at=at)
    just_before = NOW + timedelta(days=1) - timedelta(seconds=1)
    for duty in (duties.forget_acts, duties.forget_drafts):
        assert duty(connection, just_before) == 0
        assert duty(connection, LATER) == 1
        assert duty(connection, LATER) == 0
    with connection.begin(write=True) as db:
        assert acts.get(db, id=b"o" * 32) is None
        assert not acts.claim(db, id=b"n" * 32, content=b"c" * 32, at=LATER)
        names = [b"o" * 32, b"n" * 32]
        assert drafts.several(db, ids=names, since=NOW - DAY) == {b"n" * 32: b"s"}
        assert drafts.several(db, ids=names, since=LATER) == {}
