"""Line ends of every kind are one, and digits of every script are read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.typed import digits_of, member_name, plain_lines

ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"]
LINES = st.lists(st.text().filter(lambda line: not re.search("[\n\r\v\f\x85\u2028\u2029]", line)))


@given(LINES, st.data())
def test_lines_are_the_same_however_they_end(lines, data):
    # A CR followed by an LF is one end, so an empty line after a CR is not told from none.
    ends = [data.draw(st.sampled_from(ENDS)) for _ in lines]
    text, plain = "", ""
    for line, end in zip(lines, ends, strict=True):
        joins = text.endswith("\r") and not line and end == "\n"
        text += line + end
        plain += "" if joins else line + "\n"
    assert plain_lines(text) == plain


@given(st.text())
def test_what_was_made_plain_stays_as_it_is(text):
    plain = plain_lines(text)
    assert plain_lines(plain) == plain
    assert not re.search("[\r\v\f\x85\u2028\u2029]", plain)


@pytest.mark.parametrize("text", ["a\tb", "a\u00a0b", "một dòng", "\x1f"])
def test_what_ends_no_line_is_left_alone(text):
    assert plain_lines(text) == text


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
