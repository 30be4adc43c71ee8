"""Somebody who writes to the database gains no power by it: each test does what they would do."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import access, triage
from portal.access import Act, Claim, MembershipError, Role, SignedIn, TrustedLog, trusted_log
from portal.access.membership import fingerprint
from portal.domain.canon import canon
from portal.domain.errors import KeyDiffers, LogBroken, PowerChanged
from portal.domain.log_signers import LogSigner, SignerKind
from portal.domain.report import Compartment
from portal.store import audit, audit_marks, authority, members, reports, sessions
from portal.store.audit import AuditRow
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.engine import Connection
from portal.store.sessions import SessionRow
from portal.store.tables import AuditEntry
from portal.vault.member import seal_session
from portal.vault.signing import AuditKey, LogKeys
from tests.builders import desk
from tests.builders.audit_entries import tamper, write

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


def own_session(connection: Connection, member: str, seed: bytes) -> str:
    """Put a session into the database for a cookie of one's own making."""
    session_id, cookie_key = b"i" * 32, b"k" * 32
    id_hash = hashlib.sha256(session_id).digest()
    end = desk.NOW + HOUR
    named = canon("session", id_hash, *(str(int(one.timestamp())) for one in (desk.NOW, end)))
    sealed = seal_session(seed, cookie_key, member=member, session=named, random=os.urandom)
    with connection.begin(write=True) as db:
        row = SessionRow(id_hash, member, sealed, desk.NOW, desk.NOW, end)
        sessions.insert(db, row=row)
    return base64.urlsafe_b64encode(session_id + cookie_key).decode("ascii")


def test_a_session_of_ones_own_making_is_nobodys(connection: Connection, log: TrustedLog) -> None:
    """Its seal opens with the cookie; but what is in it is not the member's own seed."""
    token = own_session(connection, "hoa", b"x" * 32)
    assert resume(connection, token, log) is None
    attack(
        connection, "UPDATE sessions SET sealed_seed = (SELECT hash FROM audit WHERE sequence = 1)"
    )
    assert resume(connection, token, log) is None


def test_the_session_of_another_or_a_longer_one_is_nobodys(
    connection: Connection, log: TrustedLog
) -> None:
    token = sign_in(connection, log)
    for change, back in (
        ("member = 'hoa'", "member = 'linh'"),
        ("expires_at = expires_at + 9000", "expires_at = expires_at - 9000"),
        ("created_at = created_at - 1", "created_at = created_at + 1"),
    ):
        attack(connection, f"UPDATE sessions SET {change}")
        assert resume(connection, token, log) is None
        attack(connection, f"UPDATE sessions SET {back}")
    assert resume(connection, token, log)


def test_no_trigger_makes_an_act_sign_more_than_it_did(
    connection: Connection, log: TrustedLog
) -> None:
    """The database changes more than it was told: the log says what the act meant."""
    if connection.reports.dialect.name == "sqlite":
        attack(
            connection,
            "CREATE TRIGGER more AFTER UPDATE OF totp_last_step ON members BEGIN"
            " UPDATE members SET role = 'supervisor' WHERE name = new.name; END",
        )
    else:
        attack(
            connection,
            "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.role = 'supervisor'; RETURN NEW; END $$",
            "CREATE TRIGGER more BEFORE UPDATE OF totp_last_step ON members"
            " FOR EACH ROW EXECUTE FUNCTION more()",
        )
    try:
        token = sign_in(connection, log)
        with pytest.raises(PowerChanged):
            resume(connection, token, log)
    finally:
        if connection.reports.dialect.name != "sqlite":  # that database serves other tests, too
            attack(connection, "DROP TRIGGER more ON members", "DROP FUNCTION more()")


def test_an_act_signs_nothing_of_what_it_did_not_change(
    connection: Connection, people: dict[str, Act], log: TrustedLog
) -> None:
    """As where somebody changes the grants while a sign-in waits for the log."""
    linh = people["linh"]
    with connection.begin(write=True) as db:
        row = members.get(db, name="linh")
        assert row
        db.reports.execute(text("UPDATE role_grants SET granted_by = 'hoa'"))
        linh.record_member(db, "session:started", "linh", changed=(), row=row)
    with connection.begin(write=False) as db, pytest.raises(PowerChanged):
        log.grants(db, member="linh")


def forge(
    connection: Connection, key: AuditKey, *, sequence: int, member: str, action: str
) -> None:
    """Write an entry about a member's rows as they stand, signed with a key that one has."""
    with connection.begin(write=False) as db:
        state = authority.state(db, member=member)
    blank = AuditRow(
        sequence, desk.NOW, "operator", action, f"member:{member}", desk.HOME, bytes(32), b"", b""
    )
    row = replace(blank, state=state, signer=key.name)
    with connection.begin(write=True) as db:
        values = {name: getattr(row, name) for name in AuditRow.__slots__}
        values |= {"hash": hashlib.sha256(row.encoded()).digest()}
        values |= {"signature": key.sign(row.encoded())}
        db.reports.add(AuditEntry(**values))


WORKER, OLD = AuditKey(b"w" * 32, "worker-1"), AuditKey(b"o" * 32, "desk-0")
SIGNERS = (
    *desk.LOG_SIGNERS,
    LogSigner("worker-1", SignerKind.WORKER, WORKER.public),
    LogSigner("desk-0", SignerKind.DESK, OLD.public, last=2),
)


@pytest.mark.parametrize("action", ["case:released", "filing:ok 0 00", "member:enrolled"])
def test_a_workers_key_makes_nobody_a_supervisor(connection: Connection, action: str) -> None:
    log = TrustedLog(desk.AUDIT, keys=LogKeys(SIGNERS))
    attack(connection, "UPDATE members SET role = 'supervisor' WHERE name = 'linh'")
    last = count(connection)
    forge(connection, WORKER, sequence=last + 1, member="linh", action=action)
    with connection.begin(write=False) as db, pytest.raises(PowerChanged):
        log.require_as_logged(db, member="linh")


@pytest.mark.parametrize("key", [OLD, WORKER, desk.AUDIT], ids=lambda key: key.name)
@pytest.mark.parametrize("sequence", [0, -7])
def test_nothing_counts_that_stands_before_the_first_entry(
    connection: Connection, key: AuditKey, sequence: int
) -> None:
    log = TrustedLog(desk.AUDIT, keys=LogKeys(SIGNERS))
    columns = "role, agency, status, public_key, sealed_totp, totp_last_step, created_at"
    attack(
        connection,
        f"INSERT INTO members (name, {columns}) SELECT 'mallory', {columns} FROM members"
        " WHERE name = 'hoa'",
    )
    if sequence == 0:
        forge(connection, key, sequence=sequence, member="mallory", action="member:enrolled")
    else:
        forge(connection, key, sequence=0, member="mallory", action="member:enrolled")
        tamper(connection, f"UPDATE audit SET sequence = {sequence} WHERE sequence = 0")
    with connection.begin(write=False) as db:
        with pytest.raises(PowerChanged):
            log.require_as_logged(db, member="mallory")
        assert not audit.verify(db, verify=log.verify).ok
        with pytest.raises(LogBroken):
            log.require_whole(db)


def test_what_a_process_has_seen_of_a_member_is_not_taken_back(
    connection: Connection, log: TrustedLog
) -> None:
    """The last entry is cut and the row put back, before anybody noted a head: within one process
    the code stays used and the member stays out.
    """
    before = count(connection)
    with connection.reports.connect() as plain:
        step = plain.scalar(text("SELECT totp_last_step FROM members WHERE name = 'linh'"))
    token = sign_in(connection, log)
    assert resume(connection, token, log)
    tamper(connection, f"DELETE FROM audit WHERE sequence > {before}")
    attack(connection, f"UPDATE members SET totp_last_step = {step} WHERE name = 'linh'")
    with pytest.raises(LogBroken):
        resume(connection, token, log)
    with pytest.raises(LogBroken):
        sign_in(connection, log)


def test_a_long_log_is_verified_where_it_holds_nobody_up(
    connection: Connection, log: TrustedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusted_log, "WINDOW", 3)
    write(connection, 10)
    log.catch_up(connection)
    assert log.seen[0] == count(connection)
