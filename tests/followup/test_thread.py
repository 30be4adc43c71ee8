"""Coming back with the code: status, replies, and the wish to be forgotten."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import Status
from portal.domain.errors import ReceiptError
from portal.domain.receipt import format_code, new_code
from portal.followup import code
from portal.followup import thread as followup
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact
from portal.followup.thread import return_with
from portal.intake.submit import Filed
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.sealing.message import cover, seal_reply
from portal.store import messages, receipts
from portal.store.engine import Connection
from tests.builders.coming_back import CODE, KEYS, LATER, add, answer, come_back
from tests.builders.filing import MINUTE, NOW, PEPPER, SALT, file, intake_of, row_of


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
    for module in (code, followup):
        monkeypatch.setattr(module, "dummy_open", lambda _: work.append("open"))
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

    monkeypatch.setattr(followup, "derive_keys", derive)
    for module in (code, followup):
        monkeypatch.setattr(module, "dummy_open", lambda _: work.append("open"))
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
