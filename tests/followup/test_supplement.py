"""More words from the reporter: sealed on their own, taken once, and given to the desk."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import Status
from portal.domain.errors import ReceiptError
from portal.domain.receipt import new_code
from portal.domain.report import MORE, Compartment
from portal.followup import supplement as supplement_module
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import supplement
from portal.intake.submit import Filed
from portal.mailbox.reporter import derive_keys
from portal.sealing.seal import PlainField
from portal.store import envelopes, queue, reports, shred
from portal.store.engine import Connection
from portal.vault.opening import open_fields, open_key
from tests.builders.coming_back import CODE, KEYS, LATER, add, come_back, meet_at
from tests.builders.filing import EVERYTHING, PEPPER, SALT, file, intake_of, row_of, shred_keys


def test_what_is_added_later_is_a_new_envelope_of_its_own(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    assert add(connection, "Họ lại nhắn tin.")
    with connection.begin(write=False) as db:
        first, second = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
        shred_key = shred.get(db, shred_id=second.envelope.shred_id)
    assert second.envelope.revision == 1
    assert first.envelope.shred_id != second.envelope.shred_id
    assert second.sealed_at == LATER.replace(second=0, microsecond=0)
    key = open_key(
        second.envelope, compartment=Compartment.TRIAGE, keyring=EVERYTHING, shred_key=shred_key
    )
    assert open_fields(second.envelope, key) == {MORE: "Họ lại nhắn tin."}
    assert come_back(connection).supplements == (second.sealed_at,)


def test_a_second_click_adds_nothing(connection: Connection) -> None:
    file(connection, code=CODE)
    assert add(connection, "Once.")
    assert not add(connection, "Once.")
    assert add(connection, "Twice.", once=b"another " * 2)
    assert shred_keys(connection) == 3
    assert len(come_back(connection).supplements) == 2


@pytest.mark.parametrize("status", list(Status))
def test_what_is_added_is_given_to_whoever_takes_the_next(
    connection: Connection, status: Status
) -> None:
    """Wherever the case stood: the child is told that we got it, so somebody must get it."""
    filed = file(connection, code=CODE)
    move(connection, filed, status)
    add(connection, "They are back.")
    more = {"member": "linh", "now": LATER, "lease_until": LATER + timedelta(hours=1)}
    with connection.begin(write=True) as db:
        taken = queue.take_next(db, agency=filed.agency, **more)  # type: ignore[arg-type]
    assert taken is not None
    assert taken.id == filed.report_id


RESTING = (Status.WAITING, Status.REFERRED, Status.PAUSED, Status.CLOSED)


@pytest.mark.parametrize("status", RESTING)
def test_what_is_added_to_a_case_that_rests_starts_its_clock_anew(
    connection: Connection, status: Status
) -> None:
    filed = file(connection, code=CODE)
    move(connection, filed, status)
    add(connection, "They are back.")
    row = row_of(connection, filed)
    assert row.status is Status.NEW
    assert row.due_at > LATER
    assert row.priority is filed.assessment.priority


@pytest.mark.parametrize("status", [Status.NEW, Status.IN_REVIEW])
def test_what_is_added_to_a_case_in_hand_moves_nothing(
    connection: Connection, status: Status
) -> None:
    filed = file(connection, code=CODE)
    move(connection, filed, status)
    before = row_of(connection, filed)
    add(connection, "They are back.")
    assert row_of(connection, filed) == replace(before, has_unread=True)


def move(connection: Connection, filed: Filed, to: Status) -> None:
    with connection.begin(write=True) as db:
        assert reports.set_status(db, report_id=filed.report_id, expected=Status.NEW, to=to)


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001])
def test_nothing_and_too_much_are_refused(sqlite_connection: Connection, text: str) -> None:
    file(sqlite_connection, code=CODE)
    with pytest.raises(ValueError, match="supplement"):
        add(sqlite_connection, text)
    assert shred_keys(sqlite_connection) == 1


def test_who_has_no_code_can_add_nothing(connection: Connection) -> None:
    file(connection, code=CODE)
    strangers = derive_keys(new_code(os.urandom(16)), salt=SALT, pepper=PEPPER)
    with pytest.raises(ReceiptError):
        supplement(
            intake=intake_of(connection), keys=strangers, text="Hi", once=b"1" * 16, now=LATER
        )
    with pytest.raises(ReceiptError):
        ask_deletion(intake=intake_of(connection), keys=strangers, now=LATER)


def test_other_words_from_the_same_page_are_never_lost(connection: Connection) -> None:
    """Going back and writing anew sends the same page's number again."""
    file(connection, code=CODE)
    assert add(connection, "First words.")
    assert add(connection, "Other words.")
    assert len(come_back(connection).supplements) == 2


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3), st.text(), st.text())
def test_only_the_very_same_words_are_taken_for_a_second_click(
    told: list[tuple[str, str]], name: str, text: str
) -> None:
    plain = [PlainField(one, Compartment.TRIAGE, other) for one, other in told]
    same = supplement_module.shred_id_of(KEYS, b"o" * 16, plain)
    assert same == supplement_module.shred_id_of(KEYS, b"o" * 16, list(plain))
    more = [*plain, PlainField(name, Compartment.TRIAGE, text)]
    assert same != supplement_module.shred_id_of(KEYS, b"o" * 16, more)
    assert same != supplement_module.shred_id_of(KEYS, b"p" * 16, plain)


@pytest.mark.parametrize(("other", "kept"), [("He wrote.", 1), ("He wrote again.", 2)])
def test_two_additions_at_once_are_both_taken(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch, other: str, kept: int
) -> None:
    """A button that is pressed twice sends two requests, where no script holds the second back."""
    file(postgresql_connection, code=CODE)
    both = (partial(add, postgresql_connection, text) for text in ("He wrote.", other))
    added = meet_at(monkeypatch, postgresql_connection, supplement_module, "store_sealed", *both)
    assert sorted(one.result() for one in added) == [kept == 2, True]
    assert len(come_back(postgresql_connection).supplements) == kept
