from portal.access import OPENING, PERMISSIONS, Permission, Role, compartments_of, is_allowed, roles
from portal.domain.report import Compartment


def test_every_permission_is_in_the_table():
    assert set(PERMISSIONS) == set(Permission)


def test_every_compartment_has_its_permission():
    assert set(OPENING) == set(Compartment)


def test_administrators_and_auditors_are_granted_nothing():
    assert compartments_of(Role.ADMINISTRATOR) == ()
    assert compartments_of(Role.AUDITOR) == ()


def test_identity_is_the_custodians_alone():
    assert [role for role in Role if Compartment.IDENTITY in compartments_of(role)] == [
        Role.CUSTODIAN
    ]


def test_what_the_table_does_not_say_is_no(monkeypatch):
    monkeypatch.setattr(roles, "PERMISSIONS", {})
    assert not any(is_allowed(role, may) for role in Role for may in Permission)
