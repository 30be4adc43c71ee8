"""What opens with the case, in its place only; whatever was cut short fails in one opaque way."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from portal.domain.envelope import Envelope
from portal.domain.errors import OpenFailed
from portal.domain.report import Compartment
from portal.sealing.envelope import grant_info
from portal.sealing.suite import seal_to
from portal.vault.opening import open_case_text, open_fields, open_key, seal_case_text
from tests.builders.envelopes import EVERYTHING, MANIFEST, SHRED_KEY, Case, keyring

ENVELOPE = Case().seal()
ENCAPSULATED = 1120


def open_triage(envelope: Envelope) -> None:
    key = open_key(
        envelope, compartment=Compartment.TRIAGE, keyring=EVERYTHING, shred_key=SHRED_KEY
    )
    open_fields(envelope, key)


def refused(envelope: Envelope) -> None:
    with pytest.raises(OpenFailed) as caught:
        open_triage(envelope)
    assert caught.value.args == ("open",)


def with_grants(change: slice, fill: bytes = b"") -> Envelope:
    cut = tuple(replace(grant, sealed=grant.sealed[change] + fill) for grant in ENVELOPE.grants)
    return replace(ENVELOPE, grants=cut)


@pytest.mark.parametrize("revision", [-1, 1 << 64])
def test_a_revision_that_no_number_of_ours_can_be(revision: int) -> None:
    refused(replace(ENVELOPE, revision=revision))


@pytest.mark.parametrize("part", ["wrapped_dek", "ciphertext"])
@pytest.mark.parametrize("length", [0, 1, 12, 15, 16, 31, 32, 33, 47])
def test_a_field_that_was_cut(part: str, length: int) -> None:
    first = ENVELOPE.fields[0]
    sealed = replace(first.sealed, **{part: getattr(first.sealed, part)[:length]})
    refused(replace(ENVELOPE, fields=(replace(first, sealed=sealed), *ENVELOPE.fields[1:])))


@pytest.mark.parametrize("length", [0, 1, 1088, ENCAPSULATED, ENCAPSULATED + 15, 1136])
def test_a_grant_that_was_cut(length: int) -> None:
    refused(with_grants(slice(length)))


def test_a_grant_with_more_behind_it() -> None:
    refused(with_grants(slice(None), b"\0"))


def test_a_grant_whose_curve_point_is_zero() -> None:
    zero = tuple(
        replace(grant, sealed=grant.sealed[:1088] + bytes(32) + grant.sealed[ENCAPSULATED:])
        for grant in ENVELOPE.grants
    )
    refused(replace(ENVELOPE, grants=zero))


def test_no_grant_at_all() -> None:
    refused(replace(ENVELOPE, grants=()))


def test_a_secret_that_somebody_else_sealed_leads_to_no_field() -> None:
    """Everybody can seal to a public key; what they seal is not the key to anything."""
    forged = []
    for grant in ENVELOPE.grants:
        (public,) = {
            key.public for key in (*MANIFEST.keys, MANIFEST.recovery) if key.key_id == grant.key_id
        }
        info = grant_info(
            report_id=ENVELOPE.report_id,
            agency=ENVELOPE.agency,
            compartment=grant.compartment,
            key_id=grant.key_id,
        )
        forged.append(replace(grant, sealed=seal_to(public, b"f" * 32, info=info)))
    refused(replace(ENVELOPE, grants=tuple(forged)))


def test_a_private_key_is_expanded_once() -> None:
    key = ENVELOPE.grants[0].key_id
    assert EVERYTHING.private(key) is EVERYTHING.private(key)


def case_key(case: Case | None = None):
    envelope = (case or Case()).seal()
    shred_key = (case or Case()).shred_key
    return open_key(envelope, compartment="triage", keyring=keyring("triage"), shred_key=shred_key)


def test_a_note_opens_in_its_place_only() -> None:
    key = case_key()
    sealed = seal_case_text(key, kind="note", text_id=b"n" * 16, text="gọi lại", random=os.urandom)
    assert open_case_text(key, kind="note", text_id=b"n" * 16, sealed=sealed) == "gọi lại"
    for kind, text_id in (("reply", b"n" * 16), ("note", b"m" * 16)):
        with pytest.raises(OpenFailed):
            open_case_text(key, kind=kind, text_id=text_id, sealed=sealed)
    for other in (replace(key, report_id=b"x" * 16), replace(key, revision=1), case_key()):
        with pytest.raises(OpenFailed):
            open_case_text(other, kind="note", text_id=b"n" * 16, sealed=sealed)


def test_the_shred_key_is_needed_for_notes_too() -> None:
    envelope, ring = Case().seal(), keyring("triage")
    right = open_key(envelope, compartment="triage", keyring=ring, shred_key=SHRED_KEY)
    sealed = seal_case_text(right, kind="note", text_id=b"n" * 16, text="x", random=os.urandom)
    wrong = open_key(envelope, compartment="triage", keyring=ring, shred_key=b"z" * 32)
    with pytest.raises(OpenFailed):
        open_case_text(wrong, kind="note", text_id=b"n" * 16, sealed=sealed)
    with pytest.raises(OpenFailed):
        open_key(envelope, compartment="triage", keyring=ring, shred_key=None)
