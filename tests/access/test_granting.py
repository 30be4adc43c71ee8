from dataclasses import replace

import pytest

from portal import access
from portal.access import MembershipError, Role, TrustedLog
from portal.domain.errors import NotFound, OpenFailed, PermissionRefused
from portal.domain.report import Compartment
from portal.sealing.suite import public_from_seed
from portal.store import audit, members
from tests.builders import desk


@pytest.fixture
def chief(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "chief", Role.SUPERVISOR)


def add(connection, name, role, agency=desk.HOME):
    with connection.begin(write=True) as db:
        return desk.add_member(db, name, role, agency, granted=False)


def read_out(member, role=Role.ANALYST, agency=desk.HOME):
    """What the colleague reads out from their own page: of their own key, whatever is stored."""
    return access.own_fingerprint(desk.member_seed(member, role, agency))


def give(connection, giver, member, compartment, keys=None, fingerprint=None):
    with connection.begin(write=True) as db:
        access.grant(
            db,
            act=giver,
            keys=keys or desk.keys_of(db, giver),
            member=member,
            compartment=compartment,
            fingerprint=read_out(member) if fingerprint is None else fingerprint,
        )


def test_who_holds_a_compartment_gives_its_keys(connection, chief):
    linh = add(connection, "linh", Role.ANALYST)
    give(connection, chief, "linh", Compartment.TRIAGE)
    with connection.begin(write=False) as db:
        keys = desk.keys_of(db, linh)
        given = audit.about(db, object="member:linh")[-1]
    assert keys.holds(desk.HOME, "triage")
    assert not keys.holds(desk.HOME, "indicators")
    assert (given.actor, given.action) == ("chief", "grant:given triage@1")


def test_who_does_not_hold_it_cannot_give_it(connection, chief):
    add(connection, "lan", Role.CUSTODIAN)
    with pytest.raises(PermissionRefused, match=r"grant\.not_held"):
        give(connection, chief, "lan", Compartment.IDENTITY)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.ANALYST])
def test_others_cannot_give_even_with_the_keys_in_hand(connection, chief, role):
    giver = add(connection, "giver", role)
    add(connection, "linh", Role.ANALYST)
    with connection.begin(write=False) as db:
        keys = desk.keys_of(db, chief)
    with pytest.raises(PermissionRefused):
        give(connection, giver, "linh", Compartment.TRIAGE, keys)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.CUSTODIAN])
def test_nobody_is_given_what_their_role_may_not_hold(connection, chief, role):
    add(connection, "other", role)
    with pytest.raises(PermissionRefused, match=r"grant\.role"):
        give(connection, chief, "other", Compartment.TRIAGE)


def test_another_agencys_member_is_not_found(connection, chief):
    add(connection, "far", Role.ANALYST, desk.ABROAD)
    with pytest.raises(NotFound):
        give(connection, chief, "far", Compartment.TRIAGE)


def test_a_grant_opens_only_for_the_member_it_was_made_for(connection, chief):
    add(connection, "linh", Role.ANALYST)
    give(connection, chief, "linh", Compartment.TRIAGE)
    seed = desk.member_seed("chief", Role.SUPERVISOR)
    with connection.begin(write=False) as db, pytest.raises(OpenFailed):
        access.keyring(db, member="linh", seed=seed, log=TrustedLog(desk.AUDIT))


def test_withdrawing_takes_the_rows(connection, chief):
    add(connection, "linh", Role.ANALYST)
    give(connection, chief, "linh", Compartment.TRIAGE)
    with connection.begin(write=True) as db:
        access.withdraw(db, act=chief, member="linh", compartment=Compartment.TRIAGE)
    with connection.begin(write=False) as db:
        assert members.grants(db, member="linh") == []


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", r"^grant\.no_fingerprint$"),
        ("a" * 19, r"^grant\.no_fingerprint$"),
        ("a" * 21, r"^grant\.no_fingerprint$"),
        ("z" * 21, r"^grant\.no_fingerprint$"),
        ("0123 4567 89ab cdef 0123", r"^grant\.fingerprint$"),
        ("é" * 20, r"^grant\.fingerprint$"),
    ],
)
def test_what_was_not_read_out_grants_nothing(connection, chief, typed, problem):
    add(connection, "linh", Role.ANALYST)
    with pytest.raises(MembershipError, match=problem):
        give(connection, chief, "linh", Compartment.TRIAGE, fingerprint=typed)
    with connection.begin(write=False) as db:
        assert members.grants(db, member="linh") == []


def test_a_fingerprint_may_be_typed_in_any_way(connection, chief):
    add(connection, "linh", Role.ANALYST)
    told = read_out("linh")
    for typed in (told.upper(), told.replace(" ", ""), f" {told.replace(' ', '-')} "):
        give(connection, chief, "linh", Compartment.TRIAGE, fingerprint=typed)


def test_a_key_that_somebody_wrote_into_the_database_is_given_nothing(connection, chief):
    add(connection, "linh", Role.ANALYST)
    theirs = public_from_seed(b"x" * 32)
    with connection.begin(write=True) as db:
        members.replace(db, row=replace(members.get(db, name="linh"), public_key=theirs))
    with pytest.raises(MembershipError, match=r"^grant\.fingerprint$"):
        give(connection, chief, "linh", Compartment.TRIAGE)
    with connection.begin(write=False) as db:
        assert members.grants(db, member="linh") == []


def test_nobody_is_given_keys_before_they_enrolled(connection, chief):
    admin = desk.act("admin", Role.ADMINISTRATOR)
    with connection.begin(write=True) as db:
        access.invite(db, act=admin, name="new.one", role=Role.ANALYST, random=bytes)
    with pytest.raises(PermissionRefused, match=r"grant\.not_enrolled"):
        give(connection, chief, "new.one", Compartment.TRIAGE)
