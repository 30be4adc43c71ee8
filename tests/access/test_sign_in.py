import base64
from dataclasses import replace
from datetime import timedelta
from hmac import compare_digest
from os import urandom
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portal import access
from portal.access import Claim, Role, TrustedLog, totp
from portal.domain.errors import KeyDiffers, SignInRefused
from portal.sealing.suite import public_from_seed
from portal.store import audit, members, sessions
from portal.vault import member
from tests.builders import desk

IDLE = timedelta(minutes=20)


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def sign_in(connection, *, member="linh", passphrase=desk.PASSPHRASE, code=None, now=desk.NOW):
    return access.sign_in(
        connection,
        claim=Claim(member, passphrase, code or desk.code("linh", now)),
        lifetime=timedelta(hours=10),
        now=now,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )


def resume(connection, token, now=desk.NOW):
    with connection.begin(write=False) as db:
        return access.resume(db, token=token, idle=IDLE, now=now, log=TrustedLog(desk.AUDIT))


def test_the_cookie_opens_the_members_own_seed(connection, linh):
    signed_in = resume(connection, sign_in(connection))
    assert signed_in.principal == linh.by
    assert signed_in.seed == desk.member_seed("linh", Role.ANALYST)


def test_nothing_in_the_database_opens_the_seed(connection, linh):
    token = sign_in(connection)
    signed_in = resume(connection, token)
    session_id = base64.urlsafe_b64decode(token)[:32]
    other = base64.urlsafe_b64encode(session_id + bytes(32)).decode()
    assert resume(connection, other) is None, "the id alone, with another key"
    with connection.begin(write=False) as db:
        row = sessions.find(db, id_hash=signed_in.id_hash, sequence=0).session
    assert signed_in.seed not in row.sealed_seed


@pytest.mark.parametrize(
    "wrong", [{"member": "nobody"}, {"passphrase": "wrong wrong wrong"}, {"code": "000000"}]
)
def test_every_wrong_thing_is_refused_in_one_way(connection, linh, wrong):
    with pytest.raises(SignInRefused) as refused:
        sign_in(connection, **wrong)
    assert str(refused.value) == "sign_in"


def test_a_stranger_costs_the_same_work(connection, linh, monkeypatch):
    """Work is counted, not timed: one derivation of the same size, and three codes to compare."""
    work = []

    def derivation(**settings):
        work.append((settings["memory_cost"], settings["iterations"], settings["lanes"]))
        return Argon2id(**settings)

    def compared(*both):
        work.append("a code")
        return compare_digest(*both)

    monkeypatch.setattr(member, "Argon2id", derivation)
    monkeypatch.setattr(totp, "hmac", SimpleNamespace(compare_digest=compared))
    spent = []
    for wrong in ({"member": "nobody"}, {"passphrase": "wrong wrong wrong"}, {"code": "000000"}):
        with pytest.raises(SignInRefused):
            sign_in(connection, **wrong)
        spent.append(tuple(work))
        work.clear()
    assert set(spent) == {((member.MEMORY_KIB, member.PASSES, 1), *["a code"] * 3)}


def test_a_used_code_is_never_taken_again(connection, linh):
    sign_in(connection)
    with pytest.raises(SignInRefused):
        sign_in(connection)
    later = desk.NOW + timedelta(seconds=30)
    assert sign_in(connection, now=later)


def test_an_older_code_is_not_taken_after_a_newer_one(connection, linh):
    sign_in(connection, now=desk.NOW + timedelta(seconds=30))
    with pytest.raises(SignInRefused):
        sign_in(connection, code=desk.code("linh", desk.NOW), now=desk.NOW)


def test_every_sign_in_has_a_session_of_its_own(connection, linh):
    first = sign_in(connection)
    second = sign_in(connection, now=desk.NOW + timedelta(minutes=1))
    assert first[:40] != second[:40]


def test_a_session_idles_away(connection, linh):
    token = sign_in(connection)
    assert resume(connection, token, desk.NOW + IDLE - timedelta(seconds=1))
    assert resume(connection, token, desk.NOW + IDLE) is None


def test_a_session_ends_however_busy_it_is(connection, linh):
    token = sign_in(connection)
    signed_in = resume(connection, token)
    end = desk.NOW + timedelta(hours=10)
    with connection.begin(write=True) as db:
        sessions.touch(db, id_hash=signed_in.id_hash, seen_at=end)
    assert resume(connection, token, end) is None


def test_signing_out_deletes_the_row(connection, linh):
    token = sign_in(connection)
    signed_in = resume(connection, token)
    with connection.begin(write=True) as db:
        access.sign_out(db, act=linh, id_hash=signed_in.id_hash)
    with connection.begin(write=False) as db:
        assert sessions.find(db, id_hash=signed_in.id_hash, sequence=0) is None
    assert resume(connection, token) is None


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 88, "=" * 88, "A" * 5000])
def test_a_cookie_that_is_none_is_nobody(connection, linh, token):
    assert resume(connection, token) is None


def test_the_log_tells_of_success_and_failure_but_not_what_was_typed(connection, linh):
    sign_in(connection)
    with pytest.raises(SignInRefused):
        sign_in(connection, member="my secret passphrase")
    with connection.begin(write=False) as db:
        newest = audit.entries(db, agency=None, limit=2)
    assert [(entry.action, entry.object) for entry in newest] == [
        ("session:refused", "member:unknown"),
        ("session:started", "member:linh"),
    ]


def test_a_key_that_somebody_wrote_into_the_database_is_noticed(connection, linh):
    with connection.begin(write=True) as db:
        row = members.get(db, name="linh")
        members.replace(db, row=replace(row, public_key=public_from_seed(b"x" * 32)))
    with pytest.raises(KeyDiffers):
        sign_in(connection)
    with connection.begin(write=False) as db:
        (newest,) = audit.entries(db, agency=None, limit=1)
        assert not sessions.is_signed_in(db, member="linh", now=desk.NOW)
    assert (newest.action, newest.object) == ("session:key_differs", "member:linh")
    with pytest.raises(KeyDiffers):
        sign_in(connection)  # the code is not used up: the log knows each change of the row


def test_an_invited_member_cannot_sign_in(connection, linh):
    with connection.begin(write=True) as db:
        row = members.get(db, name="linh")
        changed = replace(row, status="invited")
        members.replace(db, row=changed)
        desk.logged(db, changed)
    with pytest.raises(SignInRefused):
        sign_in(connection)


def test_a_session_of_a_member_who_is_no_longer_active_is_over(connection, linh):
    token = sign_in(connection)
    with connection.begin(write=True) as db:
        row = members.get(db, name="linh")
        changed = replace(row, status="removed")
        members.replace(db, row=changed)
        desk.logged(db, changed)
    assert resume(connection, token) is None


def test_claims_never_show_what_they_hold():
    assert repr(Claim("linh", "four quiet green lamps", "123456")) == "Claim()"
