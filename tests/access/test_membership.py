from datetime import timedelta
from os import urandom

import pytest

from portal import access
from portal.access import Claim, Enrolment, MembershipError, Role, TrustedLog, totp
from portal.domain.errors import Conflict, NotFound, PermissionRefused, SignInRefused
from portal.store import audit, factors, members
from tests.builders import desk

SECRET = b"s" * 20


@pytest.fixture
def boss(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "boss", Role.ADMINISTRATOR)


def invite(connection, boss, name="minh", role=Role.ANALYST):
    with connection.begin(write=True) as db:
        return access.invite(db, act=boss, name=name, role=role, random=urandom)


def accept(connection, invitation, *, passphrase=desk.PASSPHRASE, code=None, now=desk.NOW):
    enrolment = Enrolment(invitation, passphrase, SECRET, code or totp.code_at(SECRET, now))
    enrolled = access.prepare_enrolment(connection, enrolment=enrolment, now=now, random=urandom)
    with connection.begin(write=True) as db:
        access.accept_invitation(
            db, invitation=invitation, enrolled=enrolled, now=now, log=TrustedLog(desk.AUDIT)
        )
    return enrolled.row.name


def test_an_invited_member_enrols_and_signs_in(connection, boss):
    name = accept(connection, invite(connection, boss))
    later = desk.NOW + timedelta(minutes=1)
    claim = Claim(name, desk.PASSPHRASE, totp.code_at(SECRET, later))
    assert access.sign_in(
        connection,
        claim=claim,
        lifetime=timedelta(hours=1),
        now=later,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )


def test_the_code_that_proved_the_phone_does_not_sign_in(connection, boss):
    name = accept(connection, invite(connection, boss))
    claim = Claim(name, desk.PASSPHRASE, totp.code_at(SECRET, desk.NOW))
    with pytest.raises(SignInRefused):
        access.sign_in(
            connection,
            claim=claim,
            lifetime=timedelta(hours=1),
            now=desk.NOW,
            random=urandom,
            log=TrustedLog(desk.AUDIT),
        )


def test_the_store_keeps_only_a_hash_of_the_invitation(connection, boss):
    invitation = invite(connection, boss)
    token = invitation.rpartition(".")[2]
    with connection.begin(write=False) as db:
        row = members.get(db, name="minh")
    assert token.encode() not in row.invite_hash
    assert len(row.invite_hash) == 32


def test_an_invitation_works_once(connection, boss):
    invitation = invite(connection, boss)
    accept(connection, invitation)
    with pytest.raises(MembershipError, match="invitation"):
        accept(connection, invitation)


def test_an_invitation_runs_out(connection, boss):
    invitation = invite(connection, boss)
    with pytest.raises(MembershipError, match="invitation"):
        accept(connection, invitation, now=desk.NOW + timedelta(days=3))


def test_a_second_invitation_replaces_the_first(connection, boss):
    first, second = invite(connection, boss), invite(connection, boss)
    with pytest.raises(MembershipError, match="invitation"):
        accept(connection, first)
    assert accept(connection, second) == "minh"


@pytest.mark.parametrize("invitation", ["", "minh", "minh.", "minh.wrong", ".", "boss.x"])
def test_a_guess_is_no_invitation(connection, boss, invitation):
    invite(connection, boss)
    with pytest.raises(MembershipError, match="invitation"):
        accept(connection, invitation)


def test_a_weak_passphrase_and_a_wrong_code_leave_the_invitation_open(connection, boss):
    invitation = invite(connection, boss)
    with pytest.raises(MembershipError, match=r"passphrase\.too_short"):
        accept(connection, invitation, passphrase="short")
    with pytest.raises(MembershipError, match="code"):
        accept(connection, invitation, code="000000")
    assert accept(connection, invitation) == "minh"


@pytest.mark.parametrize(
    "name", ["", "A", "Minh", "minh nguyen", "x", "-minh", "m" * 40, "unknown/x"]
)
def test_a_name_is_short_and_plain(connection, boss, name):
    with pytest.raises(MembershipError, match="name"):
        invite(connection, boss, name=name)


def test_a_member_who_is_there_is_not_invited_again(connection, boss):
    with pytest.raises(Conflict):
        invite(connection, boss, name="boss")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_invite_and_remove(connection, boss, role):
    with connection.begin(write=True) as db:
        with pytest.raises(PermissionRefused):
            access.invite(
                db, act=desk.act("x", role), name="minh", role=Role.ANALYST, random=urandom
            )
        with pytest.raises(PermissionRefused):
            access.remove(db, act=desk.act("x", role), name="boss")


def test_removing_takes_grants_sessions_and_keys(connection, boss):
    with connection.begin(write=True) as db:
        desk.add_member(db, "linh", Role.ANALYST)
    token = access.sign_in(
        connection,
        claim=Claim("linh", desk.PASSPHRASE, desk.code("linh")),
        lifetime=timedelta(hours=1),
        now=desk.NOW,
        random=urandom,
        log=TrustedLog(desk.AUDIT),
    )
    with connection.begin(write=True) as db:
        access.remove(db, act=boss, name="linh")
    with connection.begin(write=False) as db:
        row = members.get(db, name="linh")
        assert members.grants(db, member="linh") == []
        more = {"idle": timedelta(hours=1), "now": desk.NOW, "log": TrustedLog(desk.AUDIT)}
        assert access.resume(db, token=token, **more) is None
        assert factors.of_member(db, member="linh") == []
        assert audit.about(db, object="member:linh")[-1].action == (
            "member:removed indicators@1 triage@1"
        )
    assert (row.status, row.public_key, row.sealed_totp) == ("removed", None, None)


def test_nobody_removes_themselves_or_another_agencys_member(connection, boss):
    with connection.begin(write=True) as db:
        desk.add_member(db, "far", Role.ANALYST, desk.ABROAD)
        with pytest.raises(Conflict):
            access.remove(db, act=boss, name="boss")
        with pytest.raises(NotFound):
            access.remove(db, act=boss, name="far")
