"""The log's keys sign what they sign, and each kind of host its own acts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import ConfigError
from portal.domain.log_signers import LogSigner, SignerKind, may_sign
from portal.store import audit
from portal.store.audit import AuditRow
from portal.store.engine import Connection
from portal.vault.signing import AuditKey, LogKeys, log_key
from tests.builders.audit_entries import tamper
from tests.builders.filing import NOW

DESK, WORKER = AuditKey(b"d" * 32, "desk-1"), AuditKey(b"w" * 32, "worker-1")
OLD = AuditKey(b"o" * 32, "desk-0")
SIGNERS = (
    LogSigner("desk-1", SignerKind.DESK, DESK.public),
    LogSigner("worker-1", SignerKind.WORKER, WORKER.public),
    LogSigner("desk-0", SignerKind.DESK, OLD.public, last=7),
)
KEYS = LogKeys(SIGNERS)
ENTRY = AuditRow(5, NOW, "linh", "case:taken", "report:x", "vn", bytes(32), b"", b"")


def signed(key: AuditKey, **more: object) -> bool:
    """Tell whether an entry counts that this key signs under its name."""
    entry = replace(ENTRY, **{"signer": key.name or None, **more})  # type: ignore[arg-type]
    return KEYS.verify(key.sign(entry.encoded()), entry.encoded())


def test_each_kind_signs_its_own_acts_alone() -> None:
    assert signed(DESK)
    assert signed(WORKER, action="filing:ok 0 00")
    assert not signed(WORKER), "whoever has the worker's host takes no case"
    for power in ("member:enrolled analyst", "grant:given triage@1", "member:stated"):
        assert signed(DESK, action=power)
        assert not signed(WORKER, action=power)
    assert not signed(DESK, action="filing:ok 0 00"), "nor does a desk's host note a filing"


def test_nobody_signs_under_another_name_or_a_name_that_is_none() -> None:
    assert not signed(WORKER, signer="desk-1")
    assert not signed(DESK, signer="worker-1", action="filing:ok 0 00")
    assert not signed(DESK, signer="desk-9")
    assert not signed(AuditKey(b"x" * 32, "desk-1"))


def test_a_key_that_was_revoked_signs_up_to_its_last_entry() -> None:
    assert signed(OLD, sequence=7)
    assert not signed(OLD, sequence=8)


def test_entries_of_before_name_nobody_and_are_the_desks() -> None:
    assert signed(DESK, signer=None)
    assert signed(DESK, signer=None, action="filing:ok 0 00")
    assert signed(OLD, signer=None)
    assert not signed(OLD, signer=None, sequence=8)
    assert not signed(WORKER, signer=None)


@given(st.binary(max_size=80), st.binary(max_size=64))
def test_junk_is_signed_by_nobody(entry: bytes, signature: bytes) -> None:
    row = replace(ENTRY, object=entry.hex(), signer="desk-1")
    assert not KEYS.verify(signature, row.encoded())


def test_the_hosts_key_has_the_name_that_the_manifest_gives_it() -> None:
    assert log_key(b"d" * 32, SIGNERS, kind=SignerKind.DESK).name == "desk-1"
    for seed, kind in ((b"d", SignerKind.WORKER), (b"o", SignerKind.DESK), (b"x", SignerKind.DESK)):
        with pytest.raises(ConfigError, match="portal log-signers"):
            log_key(seed * 32, SIGNERS, kind=kind)


def append(connection: Connection, key: AuditKey, action: str = "case:taken") -> None:
    with connection.begin(write=True) as db:
        audit.append(
            db,
            at=NOW,
            actor="linh",
            action=action,
            object="report:x",
            agency="vn",
            sign=key.sign,
            signer=key.name,
        )


def broken_at(connection: Connection) -> int | None:
    with connection.begin(write=False) as db:
        return audit.verify(db, verify=KEYS.verify).broken_at


def test_once_an_entry_names_its_signer_each_one_does(connection: Connection) -> None:
    """Else a key that may not sign an act signs it in the form that names nobody."""
    unnamed = AuditKey(b"d" * 32)
    append(connection, unnamed)
    append(connection, DESK)
    append(connection, WORKER, "filing:ok 0 00")
    assert broken_at(connection) is None
    append(connection, unnamed)
    assert broken_at(connection) == 4
    with connection.begin(write=False) as db:
        since = (3, audit.entries(db, agency=None)[1].hash)
        assert audit.verify(db, verify=KEYS.verify, since=since).broken_at == 4


def test_an_entry_that_a_kind_may_not_sign_breaks_the_log(connection: Connection) -> None:
    append(connection, DESK)
    append(connection, WORKER, "member:enrolled supervisor")
    assert broken_at(connection) == 2


@pytest.mark.parametrize("signer", ["NULL", "'worker-1'", "'desk-0'"])
def test_the_signers_name_can_not_be_written_over(connection: Connection, signer: str) -> None:
    append(connection, DESK)
    tamper(connection, f"UPDATE audit SET signer = {signer}")
    assert broken_at(connection) == 1


def test_every_act_is_somebodys() -> None:
    assert all(may_sign(kind, "case:released session_over") for kind in SignerKind)


def test_only_a_desk_says_what_a_member_is() -> None:
    for key, is_right in ((DESK, True), (WORKER, False)):
        assert signed(key, action="case:released", state=b"s" * 96) is is_right
