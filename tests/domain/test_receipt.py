"""The reporter's code: made, shown, typed in any script, and every slip is caught."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import ReceiptError
from portal.domain.receipt import LENGTH, format_code, new_code, normalise

CODES = st.binary(min_size=16, max_size=32).map(new_code)
ZEROS = [
    chr(point) for point in range(sys.maxunicode + 1) if unicodedata.decimal(chr(point), None) == 0
]
BETWEEN = st.text(
    st.sampled_from(" -–—.,/\u00a0\u200e\u200f\u202a\u202b\u202c\u2066\u2069\ufeff\n\t")
)


def refusal(text: str) -> str:
    with pytest.raises(ReceiptError) as caught:
        normalise(text)
    return caught.value.code


@given(CODES)
def test_reads_what_it_shows(code):
    shown = format_code(code)
    assert [len(group) for group in shown.split(" ")] == [4, 4, 4, 4, 4]
    assert normalise(shown) == code


@given(CODES)
def test_catches_every_single_wrong_digit(code):
    for at in range(LENGTH):
        for digit in "0123456789".replace(code[at], ""):
            assert refusal(code[:at] + digit + code[at + 1 :]) == "receipt.check"


@given(CODES)
def test_catches_every_swap_of_neighbours(code):
    for at in range(LENGTH - 1):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if swapped != code:
            assert refusal(swapped) == "receipt.check"


@given(CODES, st.data())
def test_takes_digits_of_every_script_and_anything_between(code, data):
    typed = ""
    for digit in code:
        zero = data.draw(st.sampled_from(ZEROS))
        typed += chr(ord(zero) + int(digit)) + data.draw(BETWEEN)
    assert normalise(typed) == code


def test_knows_many_scripts():
    assert {"٠", "۰", "०", "๐", "០", "０", "၀"} <= set(ZEROS)


@given(CODES, st.integers(0, LENGTH - 1))
def test_a_missing_or_doubled_digit_is_a_wrong_length(code, at):
    assert refusal(code[:at] + code[at + 1 :]) == "receipt.length"
    assert refusal(code[:at] + code[at] + code[at:]) == "receipt.length"


@given(st.text())
def test_never_fails_otherwise_and_never_repeats_what_was_typed(text):
    try:
        assert len(normalise(text)) == LENGTH
    except ReceiptError as error:
        caught = error
    else:
        return
    assert caught.args == (str(caught),)
    assert str(caught) in ("receipt.length", "receipt.check")


def test_needs_sixteen_random_bytes_and_uses_all():
    with pytest.raises(ValueError, match="16"):
        new_code(bytes(15))
    assert new_code(bytes(16)) == "0" * LENGTH
    assert new_code(bytes(31) + b"\x01") != new_code(bytes(32))


def test_the_known_check_digit_of_damm():
    assert new_code((572).to_bytes(16, "big")) == "0" * 16 + "5724"
