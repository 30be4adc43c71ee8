"""What shows nothing is nothing, in any script; what shows anything is something."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.blank import is_blank
from portal.domain.questionnaire.question import clean, problems
from portal.domain.report import SelectorRow
from tests.builders.answers import QUESTIONNAIRES

NOTHING = (
    *" \t\n\r\v\f\0\x1f\x7f\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5",
    *"\u180b\u180e\u2000\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u202f\u205f\u2060",
    *"\u2064\u2065\u2066\u2069\u206f\u2800\u3000\u303f\u3164\ufdd0\ufe00\ufe0e\ufe0f\ufeff\uffa0",
    *"\ufff0\ufff9\ufffc\uffff",
    *"\U00013441\U0001d159\U0001d173\U0001fffe\U000e0001\U000e0020\U000e007f\U000e0100\U000e0fff",
    *"\u0300\u20e3\u0903\u064e\u0e31",
)  # fmt: skip
"""Characters that nobody can see alone."""

blanks = st.text(alphabet=st.sampled_from(NOTHING), max_size=30)


@pytest.mark.parametrize("character", NOTHING, ids=lambda c: f"U+{ord(c):04X}")
def test_a_character_without_a_shape_is_nothing(character: str) -> None:
    assert is_blank(character * 2)


@given(blanks)
def test_many_of_them_are_nothing_either(text: str) -> None:
    assert is_blank(text)


@given(blanks, st.characters(categories=["L", "N", "P", "S"], exclude_characters=NOTHING), blanks)
def test_one_sign_among_them_is_something(before: str, sign: str, after: str) -> None:
    if sign != "\U00013442":
        assert not is_blank(before + sign + after)


@pytest.mark.parametrize(
    "text",
    ["a", ".", "…", "?", "😀", "❤️", "👨‍👩‍👧", "1️⃣", "🇻🇳", "é", "e\u0301", "ក្", "क्ष", "ท", "م",
     "中", "٣", "\ue000", "\ufffd", "\U0001fae8"],
)  # fmt: skip
def test_whatever_a_child_may_type_is_something(text: str) -> None:
    assert not is_blank(text)


def test_an_emoji_that_is_newer_than_this_python_is_something() -> None:
    unknown = next(
        chr(code) for code in range(0x1FA70, 0x1FB00) if unicodedata.category(chr(code)) == "Cn"
    )
    assert not is_blank(unknown)


def test_no_answer_that_shows_nothing_counts() -> None:
    for asked in QUESTIONNAIRES:
        for question in asked.questions:
            for answer in ("\u200b\u200b", "\u3164", (SelectorRow("zalo", "\u2800 "),)):
                assert not clean(question, answer)
                if question.required:
                    assert "required" in list(problems(question, answer))
