"""Somebody who writes to the database gains no power by it: each test does what they would do."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import access, triage
from portal.access import Act, Claim, MembershipError, Role, SignedIn, TrustedLog
from portal.access.membership import fingerprint
from portal.domain.errors import KeyDiffers, LogBroken, PowerChanged
from portal.domain.report import Compartment
from portal.store import audit, audit_marks, members, reports
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.engine import Connection
from tests.builders import desk
from tests.builders.audit_entries import tamper

HOUR = timedelta(hours=1)
LATER = desk.NOW + timedelta(minutes=5)


@pytest.fixture
def boss(connection: Connection) -> Act:
    with connection.begin(write=True) as db:
        return desk.add_member(db, "boss", Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def people(connection: Connection) -> dict[str, Act]:
    with connection.begin(write=True) as db:
        return {
            name: desk.add_member(db, name, role, granted=name != "tam")
            for name, role in (
                ("linh", Role.ANALYST),
                ("hoa", Role.SUPERVISOR),
                ("quang", Role.CUSTODIAN),
                ("tam", Role.CUSTODIAN),
            )
        }


@pytest.fixture
def log() -> TrustedLog:
    """What one process holds."""
    return TrustedLog(desk.AUDIT)


def attack(connection: Connection, *statements: str) -> None:
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        for statement in statements:
            plain.execute(text(statement))


def sign_in(connection: Connection, log: TrustedLog, member: str = "linh", at=desk.NOW) -> str:
    return access.sign_in(
        connection,
        claim=Claim(member, desk.PASSPHRASE, desk.code(member, at)),
        lifetime=HOUR,
        now=at,
        random=os.urandom,
        log=log,
    )


def resume(connection: Connection, token: str, log: TrustedLog) -> SignedIn | None:
    with connection.begin(write=False) as db:
        return access.resume(db, token=token, idle=HOUR, now=desk.NOW, log=log)


def give_identity(connection: Connection, by: Act, member: str) -> None:
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, by)
        row = members.get(db, name=member)
        assert row
        read_out = fingerprint(access.key_of(row))
        what = {"member": member, "compartment": Compartment.IDENTITY, "fingerprint": read_out}
        access.grant(db, act=by, keys=keys, **what)  # type: ignore[arg-type]


def count(connection: Connection) -> int:
    with connection.begin(write=False) as db:
        return audit.head(db)[0]


def test_nobody_becomes_a_supervisor_by_a_row(connection: Connection, log: TrustedLog) -> None:
    token = sign_in(connection, log)
    attack(connection, "UPDATE members SET role = 'supervisor' WHERE name = 'linh'")
    with pytest.raises(PowerChanged):
        resume(connection, token, log)
    before = count(connection)
    with pytest.raises(PowerChanged):
        sign_in(connection, log, at=LATER)
    assert count(connection) == before, "no entry makes the change good"
    attack(connection, "UPDATE members SET role = 'analyst' WHERE name = 'linh'")
    assert resume(connection, token, log)


def test_a_row_of_ones_own_making_signs_nobody_in(connection: Connection, log: TrustedLog) -> None:
    """Whole, with a key and a passphrase that the attacker knows: hoa's, under another name."""
    columns = "role, agency, status, public_key, sealed_totp, totp_last_step"
    attack(
        connection,
        f"INSERT INTO members (name, {columns}, created_at)"
        f" SELECT 'mallory', {columns}, created_at FROM members WHERE name = 'hoa'",
        "UPDATE members SET totp_last_step = 0",
    )
    with connection.begin(write=False) as db, pytest.raises(PowerChanged):
        log.require_as_logged(db, member="mallory")
    other = "public_key = (SELECT public_key FROM members WHERE name = 'linh')"
    attack(connection, f"UPDATE members SET {other} WHERE name = 'hoa'")
    with pytest.raises(KeyDiffers):
        sign_in(connection, log, "hoa")


def test_a_code_that_was_used_is_not_made_new(connection: Connection, log: TrustedLog) -> None:
    sign_in(connection, log)
    attack(connection, "UPDATE members SET totp_last_step = 0 WHERE name = 'linh'")
    with pytest.raises(PowerChanged):
        sign_in(connection, log)


def test_no_key_is_sealed_to_a_key_that_somebody_put_there(
    connection: Connection, people: dict[str, Act]
) -> None:
    swap = "UPDATE members SET public_key = (SELECT public_key FROM members WHERE name = 'linh')"
    attack(connection, f"{swap} WHERE name = 'tam'")
    quang = people["quang"]
    with pytest.raises(PowerChanged):
        give_identity(connection, quang, "tam")


def test_grants_that_somebody_added_or_took_open_nothing(
    connection: Connection, people: dict[str, Act]
) -> None:
    for change in (
        "DELETE FROM role_grants WHERE member = 'linh' AND compartment = 'triage'",
        "UPDATE role_grants SET granted_by = 'hoa' WHERE member = 'hoa'",
    ):
        attack(connection, change)
    for name in ("linh", "hoa"):
        with connection.begin(write=False) as db, pytest.raises(PowerChanged):
            desk.keys_of(db, people[name])


def test_no_act_makes_good_what_somebody_changed_before(
    connection: Connection, people: dict[str, Act]
) -> None:
    attack(connection, "UPDATE members SET role = 'custodian' WHERE name = 'linh'")
    quang = people["quang"]
    before = count(connection)
    withdrawing = {"member": "linh", "compartment": Compartment.TRIAGE}
    with connection.begin(write=True) as db, pytest.raises(PowerChanged):
        access.withdraw(db, act=quang, **withdrawing)  # type: ignore[arg-type]
    with pytest.raises(PowerChanged):
        give_identity(connection, quang, "linh")
    assert count(connection) == before


def test_a_member_whose_rows_were_changed_can_be_removed(
    connection: Connection, boss: Act, log: TrustedLog
) -> None:
    attack(connection, "UPDATE members SET role = 'supervisor' WHERE name = 'linh'")
    with connection.begin(write=True) as db:
        access.remove(db, act=boss, name="linh")
        log.require_as_logged(db, member="linh")
    attack(connection, "UPDATE members SET status = 'active' WHERE name = 'linh'")
    with connection.begin(write=False) as db, pytest.raises(PowerChanged):
        log.require_as_logged(db, member="linh")


def test_an_invitation_that_somebody_wrote_enrols_nobody(
    connection: Connection, boss: Act, log: TrustedLog
) -> None:
    """The attacker invites themselves as a supervisor, or takes over an invitation."""
    with connection.begin(write=True) as db:
        theirs = access.invite(db, act=boss, name="mine", role=Role.ANALYST, random=os.urandom)
    changes = (
        "UPDATE members SET role = 'supervisor' WHERE name = 'mine'",
        "UPDATE members SET name = 'other', role = 'analyst' WHERE name = 'mine'",
    )
    for change, name in zip(changes, ("mine", "other"), strict=True):
        attack(connection, change)
        invitation = theirs.replace("mine.", f"{name}.", 1)
        enrolment = access.Enrolment(
            invitation, "bốn từ thật là dài", b"s" * 20, access.totp.code_at(b"s" * 20, desk.NOW)
        )
        row = access.prepare_enrolment(
            connection, enrolment=enrolment, now=desk.NOW, random=os.urandom
        )
        with connection.begin(write=True) as db, pytest.raises((PowerChanged, MembershipError)):
            access.accept_invitation(db, invitation=invitation, enrolled=row, now=desk.NOW, log=log)


def test_a_name_whose_row_is_gone_is_given_to_nobody(connection: Connection, boss: Act) -> None:
    attack(
        connection,
        "DELETE FROM factor_sets WHERE member = 'tam'",
        "DELETE FROM members WHERE name = 'tam'",
    )
    with connection.begin(write=True) as db, pytest.raises(PowerChanged):
        access.invite(db, act=boss, name="tam", role=Role.CUSTODIAN, random=os.urandom)


def put_back_after_removal(connection: Connection, boss: Act) -> int:
    """Remove linh; then put the rows and the log back as they were before."""
    more = ("role_grants", "factor_sets")
    with connection.reports.connect() as plain:
        member = dict(
            plain.execute(text("SELECT * FROM members WHERE name = 'linh'")).one()._mapping
        )
        rows = [
            (table, dict(one._mapping))
            for table in more
            for one in plain.execute(text(f"SELECT * FROM {table} WHERE member = 'linh'"))
        ]
    before = count(connection)
    with connection.begin(write=True) as db:
        access.remove(db, act=boss, name="linh")
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        wanted = ", ".join(f"{name} = :{name}" for name in member)
        plain.execute(text(f"UPDATE members SET {wanted} WHERE name = 'linh'"), member)
        for table, row in rows:
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            plain.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
    return before


def test_a_removed_member_does_not_come_back_with_an_older_log(
    connection: Connection, boss: Act, log: TrustedLog
) -> None:
    token = sign_in(connection, log, "hoa")
    before = put_back_after_removal(connection, boss)
    with connection.begin(write=False) as db:
        log.require_whole(db)
        noted = audit.head(db)
    with pytest.raises(PowerChanged):
        sign_in(connection, log)
    tamper(connection, f"DELETE FROM audit WHERE sequence > {before}")
    with pytest.raises(LogBroken):
        sign_in(connection, log)
    with pytest.raises(LogBroken):
        resume(connection, token, log)
    with pytest.raises(LogBroken):
        sign_in(connection, TrustedLog(desk.AUDIT, noted=noted), at=LATER)


@pytest.fixture
def filed(connection: Connection) -> desk.Filed:
    with connection.begin(write=True) as db:
        found = desk.file_report(db, number=1)
        reports.ask_deletion(db, report_id=found.id, at=desk.NOW)
        return found


BREAKS = {
    "a changed entry": "UPDATE audit SET actor = 'tam' WHERE sequence = 2",
    "an entry taken out": "DELETE FROM audit WHERE sequence = 3",
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_nobody_signs_in_grants_or_deletes_on_a_broken_log(
    connection: Connection, people: dict[str, Act], filed: desk.Filed, change: str
) -> None:
    tamper(connection, change)
    with pytest.raises(LogBroken):
        sign_in(connection, TrustedLog(desk.AUDIT))
    quang, hoa = people["quang"], people["hoa"]
    with pytest.raises(LogBroken):
        give_identity(connection, quang, "tam")
    with connection.begin(write=True) as db, pytest.raises(LogBroken):
        triage.delete(db, act=hoa, report_id=filed.id, filings=1)
    with connection.begin(write=False) as db:
        assert reports.get(db, report_id=filed.id)


def test_where_the_worker_found_the_log_broken_nobody_signs_in(
    connection: Connection, log: TrustedLog
) -> None:
    with connection.begin(write=True) as db:
        mark = Mark((2, bytes(32)), desk.NOW)
        audit_marks.put(db, name=BROKEN, mark=mark, sign=desk.AUDIT.sign)
    with pytest.raises(LogBroken):
        sign_in(connection, log)


def test_what_the_worker_verified_is_not_verified_again(
    connection: Connection, people: dict[str, Act]
) -> None:
    seen: list[bytes] = []

    class Counting(TrustedLog):
        def verify(self, signature: bytes, entry: bytes) -> bool:
            seen.append(entry)
            return super().verify(signature, entry)

    log = Counting(desk.AUDIT)
    with connection.begin(write=True) as db:
        mark = Mark(audit.head(db), desk.NOW)
        audit_marks.put(db, name=VERIFIED, mark=mark, sign=desk.AUDIT.sign)
    with connection.begin(write=False) as db:
        log.require_whole(db)
        assert len(seen) == 1, "the mark alone"
    with connection.begin(write=True) as db:
        people["hoa"].record(db, "case:taken", "report:x")
    with connection.begin(write=False) as db:
        log.require_whole(db)
        assert len(seen) == 3, "the mark, and what came since"
