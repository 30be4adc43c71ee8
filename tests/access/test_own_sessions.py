"""Members see and end their own sessions, and nobody else's; on both engines."""

from __future__ import annotations

from datetime import timedelta
from os import urandom

import pytest

from portal import access
from portal.access import Claim, Role, TrustedLog
from portal.domain.errors import NotFound
from portal.store import audit, reports, sessions
from tests.builders import desk

IDLE = timedelta(hours=9)


@pytest.fixture
def team(connection):
    with connection.begin(write=True) as db:
        return {name: desk.add_member(db, name, Role.ANALYST) for name in ("linh", "minh")}


def sign_in(connection, member, minutes):
    at = desk.NOW - timedelta(minutes=minutes)
    token = access.sign_in(
        connection,
        claim=Claim(member, desk.PASSPHRASE, desk.code(member, at)),
        lifetime=timedelta(hours=10),
        now=at,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )
    with connection.begin(write=False) as db:
        return access.resume(
            db, token=token, idle=IDLE, now=desk.NOW, log=TrustedLog(desk.AUDIT)
        ).id_hash


def own(connection, member, this, now=desk.NOW):
    with connection.begin(write=False) as db:
        return access.list_own(db, member=member, this=this, now=now)


def hold(connection, member):
    with connection.begin(write=True) as db:
        report = desk.file_report(db).id
        until = desk.NOW + timedelta(minutes=40)
        reports.assign(db, report_id=report, agency=desk.HOME, member=member, lease_until=until)
    return report


def holder(connection, report):
    with connection.begin(write=False) as db:
        return reports.get(db, report_id=report).assigned_to


def newest(connection):
    with connection.begin(write=False) as db:
        (row,) = audit.entries(db, agency=None, limit=1)
    return row.action, row.object


def test_a_member_sees_their_sessions_this_one_first(connection, team):
    old, this, late = (sign_in(connection, "linh", minutes) for minutes in (30, 20, 10))
    sign_in(connection, "minh", 5)
    listed = own(connection, "linh", this)
    assert [one.id_hash for one in listed] == [this, late, old]
    assert [one.is_this for one in listed] == [True, False, False]
    assert listed[0].created_at == desk.NOW - timedelta(minutes=20)
    assert own(connection, "linh", this, desk.NOW + timedelta(hours=10)) == ()


def test_a_handle_opens_nothing(connection, team):
    this = sign_in(connection, "linh", 10)
    (one,) = own(connection, "linh", this)
    assert this.hex() not in one.handle
    assert one.handle not in this.hex()
    assert this.hex() not in repr(one)


def test_ending_another_session_keeps_what_is_held(connection, team):
    this, other = (sign_in(connection, "linh", minutes) for minutes in (20, 10))
    report = hold(connection, "linh")
    handle = own(connection, "linh", this)[1].handle
    with connection.begin(write=True) as db:
        assert access.end_one(db, act=team["linh"], handle=handle, this=this) is False
    assert [one.id_hash for one in own(connection, "linh", this)] == [this]
    assert holder(connection, report) == "linh"
    assert newest(connection) == ("session:ended one", "member:linh")
    with connection.begin(write=False) as db:
        assert sessions.find(db, id_hash=other, sequence=0) is None


def test_ending_this_session_is_signing_out(connection, team):
    this = sign_in(connection, "linh", 10)
    report = hold(connection, "linh")
    (one,) = own(connection, "linh", this)
    with connection.begin(write=True) as db:
        assert access.end_one(db, act=team["linh"], handle=one.handle, this=this) is True
    assert holder(connection, report) is None


def test_everywhere_else(connection, team):
    others = [sign_in(connection, "linh", minutes) for minutes in (30, 20)]
    this, minhs = sign_in(connection, "linh", 10), sign_in(connection, "minh", 5)
    report = hold(connection, "linh")
    with connection.begin(write=True) as db:
        access.end_others(db, act=team["linh"], this=this)
    assert [one.id_hash for one in own(connection, "linh", this)] == [this]
    assert len(own(connection, "minh", minhs)) == 1
    assert others
    assert holder(connection, report) == "linh"
    assert newest(connection) == ("session:ended others", "member:linh")


def test_everywhere(connection, team):
    this = [sign_in(connection, "linh", minutes) for minutes in (30, 20)][1]
    minhs = sign_in(connection, "minh", 5)
    report = hold(connection, "linh")
    with connection.begin(write=True) as db:
        access.end_all(db, act=team["linh"])
    assert own(connection, "linh", this) == ()
    assert len(own(connection, "minh", minhs)) == 1
    assert holder(connection, report) is None, "who has left holds nothing"
    assert newest(connection) == ("session:ended all", "member:linh")


def test_nobody_ends_another_members_session(connection, team):
    linhs, minhs = (sign_in(connection, name, 10) for name in ("linh", "minh"))
    (theirs,) = own(connection, "minh", minhs)
    forged = [theirs.handle, minhs.hex(), minhs.hex()[:32], "", "0" * 32, theirs.handle.upper()]
    for handle in forged:
        with connection.begin(write=True) as db, pytest.raises(NotFound):
            access.end_one(db, act=team["linh"], handle=handle, this=linhs)
    assert len(own(connection, "minh", minhs)) == 1
