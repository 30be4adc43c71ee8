"""Coming back with the code: status, replies, more words, and the wish to be forgotten."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import returning as way_back
from portal.domain.case import Status
from portal.domain.errors import OpenFailed, PermissionRefused, ReceiptError
from portal.domain.receipt import format_code, new_code
from portal.domain.report import MORE, Compartment
from portal.intake import Filed
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.returning import (
    Returning,
    SafeContact,
    ask_deletion,
    change_contact,
    delete_at_once,
    return_with,
    supplement,
)
from portal.sealing.message import cover, seal_reply
from portal.sealing.seal import PlainField
from portal.store import Connection, envelopes, messages, queue, receipts, reports, shred
from portal.vault.opening import open_fields, open_key
from tests.builders import backup
from tests.builders.filing import (
    EVERYTHING,
    MINUTE,
    NOW,
    PEPPER,
    SALT,
    file,
    intake_of,
    row_of,
    shred_keys,
)

CODE = new_code(b"a child wrote it")
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
LATER = NOW + timedelta(days=2)


def come_back(connection: Connection, code: str = CODE, at: datetime = LATER) -> Returning:
    return return_with(intake=intake_of(connection), code=code, now=at)


def answer(connection: Connection, filed: Filed, text: str, number: int = 1) -> None:
    message_id = number.to_bytes(16, "big")
    sealed = seal_reply(
        public=KEYS.public, report_id=filed.report_id, message_id=message_id, text=text
    )
    sent_at = NOW + timedelta(hours=number)
    with connection.begin(write=True) as db:
        messages.insert(
            db, id=message_id, report_id=filed.report_id, sealed=sealed, sent_at=sent_at
        )


def add(connection: Connection, text: str, once: bytes = b"once" * 4) -> bool:
    return supplement(intake=intake_of(connection), keys=KEYS, text=text, once=once, now=LATER)


def test_the_code_shows_where_the_report_stands(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    found = come_back(connection)
    assert found.report_id == filed.report_id
    assert (found.status, found.received_at) == (Status.NEW, MINUTE)
    assert found.replies == ()
    assert found.supplements == ()


def test_the_replies_can_be_read_in_order(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    answer(connection, filed, "Cảm ơn em đã nói với chúng tôi.", 1)
    answer(connection, filed, "You did the right thing.", 2)
    assert [reply.text for reply in come_back(connection).replies] == [
        "Cảm ơn em đã nói với chúng tôi.",
        "You did the right thing.",
    ]


@pytest.mark.parametrize("lost", ["shredded", "broken", "somebody else's"])
def test_a_reply_that_does_not_open_keeps_its_place(connection: Connection, lost: str) -> None:
    """One sentence that is lost must not close the way back to a child."""
    filed = file(connection, code=CODE)
    answer(connection, filed, "Thank you.", 1)
    lose(connection, filed, lost)
    add(connection, "They are back.")
    answer(connection, filed, "We read it.", 72)
    thread = come_back(connection).thread
    assert [(one.kind, one.text, one.is_lost) for one in thread] == [
        ("sent", None, False),
        ("reply", "Thank you.", False),
        ("reply", None, True),
        ("added", None, False),
        ("reply", "We read it.", False),
    ]
    assert thread[2].at == MINUTE + timedelta(hours=2)


def lose(connection: Connection, filed: Filed, how: str) -> None:
    """Store a second reply that opens to nobody."""
    message_id = (2).to_bytes(16, "big")
    about = {"report_id": filed.report_id, "message_id": message_id}
    theirs = derive_keys(new_code(b"another child's!"), salt=SALT, pepper=PEPPER)
    keys = theirs if how == "somebody else's" else KEYS
    sealed = seal_reply(public=keys.public, text="Lost.", **about)
    stored = {
        "shredded": cover(sealed, shred_key=os.urandom(32), **about),
        "broken": sealed[:-1],
        "somebody else's": sealed,
    }
    shred_id = os.urandom(16) if how == "shredded" else None
    with connection.begin(write=True) as db:
        messages.insert(
            db,
            id=message_id,
            report_id=filed.report_id,
            sealed=stored[how],
            sent_at=MINUTE + timedelta(hours=2),
            shred_id=shred_id,
        )


def test_where_every_reply_is_lost_the_look_costs_what_an_unknown_code_does(
    sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = file(sqlite_connection, code=CODE)
    lose(sqlite_connection, filed, "shredded")
    work: list[str] = []
    monkeypatch.setattr(way_back, "dummy_open", lambda _: work.append("open"))
    assert [one.is_lost for one in come_back(sqlite_connection).replies] == [True]
    assert work == ["open"]


def test_no_reply_shows_in_a_repr(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    answer(connection, filed, "You did the right thing.")
    assert "right thing" not in repr(come_back(connection))


ARABIC = CODE.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


@pytest.mark.parametrize("typed", [format_code(CODE), f" {CODE}\n", ARABIC])
def test_the_code_may_be_typed_in_many_ways(sqlite_connection: Connection, typed: str) -> None:
    file(sqlite_connection, code=CODE)
    assert come_back(sqlite_connection, typed).received_at == MINUTE


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "receipt.length"),
        (CODE[:-1], "receipt.length"),
        (CODE[:-1] + str((int(CODE[-1]) + 1) % 10), "receipt.check"),
        (new_code(b"another child's!"), "receipt.unknown"),
    ],
)
def test_a_wrong_code_says_only_what_is_wrong_with_it(
    sqlite_connection: Connection, typed: str, why: str
) -> None:
    file(sqlite_connection, code=CODE)
    with pytest.raises(ReceiptError) as refused:
        come_back(sqlite_connection, typed)
    assert refused.value.code == why
    assert not typed or typed not in repr(refused.value)


def test_an_unknown_code_costs_one_derivation_and_one_opening(
    sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []

    def derive(digits: str, *, salt: bytes, pepper: bytes) -> ReporterKeys:
        work.append("derive")
        return derive_keys(digits, salt=salt, pepper=pepper)

    monkeypatch.setattr(way_back, "derive_keys", derive)
    monkeypatch.setattr(way_back, "dummy_open", lambda _: work.append("open"))
    file(sqlite_connection, code=CODE)
    work.clear()
    come_back(sqlite_connection)
    known = work[:]
    work.clear()
    with pytest.raises(ReceiptError):
        come_back(sqlite_connection, new_code(b"another child's!"))
    assert work == known == ["derive", "open"]


def test_an_expired_code_is_unknown(connection: Connection) -> None:
    file(connection, code=CODE)
    with pytest.raises(ReceiptError, match="unknown"):
        come_back(connection, at=NOW + timedelta(days=100))


def test_only_the_day_of_coming_back_is_kept(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    come_back(connection)
    with connection.begin(write=False) as db:
        found = receipts.for_report(db, report_id=filed.report_id)
    assert found is not None
    assert found.last_used_on == LATER.replace(hour=0, minute=0, second=0, microsecond=0)


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
    assert row_of(connection, filed) == before


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


def test_the_first_wish_to_be_forgotten_is_noted(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    assert ask_deletion(intake=intake_of(connection), keys=KEYS, now=LATER)
    again = LATER + timedelta(days=1)
    assert not ask_deletion(intake=intake_of(connection), keys=KEYS, now=again)
    asked = row_of(connection, filed).deletion_asked_at
    assert asked == come_back(connection).deletion_asked_at
    assert asked == LATER.replace(second=0, microsecond=0)


@given(st.text(max_size=40))
def test_whatever_is_typed_never_comes_back_in_an_error(typed: str) -> None:
    with pytest.raises(ReceiptError) as refused:
        return_with(intake=None, code=f"<{typed}>", now=NOW)  # type: ignore[arg-type]
    assert str(refused.value) in ("receipt.length", "receipt.check")


def test_everything_stands_in_one_order_by_time(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    answer(connection, filed, "We read it.", 72)
    answer(connection, filed, "Thank you.", 1)
    add(connection, "They are back.")
    change_contact(
        intake=intake_of(connection),
        keys=KEYS,
        contact=SafeContact("Zalo 0900 111 222"),
        once=b"once" * 4,
        now=LATER + timedelta(hours=1),
    )
    assert [(one.kind, one.text) for one in come_back(connection).thread] == [
        ("sent", None),
        ("reply", "Thank you."),
        ("added", None),
        ("contact", None),
        ("reply", "We read it."),
    ]


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
    same = way_back._shred_id(KEYS, b"o" * 16, plain)
    assert same == way_back._shred_id(KEYS, b"o" * 16, list(plain))
    more = [*plain, PlainField(name, Compartment.TRIAGE, text)]
    assert same != way_back._shred_id(KEYS, b"o" * 16, more)
    assert same != way_back._shred_id(KEYS, b"p" * 16, plain)


def test_deletion_at_once_is_for_deployments_that_allow_it(connection: Connection) -> None:
    file(connection, code=CODE)
    with pytest.raises(PermissionRefused):
        delete_at_once(intake=intake_of(connection), keys=KEYS, now=LATER)
    intake = replace(intake_of(connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    assert shred_keys(connection) == 0
    for again in (come_back, lambda c: add(c, "x")):
        with pytest.raises(ReceiptError, match="unknown"):
            again(connection)
    with pytest.raises(ReceiptError, match="unknown"):
        delete_at_once(intake=intake, keys=KEYS, now=LATER)


def slow_down(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make a step so slow that another request has come as far as its rules let it."""
    real = attrgetter(name)(way_back)

    def slowly(*args: Any, **more: Any) -> Any:
        time.sleep(0.5)
        return real(*args, **more)

    monkeypatch.setattr(f"portal.returning.{name}", slowly)


@pytest.mark.parametrize(("other", "kept"), [("He wrote.", 1), ("He wrote again.", 2)])
def test_two_additions_at_once_are_both_taken(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch, other: str, kept: int
) -> None:
    """A button that is pressed twice sends two requests, where no script holds the second back."""
    file(postgresql_connection, code=CODE)
    slow_down(monkeypatch, "seal_in")
    with ThreadPoolExecutor(2) as both:
        added = list(both.map(lambda text: add(postgresql_connection, text), ["He wrote.", other]))
    assert sorted(added) == [kept == 2, True]
    assert len(come_back(postgresql_connection).supplements) == kept


@pytest.mark.parametrize("slow", ["seal_in", "erasing.erase"])
def test_an_addition_and_a_deletion_at_once_both_end(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """Whichever comes first: neither waits for ever, and nothing is left."""
    filed = file(postgresql_connection, code=CODE)
    intake = replace(intake_of(postgresql_connection), deletes_at_once=True)
    slow_down(monkeypatch, slow)
    with ThreadPoolExecutor(2) as both:
        addition = both.submit(add, postgresql_connection, "He wrote.")
        deletion = both.submit(delete_at_once, intake=intake, keys=KEYS, now=LATER)
        assert deletion.exception() is None
        assert isinstance(addition.exception(), ReceiptError | None)
    assert shred_keys(postgresql_connection) == 0
    with postgresql_connection.begin(write=False) as db:
        assert envelopes.next_revision(db, report_id=filed.report_id) == 0


def test_two_deletions_at_once_do_not_wait_for_each_other(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(postgresql_connection, code=CODE)
    intake = replace(intake_of(postgresql_connection), deletes_at_once=True)
    slow_down(monkeypatch, "erasing.erase")

    def delete(_: int) -> str:
        try:
            delete_at_once(intake=intake, keys=KEYS, now=LATER)
        except ReceiptError:
            return "gone"
        return "deleted"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(delete, range(2))) == ["deleted", "gone"]


def test_a_deleted_code_costs_what_an_unknown_one_does(
    sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(sqlite_connection, code=CODE)
    intake = replace(intake_of(sqlite_connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    work: list[str] = []
    monkeypatch.setattr(way_back, "dummy_open", lambda _: work.append("open"))
    with pytest.raises(ReceiptError):
        come_back(sqlite_connection)
    assert work == ["open"]


def test_after_deletion_at_once_a_backup_brings_nothing_back(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    add(connection, "They are back.")
    copy = backup.take(connection)
    intake = replace(intake_of(connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    backup.put_back(connection, copy)
    with connection.begin(write=False) as db:
        stored = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
        left = [shred.get(db, shred_id=one.envelope.shred_id) for one in stored]
    assert left == [None, None]
    for one in stored:
        for grant in one.envelope.grants:
            with pytest.raises(OpenFailed):
                open_key(
                    one.envelope,
                    compartment=grant.compartment,
                    keyring=EVERYTHING,
                    shred_key=None,
                )
    with pytest.raises(ReceiptError, match="unknown"):
        come_back(connection)
