"""Padding hides the length and comes off again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sealing.padding import LONGEST, SIZES, pad, unpad


@given(st.binary(max_size=5000))
def test_what_was_padded_comes_back(text: bytes) -> None:
    padded = pad(text)
    assert len(padded) in SIZES
    assert unpad(padded) == text


@pytest.mark.parametrize("size", SIZES)
def test_the_next_size_is_the_smallest_that_fits(size: int) -> None:
    assert len(pad(b"x" * (size - 1))) == size
    if size != SIZES[-1]:
        assert len(pad(b"x" * size)) == SIZES[SIZES.index(size) + 1]


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        pad(b"x" * (LONGEST + 1))


@given(st.binary(max_size=300))
def test_unpad_raises_nothing_but_value_error(padded: bytes) -> None:
    try:
        text = unpad(padded)
    except ValueError:
        return
    assert pad(text) == padded
