"""A recovery code is read however it is typed, and a typing error is told without a look-up."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import ReceiptError
from portal.domain.recovery_code import (
    ALPHABET,
    LENGTH,
    RANDOM_BYTES,
    format_recovery_code,
    new_recovery_code,
    read_recovery_code,
)

CODES = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_recovery_code)
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９")


def problem(typed: str) -> str | None:
    try:
        read_recovery_code(typed)
    except ReceiptError as error:
        return str(error)
    return None


@given(CODES)
def test_a_code_is_read_as_it_is_shown(code: str) -> None:
    assert len(code) == LENGTH
    assert read_recovery_code(format_recovery_code(code)) == code
    assert format_recovery_code(code).count(" ") == 6


@given(
    CODES,
    st.sampled_from(SCRIPTS),
    st.lists(st.sampled_from(["", " ", "-", "\u00a0", "\u200b"]), min_size=LENGTH, max_size=LENGTH),
    st.booleans(),
    st.booleans(),
)
def test_a_code_is_read_however_it_is_typed(
    code: str, script: str, between: list[str], is_small: bool, looks_alike: bool
) -> None:
    shown = code.replace("0", "O").replace("1", "l") if looks_alike else code
    typed = "".join(map("".join, zip(shown, between, strict=True)))
    typed = typed.lower() if is_small else typed
    assert read_recovery_code(typed.translate(str.maketrans(SCRIPTS[0], script))) == code


@given(CODES, st.integers(0, LENGTH - 1), st.integers(1, 31))
def test_every_single_wrong_digit_is_told(code: str, place: int, by: int) -> None:
    wrong = ALPHABET[(ALPHABET.index(code[place]) + by) % 32]
    assert problem(code[:place] + wrong + code[place + 1 :]) == "recovery.check"


@given(CODES)
def test_every_swap_of_two_digits_is_told(code: str) -> None:
    for a, b in combinations(range(LENGTH), 2):
        digits = list(code)
        digits[a], digits[b] = digits[b], digits[a]
        expected = None if code[a] == code[b] else "recovery.check"
        assert problem("".join(digits)) == expected


@given(CODES, st.integers(0, LENGTH - 1), st.sampled_from("UéжÆ字"))
def test_what_is_no_digit_of_the_alphabet_is_told(code: str, place: int, stranger: str) -> None:
    assert problem(code[:place] + stranger + code[place + 1 :]) == "recovery.check"


@given(st.text(max_size=60))
def test_nothing_else_breaks_it(typed: str) -> None:
    assert problem(typed) in {"recovery.length", "recovery.check", None}


def test_two_codes_differ_wherever_their_bytes_do() -> None:
    codes = {new_recovery_code((1 << bit).to_bytes(RANDOM_BYTES, "big")) for bit in range(135)}
    assert len(codes) == 135


@pytest.mark.parametrize("size", [0, 16, 18])
def test_a_code_is_made_of_enough(size: int) -> None:
    with pytest.raises(ValueError, match="17"):
        new_recovery_code(bytes(size))
