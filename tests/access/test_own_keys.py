"""What members change of their own keys, after passphrase and code once more; on both engines."""

from __future__ import annotations

from datetime import timedelta
from os import urandom

import pytest

from portal import access
from portal.access import Claim, MembershipError, Role, TrustedLog, totp
from portal.domain.errors import NotFound, ProofRefused, SignInRefused
from portal.store import audit, factors
from tests.builders import desk

NEW, PHONE = "five other small blue cups", b"n" * 20
LATER = desk.NOW + timedelta(minutes=10)
BEFORE = desk.NOW - timedelta(minutes=10)
IDLE = timedelta(hours=9)


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def prove(connection, member="linh", **changes):
    told = {"passphrase": desk.PASSPHRASE, "code": desk.code(member)} | changes
    return access.prove_again(connection, member=member, now=desk.NOW, **told)


def sign_in(connection, now, *, passphrase=desk.PASSPHRASE, secret=None):
    code = totp.code_at(secret or desk.totp_secret("linh"), now)
    return access.sign_in(
        connection,
        claim=Claim("linh", passphrase, code),
        lifetime=timedelta(hours=10),
        now=now,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )


def resume(connection, token):
    with connection.begin(write=False) as db:
        return access.resume(db, token=token, idle=IDLE, now=desk.NOW, log=TrustedLog(desk.AUDIT))


def change_passphrase(connection, act, session, proof=None):
    proof = proof or prove(connection)
    sealed = access.passphrase_of(proof, NEW, now=desk.NOW, random=urandom)
    with connection.begin(write=True) as db:
        access.change_passphrase(db, act=act, proof=proof, passphrase=sealed, session=session)


def change_phone(connection, act):
    proof = prove(connection)
    step = access.require_phone(PHONE, totp.code_at(PHONE, desk.NOW), desk.NOW)
    with connection.begin(write=True) as db:
        access.change_phone(db, act=act, proof=proof, secret=PHONE, step=step, random=urandom)


def renew(connection, act):
    proof = prove(connection)
    with connection.begin(write=True) as db:
        return access.renew_codes(db, act=act, proof=proof, random=urandom)


def newest(connection):
    with connection.begin(write=False) as db:
        (row,) = audit.entries(db, agency=None, limit=1)
    return row.action, row.object


def test_a_new_passphrase_ends_every_other_session(connection, linh):
    mine, other = (sign_in(connection, BEFORE + timedelta(minutes=minutes)) for minutes in (0, 5))
    change_passphrase(connection, linh, resume(connection, mine).id_hash)
    assert newest(connection) == ("member:passphrase_changed", "member:linh")
    assert resume(connection, mine).seed == desk.member_seed("linh", Role.ANALYST)
    assert resume(connection, other) is None
    with pytest.raises(SignInRefused):
        sign_in(connection, LATER)
    assert sign_in(connection, LATER, passphrase=NEW)
    with connection.begin(write=False) as db:
        kinds = [row.kind for row in factors.of_member(db, member="linh")]
    assert kinds.count("passphrase") == 1
    assert kinds.count("recovery") == access.CODES, "codes stay good"


def test_another_phone_shows_the_codes(connection, linh):
    change_phone(connection, linh)
    assert newest(connection) == ("member:phone_changed", "member:linh")
    with pytest.raises(SignInRefused):
        sign_in(connection, LATER)
    assert sign_in(connection, LATER, secret=PHONE)


def test_new_codes_end_the_old_ones(connection, linh):
    made = renew(connection, linh)
    assert newest(connection) == ("member:codes_made", "member:linh")
    assert len(set(made)) == access.CODES
    old = desk.enrolled("linh", Role.ANALYST).recovery.codes[0]
    for code, is_good in ((old, False), (made[0], True)):
        claim = access.RecoveryClaim("linh", "phone", code, passphrase=desk.PASSPHRASE)
        if is_good:
            assert access.prove_recovery(connection, claim=claim, now=LATER)
        else:
            with pytest.raises(SignInRefused):
                access.prove_recovery(connection, claim=claim, now=LATER)
    with connection.begin(write=False) as db:
        assert access.codes_left(db, member="linh") == access.CODES


@pytest.mark.parametrize(
    ("wrong", "is_code_wrong"),
    [
        ({"passphrase": "not the passphrase"}, False),
        ({"code": "000000"}, True),
        ({"code": ""}, True),
    ],
)
def test_both_things_are_asked_again(connection, linh, wrong, is_code_wrong):
    with pytest.raises(ProofRefused) as refused:
        prove(connection, **wrong)
    assert refused.value.is_code_wrong == is_code_wrong


def test_a_code_changes_one_thing(connection, linh):
    proof = prove(connection)
    with connection.begin(write=True) as db:
        access.renew_codes(db, act=linh, proof=proof, random=urandom)
    with pytest.raises(ProofRefused):
        change_passphrase(connection, linh, b"", proof)
    with connection.begin(write=True) as db, pytest.raises(ProofRefused):
        access.renew_codes(db, act=linh, proof=proof, random=urandom)


def test_nobody_changes_the_keys_of_another(connection, linh):
    with connection.begin(write=True) as db:
        minh = desk.add_member(db, "minh", Role.ANALYST)
    with pytest.raises(NotFound):
        renew(connection, minh)


@pytest.mark.parametrize(
    ("passphrase", "again", "problem"),
    [
        (NEW, NEW + " ", r"passphrase\.different"),
        ("short", "short", r"passphrase\.too_short"),
    ],
)
def test_a_new_passphrase_keeps_the_rules(passphrase, again, problem):
    with pytest.raises(MembershipError, match=problem):
        access.require_good(passphrase, again, member="linh")


def test_a_new_phone_has_to_show_its_code():
    with pytest.raises(MembershipError, match=r"code\.new_phone"):
        access.require_phone(PHONE, "000000", desk.NOW)
