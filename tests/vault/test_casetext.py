"""Notes and copies of replies open with the case, and only there."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from portal.domain.errors import OpenFailed
from portal.vault.opening import open_case_text, open_key, seal_case_text
from tests.builders.envelopes import SHRED_KEY, Case, keyring


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
