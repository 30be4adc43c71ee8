"""Digits of every script are read, and names however they were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.typed import digits_of, fingerprint_digits, member_name


@pytest.mark.parametrize(
    "text",
    [
        "123456",
        "123-456",
        "123 456",
        "123\u00a0456",
        "123\u200b456\ufeff",
        "١٢٣٤٥٦",
        "१२३ ४५६",
        "１２３－４５６",
        "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣",
        "code: 123456.",
    ],
)
def test_digits_are_read_whatever_is_between(text):
    assert digits_of(text) == "123456"


def test_what_is_no_digit_is_none():
    assert digits_of("²③ⅣX") == ""


NAMES = st.from_regex(r"[a-z][a-z0-9.\-]{1,30}[a-z0-9]", fullmatch=True)
UNSEEN = st.text(st.sampled_from("\u200b\u200e\u200f\ufeff\u00ad"), max_size=2)
AROUND = st.text(st.sampled_from(" \u00a0\u3000\t\n\u200b"), max_size=3)


@given(NAMES, st.data())
def test_a_name_is_read_however_a_phone_writes_it(name, data):
    typed = data.draw(AROUND)
    for character in name:
        wide = chr(ord(character) + 0xFEE0)
        forms = [character, character.upper(), wide, wide.upper()]
        forms += ["\u2010", "\u2011", "\u2013", "\uff0d"] if character == "-" else []
        typed += data.draw(st.sampled_from(forms)) + data.draw(UNSEEN)
    assert member_name(typed + data.draw(AROUND)) == name


@given(st.text())
def test_a_name_that_was_read_stays_as_it_is(text):
    name = member_name(text)
    assert member_name(name) == name or not name.isascii()


SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "០១២៣៤៥៦៧៨៩", "０１２３４５６７８９")


@given(
    st.text("0123456789abcdef", min_size=20, max_size=20),
    st.sampled_from(SCRIPTS),
    st.lists(st.sampled_from(["", " ", "-", "\u00a0", "\u200b", ". "]), min_size=20, max_size=20),
    st.booleans(),
)
def test_a_fingerprint_is_read_however_it_is_typed(told, digits, between, is_loud):
    shown = told.upper() if is_loud else told
    typed = "".join(map("".join, zip(shown, between, strict=True)))
    assert fingerprint_digits(typed.translate(str.maketrans("0123456789", digits))) == told


@given(st.text("0123456789abcdef", min_size=19, max_size=19), st.sampled_from("gzаéж字"))
def test_what_is_no_hexadecimal_digit_makes_another_fingerprint(told, stranger):
    assert set(fingerprint_digits(told + stranger)) - set("0123456789abcdef")
