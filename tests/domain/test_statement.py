"""A statement says what it says in one way: what was signed is read back, or refused."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.canon import canon, parts_of
from portal.domain.envelope import Envelope, Grant, Sealed, SealedField
from portal.domain.statement import (
    Columns,
    Difference,
    FieldHash,
    GrantHash,
    Kind,
    Statement,
    differences,
    filed_note,
    read_statement,
    state,
)

NUMBERS = st.integers(0, 2**31)
HASHES = st.binary(min_size=32, max_size=32)
TEXTS = st.text(max_size=8)
STATEMENTS = st.builds(
    Statement,
    format=NUMBERS,
    report_id=st.binary(max_size=16),
    revision=NUMBERS,
    kind=st.sampled_from(Kind),
    columns=st.builds(
        Columns,
        agency=TEXTS,
        audience=TEXTS,
        definition_hash=TEXTS,
        filed_at=st.integers(0, 2**33).map(lambda second: datetime.fromtimestamp(second, UTC)),
        locale=TEXTS,
        category=TEXTS,
        priority=TEXTS,
    ),
    shred_id=st.binary(max_size=16),
    fields=st.lists(st.builds(FieldHash, TEXTS, TEXTS, HASHES), max_size=3).map(tuple),
    grants=st.lists(
        st.builds(GrantHash, TEXTS, TEXTS, NUMBERS, st.binary(max_size=16), HASHES), max_size=3
    ).map(tuple),
)


@given(st.lists(st.binary(max_size=20)))
def test_parts_are_read_back(parts: list[bytes]) -> None:
    assert parts_of(canon(*parts)) == parts


@given(st.binary(max_size=60))
def test_what_is_no_list_of_parts_is_refused(encoded: bytes) -> None:
    try:
        parts = parts_of(encoded)
    except ValueError:
        return
    assert canon(*parts) == encoded


@given(STATEMENTS)
def test_a_statement_is_read_back(statement: Statement) -> None:
    assert read_statement(statement.encoded) == statement


@given(STATEMENTS, st.data())
def test_no_changed_byte_is_read_as_the_same_statement(
    statement: Statement, data: st.DataObject
) -> None:
    encoded = bytearray(statement.encoded)
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ValueError):
        assert read_statement(bytes(encoded)) != statement


@given(st.binary(max_size=200))
def test_what_is_no_statement_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError):
        read_statement(encoded)


@given(STATEMENTS, STATEMENTS)
def test_two_statements_differ_in_something_that_can_be_named(
    one: Statement, other: Statement
) -> None:
    assert bool(differences(one, other)) == (one != other)


COLUMNS = Columns("hotline", "child", "ab", datetime(2026, 11, 24, 9, tzinfo=UTC), "vi", "x", "1")
ENVELOPE = Envelope(
    b"r" * 16,
    "hotline",
    0,
    b"s" * 16,
    (Grant("triage", "hotline", 1, b"k" * 16, b"grant"),),
    (
        SealedField("story", "triage", Sealed(b"dek", b"text")),
        SealedField("safe_now", "triage", Sealed(b"dek", b"no")),
    ),
)
SIGNED = state(ENVELOPE, COLUMNS)
STORY, SAFE_NOW = ENVELOPE.fields


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"fields": (STORY,)}, Difference("field.missing", "safe_now")),
        ({"fields": (SAFE_NOW, STORY)}, Difference("field.order")),
        (
            {"fields": (STORY, replace(SAFE_NOW, sealed=Sealed(b"dek", b"yes")))},
            Difference("field.changed", "safe_now"),
        ),
        (
            {"fields": (STORY, replace(SAFE_NOW, sealed=Sealed(b"wrong", b"no")))},
            Difference("field.changed", "safe_now"),
        ),
        (
            {"fields": (*ENVELOPE.fields, replace(STORY, field="more"))},
            Difference("field.added", "more"),
        ),
        ({"grants": ()}, Difference("grant")),
        ({"shred_id": b"x" * 16}, Difference("key")),
        ({"revision": 1}, Difference("place")),
        ({"format": 1}, Difference("place")),
    ],
)
def test_what_differs_is_named(change: dict[str, object], found: Difference) -> None:
    now = state(replace(ENVELOPE, **change), COLUMNS)  # type: ignore[arg-type]
    assert found in differences(SIGNED, now)


@pytest.mark.parametrize("column", ["agency", "audience", "locale", "category", "priority"])
def test_a_changed_column_is_named_with_what_was_signed(column: str) -> None:
    (found,) = differences(SIGNED, state(ENVELOPE, replace(COLUMNS, **{column: "other"})))
    assert found == Difference(column, getattr(COLUMNS, column))


def test_the_log_has_room_for_what_the_worker_notes() -> None:
    """The action of an entry has sixty characters."""
    assert len(filed_note(99_999, SIGNED.encoded)) <= 60
