import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.triage import has_hidden, reveal


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("ana\u202egnp.exe", ["U+202E right-to-left override"]),
        ("pay\u200bpal", ["U+200B zero width space"]),
        ("a\u00a0b", ["U+00A0 no-break space"]),
        ("an\u200dna", ["U+200D zero width joiner"]),
        ("\u2066x\u2069", ["U+2066 left-to-right isolate", "U+2069 pop directional isolate"]),
        ("a\x00b", ["U+0000 control character"]),
        ("x\U000e0041", ["U+E0041 tag latin capital letter a"]),
        ("ㅤ", ["U+3164 hangul filler"]),
    ],
)
def test_what_hides_is_named(text, marks):
    assert [piece.mark for piece in reveal(text) if piece.mark] == marks


@pytest.mark.parametrize(
    "text",
    ["Họ nói sẽ gửi ảnh.\nEm sợ lắm.", "می‌خواهم", "क्‍ष", "👩‍👧", "❤️", "a\tb", ""],
)
def test_what_a_language_needs_stays_as_it_is(text):
    assert not has_hidden(text)


@given(st.text())
def test_no_character_is_lost(text):
    assert "".join(piece.text for piece in reveal(text)) == text
    assert has_hidden(text) == any(piece.mark for piece in reveal(text))
