"""Two of three let a member in again, one never does; tried on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from os import urandom
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portal import access
from portal.access import LOST_PASSPHRASE, LOST_PHONE, Claim, RecoveryClaim, Role, TrustedLog, totp
from portal.domain.errors import KeyDiffers, OpenFailed, SignInRefused
from portal.domain.recovery_code import new_recovery_code
from portal.sealing.suite import public_from_seed
from portal.store import audit, factors, members, reports, sessions
from portal.vault import member as vault
from tests.builders import desk

NEW, PHONE = "five other small blue cups", b"n" * 20
LATER = desk.NOW + timedelta(minutes=10)
FOREIGN = new_recovery_code(bytes(17))


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def codes(name="linh"):
    return desk.enrolled(name, Role.ANALYST).recovery.codes


def claim(lost, **changes):
    told = {"recovery": codes()[0]}
    told |= {"passphrase": desk.PASSPHRASE} if lost == LOST_PHONE else {"code": desk.code("linh")}
    return RecoveryClaim(
        "linh", lost, **(told | {k: v for k, v in changes.items() if k != "member"})
    )


def prove(connection, lost, *, member="linh", **changes):
    asked = replace(claim(lost, **changes), member=member)
    return access.prove_recovery(connection, claim=asked, now=desk.NOW)


def recover(connection, lost, proof=None):
    proof = proof or prove(connection, lost)
    common = {"proof": proof, "now": desk.NOW, "log": TrustedLog(desk.AUDIT)}
    if lost == LOST_PHONE:
        step = totp.matching_step(PHONE, totp.code_at(PHONE, desk.NOW), desk.NOW)
        with connection.begin(write=True) as db:
            access.recover_phone(db, secret=PHONE, step=step, random=urandom, **common)
        return
    sealed = access.new_passphrase_set("linh", proof.seed, NEW, now=desk.NOW, random=urandom)
    with connection.begin(write=True) as db:
        access.recover_passphrase(db, passphrase=sealed, **common)


def sign_in(connection, *, passphrase=desk.PASSPHRASE, secret=None, now=LATER):
    code = totp.code_at(secret or desk.totp_secret("linh"), now)
    return access.sign_in(
        connection,
        claim=Claim("linh", passphrase, code),
        lifetime=timedelta(hours=10),
        now=now,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )


def newest(connection):
    with connection.begin(write=False) as db:
        (row,) = audit.entries(db, agency=None, limit=1)
    return row.action, row.object


def test_passphrase_and_code_set_up_another_phone(connection, linh):
    recover(connection, LOST_PHONE)
    assert newest(connection) == ("member:recovered phone", "member:linh")
    with pytest.raises(SignInRefused):
        sign_in(connection)
    assert sign_in(connection, secret=PHONE)


def test_phone_and_code_set_another_passphrase(connection, linh):
    recover(connection, LOST_PASSPHRASE)
    assert newest(connection) == ("member:recovered passphrase", "member:linh")
    with pytest.raises(SignInRefused):
        sign_in(connection)
    assert sign_in(connection, passphrase=NEW)


@pytest.mark.parametrize("lost", [LOST_PHONE, LOST_PASSPHRASE])
def test_a_code_is_used_up_and_the_others_stay(connection, linh, lost):
    again = prove(connection, lost)
    recover(connection, lost)
    with connection.begin(write=False) as db:
        assert access.codes_left(db, member="linh") == access.CODES - 1
    with pytest.raises(SignInRefused):
        prove(connection, lost)
    with pytest.raises(SignInRefused):
        recover(connection, lost, again)
    later = claim(LOST_PASSPHRASE, recovery=codes()[1], code=desk.code("linh", LATER))
    if lost == LOST_PASSPHRASE:
        assert access.prove_recovery(connection, claim=later, now=LATER)


@pytest.mark.parametrize("lost", [LOST_PHONE, LOST_PASSPHRASE])
def test_every_session_ends_and_what_was_held_is_free(connection, linh, lost):
    token = sign_in(connection, now=desk.NOW - timedelta(minutes=10))
    with connection.begin(write=True) as db:
        held = desk.file_report(db).id
        until = desk.NOW + timedelta(minutes=40)
        reports.assign(db, report_id=held, agency=desk.HOME, member="linh", lease_until=until)
    recover(connection, lost)
    with connection.begin(write=False) as db:
        assert (
            access.resume(
                db, token=token, idle=timedelta(hours=9), now=desk.NOW, log=TrustedLog(desk.AUDIT)
            )
            is None
        )
        assert not sessions.is_signed_in(db, member="linh", now=desk.NOW)
        assert reports.get(db, report_id=held).assigned_to is None


WRONG = [
    (LOST_PHONE, {"passphrase": "not the passphrase at all"}, True),
    (LOST_PHONE, {"recovery": FOREIGN}, False),
    (LOST_PHONE, {"member": "nobody"}, False),
    (LOST_PASSPHRASE, {"code": "000000"}, True),
    (LOST_PASSPHRASE, {"code": ""}, True),
    (LOST_PASSPHRASE, {"recovery": FOREIGN}, False),
    (LOST_PASSPHRASE, {"recovery": ""}, False),
    (LOST_PASSPHRASE, {"member": "nobody"}, False),
]


@pytest.mark.parametrize(("lost", "wrong", "is_half_right"), WRONG)
def test_one_of_three_lets_nobody_in(connection, linh, lost, wrong, is_half_right):
    with pytest.raises(SignInRefused) as refused:
        prove(connection, lost, **wrong)
    assert str(refused.value) == "sign_in"
    assert refused.value.is_code_wrong == is_half_right
    with connection.begin(write=False) as db:
        assert access.codes_left(db, member="linh") == access.CODES


def test_the_code_of_another_member_lets_nobody_in(connection, linh):
    with connection.begin(write=True) as db:
        desk.add_member(db, "minh", Role.ANALYST)
    for lost in (LOST_PHONE, LOST_PASSPHRASE):
        with pytest.raises(SignInRefused):
            prove(connection, lost, recovery=codes("minh")[0])


def test_a_set_that_somebody_turned_to_another_member_opens_nothing(connection, linh):
    """Whoever writes to the database gives linh's row the code, or the passphrase, of minh."""
    with connection.begin(write=True) as db:
        desk.add_member(db, "minh", Role.ANALYST)
        mine = desk.enrolled("minh", Role.ANALYST)
        factors.remove_all(db, member="linh")
        turned = [replace(row, id=urandom(16), member="linh") for row in mine.sets]
        factors.insert(db, rows=turned)
    for lost in (LOST_PHONE, LOST_PASSPHRASE):
        with pytest.raises(SignInRefused) as refused:
            prove(connection, lost, recovery=codes("minh")[0])
        assert not refused.value.is_code_wrong
    with connection.begin(write=False) as db, pytest.raises(OpenFailed):
        access.open_seed(db, member="linh", passphrase=desk.PASSPHRASE)


def test_a_set_is_of_no_use_as_another_kind(connection, linh):
    with connection.begin(write=True) as db:
        rows = factors.of_member(db, member="linh")
        factors.remove_all(db, member="linh")
        other = {"passphrase": "recovery", "recovery": "passphrase"}
        factors.insert(db, rows=[replace(row, kind=other[row.kind]) for row in rows])
    for lost in (LOST_PHONE, LOST_PASSPHRASE):
        with pytest.raises(SignInRefused) as refused:
            prove(connection, lost)
        assert not refused.value.is_code_wrong


def test_a_used_one_time_code_recovers_nothing(connection, linh):
    sign_in(connection, now=desk.NOW)
    with pytest.raises(SignInRefused):
        recover(connection, LOST_PASSPHRASE)
    with connection.begin(write=False) as db:
        assert access.codes_left(db, member="linh") == access.CODES, "the unit was rolled back"


def test_the_new_phones_proving_code_does_not_sign_in(connection, linh):
    recover(connection, LOST_PHONE)
    with pytest.raises(SignInRefused):
        sign_in(connection, secret=PHONE, now=desk.NOW)


def test_a_key_that_somebody_wrote_into_the_database_is_noticed(connection, linh):
    with connection.begin(write=True) as db:
        row = members.get(db, name="linh")
        members.replace(db, row=replace(row, public_key=public_from_seed(b"x" * 32)))
    for lost in (LOST_PHONE, LOST_PASSPHRASE):
        with pytest.raises(KeyDiffers):
            prove(connection, lost)


@pytest.mark.parametrize("status", ["removed", "invited"])
def test_who_is_no_member_any_more_recovers_nothing(connection, linh, status):
    proof = prove(connection, LOST_PHONE)
    with connection.begin(write=True) as db:
        row = replace(members.get(db, name="linh"), status=status)
        members.replace(db, row=row)
        desk.logged(db, row)
    with pytest.raises(SignInRefused):
        recover(connection, LOST_PHONE, proof)
    for lost in (LOST_PHONE, LOST_PASSPHRASE):
        with pytest.raises(SignInRefused):
            prove(connection, lost)


@pytest.mark.parametrize("lost", [LOST_PHONE, LOST_PASSPHRASE])
def test_every_wrong_thing_costs_the_same_work(connection, linh, lost, monkeypatch):
    """Work is counted, not timed."""
    work = []
    real = vault.unlock_with_code

    def derivation(**settings):
        work.append("argon2")
        return Argon2id(**settings)

    def opened(*given):
        work.append("a code opened")
        return real(*given)

    monkeypatch.setattr(vault, "Argon2id", derivation)
    monkeypatch.setattr(access.factors, "unlock_with_code", opened)
    compare = totp.hmac.compare_digest
    counted = SimpleNamespace(compare_digest=lambda *a: (work.append("compared"), compare(*a))[1])
    monkeypatch.setattr(totp, "hmac", counted)
    spent = []
    for kind, wrong, _ in WRONG:
        if kind == lost:
            with pytest.raises(SignInRefused):
                prove(connection, lost, **wrong)
            spent.append(tuple(work))
            work.clear()
    assert len(set(spent)) == 1
    assert spent[0].count("a code opened") == access.CODES
    assert spent[0].count("argon2") == (1 if lost == LOST_PHONE else 0)


def test_claims_and_codes_never_show_what_they_hold(connection, linh):
    assert codes()[0] not in repr(claim(LOST_PHONE))
    assert codes()[0] not in repr(desk.enrolled("linh", Role.ANALYST).recovery)
    assert repr(prove(connection, LOST_PHONE).seed) not in repr(prove(connection, LOST_PHONE))
