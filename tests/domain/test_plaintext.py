"""What may stand in a text, held against what Unicode says of each character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.plaintext import REPLACEMENT, clean, is_usable, replaced

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
"""Half surrogates too."""

LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
LINES = st.lists(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))


def is_kept(character: str) -> bool:
    point = ord(character)
    is_noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return character in "\t\n" or not (is_noncharacter or is_control)


def test_every_character_is_kept_or_not_as_unicode_says() -> None:
    every = "".join(chr(point) for point in range(0x110000) if chr(point) not in LINE_ENDS)
    assert clean(every) == "".join(filter(is_kept, every))
    assert replaced(every) == "".join(one if is_kept(one) else REPLACEMENT for one in every)
    assert {clean(f"a{end}b") for end in ("\r\n", *LINE_ENDS)} == {"a\nb"}


@given(ANY)
def test_nothing_is_lost_but_what_no_text_holds(text: str) -> None:
    found = clean(text)
    assert all(map(is_kept, found))
    assert is_usable(found)
    kept = [one for one in text.replace("\r\n", "\n") if is_kept(one) or one in LINE_ENDS]
    assert len(found) == len(kept)


@given(ANY)
def test_a_name_that_holds_what_no_name_can_is_another_name(text: str) -> None:
    found = replaced(text)
    assert all(map(is_kept, found))
    assert found == text.replace("\r\n", "\n") or REPLACEMENT in found or "\n" in found


@given(LINES, st.data())
def test_lines_are_the_same_however_they_end(lines: list[str], data: st.DataObject) -> None:
    # A CR followed by an LF is one end, so an empty line after a CR is not told from none.
    ends = [data.draw(st.sampled_from(["\n", "\r\n", *LINE_ENDS])) for _ in lines]
    text, plain = "", ""
    for line, end in zip(lines, ends, strict=True):
        joins = text.endswith("\r") and not line and end == "\n"
        text += line + end
        plain += "" if joins else line + "\n"
    assert clean(text) == plain


@given(ANY)
def test_what_was_made_plain_stays_as_it_is(text: str) -> None:
    plain = clean(text)
    assert clean(plain) == plain
    assert not set(plain) & set(LINE_ENDS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("h\0e\0 s\0a\0i\0d\0", "he said"),
        ("don\x92t", "dont"),
        ("می\u200cخواهم\u202e", "می\u200cخواهم\u202e"),
        ("👨‍👩‍👧 \ufeff", "👨‍👩‍👧 \ufeff"),
    ],
)
def test_what_was_pasted_keeps_its_words(text: str, found: str) -> None:
    assert clean(text) == found
