"""A member's seed opens with the passphrase, for this member, and in no other way."""

from __future__ import annotations

import os

import pytest

from portal.domain.errors import OpenFailed
from portal.sealing.suite import public_from_seed
from portal.vault import member as vault
from portal.vault.keyring import Keyring, RoleSeed, open_keyring, seal_role_seed

NAME, PASSPHRASE = "linh", "bốn từ rất dài"
SEED = b"m" * 32
KEY = vault.seal_with_passphrase(SEED, PASSPHRASE, member=NAME, random=os.urandom)
PUBLIC = public_from_seed(SEED)
CODE = "0123456789ABCDEFGHJKMNPQRSTV"
BY_CODE = vault.seal_with_code(SEED, CODE, member=NAME, random=os.urandom)
ROLE = RoleSeed("vn-hotline", "triage", 1, b"r" * 32)


def test_the_settings_are_the_documented_ones() -> None:
    assert (vault.MEMORY_KIB, vault.PASSES) == (65536, 3)


def test_the_passphrase_opens_the_seed_however_it_was_typed() -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    assert vault.unlock(NAME, decomposed, KEY) == SEED


@pytest.mark.parametrize(("name", "passphrase"), [(NAME, "another one here"), ("minh", PASSPHRASE)])
def test_nothing_else_does(name: str, passphrase: str) -> None:
    with pytest.raises(OpenFailed):
        vault.unlock(name, passphrase, KEY)


def test_a_recovery_code_opens_the_seed_of_its_member_alone() -> None:
    assert vault.unlock_with_code(NAME, CODE, BY_CODE) == SEED
    for name, code in (("minh", CODE), (NAME, CODE[::-1])):
        with pytest.raises(OpenFailed):
            vault.unlock_with_code(name, code, BY_CODE)


def test_a_factor_set_opens_as_no_other_kind() -> None:
    with pytest.raises(OpenFailed):
        vault.unlock(NAME, CODE, BY_CODE)
    same = vault.seal_with_passphrase(SEED, CODE, member=NAME, random=os.urandom)
    with pytest.raises(OpenFailed):
        vault.unlock_with_code(NAME, CODE, same)


def test_each_set_is_sealed_under_a_salt_of_its_own() -> None:
    again = vault.seal_with_code(SEED, CODE, member=NAME, random=os.urandom)
    assert again.salt != BY_CODE.salt
    with pytest.raises(OpenFailed):
        vault.unlock_with_code(NAME, CODE, vault.FactorSet(again.salt, BY_CODE.sealed_seed))


def test_a_stranger_costs_the_same_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    class Watched:
        def __init__(self, **settings: int) -> None:
            seen.append((settings["memory_cost"], settings["iterations"]))

        def derive(self, _: bytes) -> bytes:
            return bytes(32)

    monkeypatch.setattr(vault, "Argon2id", Watched)
    vault.waste_unlock(PASSPHRASE)
    with pytest.raises(OpenFailed):
        vault.unlock(NAME, PASSPHRASE, KEY)
    assert seen[0] == seen[1]


def test_a_session_opens_with_its_cookie_only() -> None:
    mine = {"member": NAME, "session": b"this one"}
    sealed = vault.seal_session(SEED, b"c" * 32, **mine, random=os.urandom)
    assert vault.open_session(sealed, b"c" * 32, **mine) == SEED
    with pytest.raises(OpenFailed):
        vault.open_session(sealed, b"d" * 32, **mine)
    for other in ({"member": "minh"}, {"session": b"another"}):
        with pytest.raises(OpenFailed):
            vault.open_session(sealed, b"c" * 32, **{**mine, **other})


def test_the_totp_secret_opens_with_the_seed_only() -> None:
    sealed = vault.seal_totp(SEED, b"secret", member=NAME, random=os.urandom)
    assert vault.open_totp(SEED, sealed, member=NAME) == b"secret"
    with pytest.raises(OpenFailed):
        vault.open_totp(b"x" * 32, sealed, member=NAME)


def test_a_grant_opens_for_its_member_compartment_and_epoch() -> None:
    from dataclasses import replace

    grant = seal_role_seed(ROLE, member=NAME, to_public=PUBLIC)
    ring = open_keyring(SEED, member=NAME, grants=[grant])
    assert ring.seeds("vn-hotline", "triage") == (ROLE,)
    assert not ring.holds("vn-hotline", "identity")
    assert not ring.holds("sea-desk", "triage")
    for other in (
        replace(grant, compartment="identity"),
        replace(grant, agency="sea-desk"),
        replace(grant, epoch=2),
    ):
        with pytest.raises(OpenFailed):
            open_keyring(SEED, member=NAME, grants=[other])
    with pytest.raises(OpenFailed):
        open_keyring(SEED, member="minh", grants=[grant])
    with pytest.raises(OpenFailed):
        open_keyring(b"x" * 32, member=NAME, grants=[grant])


def test_secrets_do_not_show_in_a_repr() -> None:
    assert BY_CODE.sealed_seed.hex()[:8] not in repr(BY_CODE)
    for thing in (KEY, ROLE, Keyring([ROLE])):
        assert "rrrr" not in repr(thing)
        assert KEY.sealed_seed.hex()[:8] not in repr(thing)
