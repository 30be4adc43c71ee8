"""canon(): two different lists never look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.canon import canon

PARTS = st.lists(st.binary(max_size=24) | st.text(max_size=12) | st.integers(0, 2**64 - 1))


def bytes_of(part: bytes | str | int) -> bytes:
    if isinstance(part, int):
        return part.to_bytes(8, "big")
    return part.encode() if isinstance(part, str) else part


@given(PARTS, PARTS)
def test_is_injective_on_bytes(left, right):
    same = [bytes_of(part) for part in left] == [bytes_of(part) for part in right]
    assert (canon(*left) == canon(*right)) is same


@given(PARTS)
def test_can_be_taken_apart_again(parts):
    encoded = canon(*parts)
    count, at, found = int.from_bytes(encoded[:8], "big"), 8, []
    for _ in range(count):
        length = int.from_bytes(encoded[at : at + 8], "big")
        found.append(encoded[at + 8 : at + 8 + length])
        at += 8 + length
    assert found == [bytes_of(part) for part in parts]
    assert at == len(encoded)


def test_bytes_are_fixed():
    assert canon("ab", 1).hex() == (
        "00000000000000020000000000000002616200000000000000080000000000000001"
    )


def test_moving_a_letter_over_the_border_changes_it():
    assert canon("ab", "c") != canon("a", "bc") != canon("abc")


@pytest.mark.parametrize("number", [-1, 2**64])
def test_refuses_numbers_that_do_not_fit(number):
    with pytest.raises(ValueError, match="64 bits"):
        canon(number)
