"""A ciphertext, a wrapped key or a grant opens where it was sealed, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.domain.envelope import Envelope, Grant, Sealed, SealedField
from portal.domain.errors import OpenFailed
from portal.domain.report import Compartment
from portal.vault.opening import open_fields, open_key
from tests.builders.envelopes import AGENCIES, EVERYTHING, PLAIN, SHRED_KEY, Case, keyring

HERE = Case()
SEALED = HERE.seal()


def open_all(envelope: Envelope, shred_key: bytes | None = SHRED_KEY) -> dict[str, str]:
    """Open every compartment with every key there is."""
    texts: dict[str, str] = {}
    for compartment in Compartment:
        key = open_key(envelope, compartment=compartment, keyring=EVERYTHING, shred_key=shred_key)
        texts.update(open_fields(envelope, key))
    return texts


def refused(envelope: Envelope, shred_key: bytes | None = SHRED_KEY) -> None:
    with pytest.raises(OpenFailed) as caught:
        open_all(envelope, shred_key)
    assert str(caught.value) == "open"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def with_field(
    envelope: Envelope, place: int, change: Callable[[SealedField], SealedField]
) -> Envelope:
    fields = list(envelope.fields)
    fields[place] = change(fields[place])
    return replace(envelope, fields=tuple(fields))


def test_what_was_sealed_opens() -> None:
    assert open_all(SEALED) == {item.field: item.text for item in PLAIN}


@pytest.mark.parametrize("compartment", list(Compartment))
def test_a_key_opens_its_own_compartment_only(compartment: Compartment) -> None:
    mine = keyring(compartment)
    key = open_key(SEALED, compartment=compartment, keyring=mine, shred_key=SHRED_KEY)
    wanted = {item.field for item in PLAIN if item.compartment == compartment}
    assert set(open_fields(SEALED, key)) == wanted
    for other in set(Compartment) - {compartment}:
        with pytest.raises(OpenFailed):
            open_key(SEALED, compartment=other, keyring=mine, shred_key=SHRED_KEY)


def test_another_agency_opens_nothing() -> None:
    for compartment in Compartment:
        with pytest.raises(OpenFailed):
            open_key(
                SEALED,
                compartment=compartment,
                keyring=keyring(*Compartment, agency=AGENCIES[1]),
                shred_key=SHRED_KEY,
            )


PAIRS = [(a, b) for a in range(len(PLAIN)) for b in range(len(PLAIN)) if a != b]


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("part", ["both", "wrapped_dek", "ciphertext"])
def test_nothing_moves_to_another_field(source: int, target: int, part: str) -> None:
    moved = SEALED.fields[source].sealed

    def change(item: SealedField) -> SealedField:
        if part == "both":
            return replace(item, sealed=moved)
        return replace(item, sealed=replace(item.sealed, **{part: getattr(moved, part)}))

    refused(with_field(SEALED, target, change))


@pytest.mark.parametrize("name", ["story2", ""])
def test_a_field_does_not_change_its_name(name: str) -> None:
    refused(with_field(SEALED, 1, lambda item: replace(item, field=name)))


@pytest.mark.parametrize("compartment", ["indicators", "identity"])
def test_a_field_does_not_change_its_compartment(compartment: str) -> None:
    refused(with_field(SEALED, 1, lambda item: replace(item, compartment=compartment)))


OTHERS = [
    Case(report_id=b"another report 1"),
    Case(agency=AGENCIES[1]),
    Case(revision=1),
    Case(shred_key=b"s" * 32),
    Case(),
]


@pytest.mark.parametrize("other", OTHERS, ids=["report", "agency", "revision", "shred", "twin"])
def test_nothing_moves_between_envelopes(other: Case) -> None:
    """Not one field, nor its two halves, nor a grant, nor all grants, nor all fields."""
    elsewhere = other.seal()
    for place in range(len(PLAIN)):
        taken = elsewhere.fields[place]
        refused(with_field(SEALED, place, lambda _, taken=taken: taken))
        for part in ("wrapped_dek", "ciphertext"):
            half = {part: getattr(taken.sealed, part)}
            refused(
                with_field(
                    SEALED,
                    place,
                    lambda item, half=half: replace(item, sealed=replace(item.sealed, **half)),
                )
            )
    refused(replace(SEALED, grants=elsewhere.grants))
    refused(replace(SEALED, fields=elsewhere.fields))


@pytest.mark.parametrize(
    "change",
    [
        {"report_id": b"another report 1"},
        {"agency": AGENCIES[1]},
        {"revision": 1},
        {"format": 1},
        {"format": 3},
    ],
)
def test_an_envelope_does_not_change_its_place(change: dict[str, object]) -> None:
    refused(replace(SEALED, **change))  # type: ignore[arg-type]


def test_grants_do_not_change_compartments() -> None:
    order = [grant.sealed for grant in SEALED.grants]
    turned = order[2:] + order[:2]
    grants = tuple(replace(g, sealed=s) for g, s in zip(SEALED.grants, turned, strict=True))
    refused(replace(SEALED, grants=grants))


@pytest.mark.parametrize("shred_key", [None, b"", b"x" * 32, SHRED_KEY[:31]])
def test_without_the_shred_key_nothing_opens(shred_key: bytes | None) -> None:
    refused(SEALED, shred_key)


def flip(value: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(len(value) * 8)
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flip_grant(grant: Grant, chance: random.Random) -> Grant:
    part = chance.choice(("sealed", "key_id"))
    return replace(grant, **{part: flip(getattr(grant, part), chance)})


@pytest.mark.parametrize("seed", range(200))
def test_one_wrong_bit_anywhere_opens_nothing(seed: int) -> None:
    chance = random.Random(seed)
    if chance.random() < 0.4:
        # Recovery's grants are not needed for opening: only the agency's own are damaged here.
        mine = [n for n, grant in enumerate(SEALED.grants) if grant.recipient == AGENCIES[0]]
        place = chance.choice(mine)
        grants = list(SEALED.grants)
        grants[place] = flip_grant(grants[place], chance)
        refused(replace(SEALED, grants=tuple(grants)))
        return
    part = chance.choice(("wrapped_dek", "ciphertext"))

    def change(item: SealedField) -> SealedField:
        damaged = flip(getattr(item.sealed, part), chance)
        return replace(item, sealed=replace(item.sealed, **{part: damaged}))

    refused(with_field(SEALED, chance.randrange(len(PLAIN)), change))


def test_every_field_is_written_and_hides_its_length() -> None:
    assert [item.field for item in SEALED.fields] == [item.field for item in PLAIN]
    sizes = {len(item.sealed.ciphertext) for item in SEALED.fields}
    assert sizes == {32 + 64 + 16}


def test_nothing_readable_and_nothing_twice() -> None:
    again = HERE.seal()
    for one, two in zip(SEALED.fields, again.fields, strict=True):
        assert isinstance(one.sealed, Sealed)
        assert one.sealed != two.sealed
    everything = b"".join(item.sealed.ciphertext for item in SEALED.fields)
    assert "sợ".encode() not in everything


def test_the_recovery_key_opens_every_compartment() -> None:
    from portal.vault.keyring import recovery_keyring
    from tests.builders.envelopes import KEYS

    ring = recovery_keyring({"recovery": KEYS.recovery})
    for compartment in Compartment:
        key = open_key(SEALED, compartment=compartment, keyring=ring, shred_key=SHRED_KEY)
        assert open_fields(SEALED, key)
