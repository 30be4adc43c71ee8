"""The file of helplines: a bad row is refused at its line; a number is dialled as it is meant."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.content.evidence import Confidence
from portal.domain.content.helpline import (
    COLUMNS,
    KINDS,
    Helpline,
    dial,
    read_helplines,
    shown_by_country,
    to_call,
)
from portal.domain.errors import GuidanceError

GOOD = {
    "country": "VN",
    "kind": "helpline",
    "name": "Tổng đài 111",
    "phone": "111",
    "url": "https://tongdai111.vn",
    "languages": "vi",
    "source": "its own page",
    "source_date": "2026-10-07",
    "confidence": "fair",
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def file(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def refusal(source: bytes) -> tuple[int, str]:
    with pytest.raises(GuidanceError) as caught:
        read_helplines(source, name="helplines.csv")
    assert str(caught.value).startswith(f"helplines.csv:{caught.value.line}: ")
    return caught.value.line, caught.value.reason


def test_a_row_is_read_whole():
    (line,) = read_helplines(file(GOOD), name="helplines.csv")
    assert (line.country, line.kind, line.name) == ("VN", "helpline", "Tổng đài 111")
    assert (line.phone, line.url, line.languages) == ("111", "https://tongdai111.vn", ("vi",))
    assert line.evidence.source == "its own page"
    assert line.evidence.checked == date(2026, 10, 7)
    assert line.evidence.confidence is Confidence.FAIR


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"country": "vn"}, "country is two capital letters"),
        ({"country": "VNM"}, "country is two capital letters"),
        ({"kind": "hot line"}, "kind is one of emergency, helpline, police, hotline"),
        ({"name": ""}, "name is missing"),
        ({"name": " Tổng đài 111"}, "name has a blank at an end"),
        ({"name": "Tổng\u202eđài"}, "name has a blank at an end, or something that can't be seen"),
        ({"name": "Tổng\nđài"}, "something that can't be seen"),
        ({"phone": "", "url": ""}, "a row has a phone or a url"),
        ({"kind": "emergency", "phone": ""}, "phone is missing"),
        ({"phone": "call 111"}, "phone has digits"),
        ({"phone": "111 ext 5"}, "phone has digits"),
        ({"phone": "1"}, "phone has digits"),
        ({"phone": "111 / "}, "phone has a blank at an end"),
        ({"phone": "111/112"}, "phone has digits"),
        ({"phone": "*111#"}, "phone has digits"),
        ({"url": "tongdai111.vn"}, "url begins with"),
        ({"url": "javascript:alert(1)"}, "url begins with"),
        ({"url": "https://tong dai"}, "url begins with"),
        ({"languages": "Viet"}, "languages are tags"),
        ({"languages": "vi, en"}, "languages are tags"),
        ({"source": ""}, "source is missing"),
        ({"source_date": "7.10.2026"}, "a date is written like 2026-11-06"),
        ({"source_date": "20261007"}, "a date is written like 2026-11-06"),
        ({"source_date": "2026-02-30"}, "a date is written like 2026-11-06"),
        ({"confidence": "sure"}, "confidence is one of fair, medium, low"),
        ({"confidence": ""}, "confidence is one of fair, medium, low"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(change, reason):
    line, found = refusal(file(GOOD, GOOD | {"name": "second"} | change))
    assert line == (4 if "\n" in change.get("name", "") else 3)
    assert reason in found


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        (b"", 1, "the columns are"),
        (file().replace(b"source_date", b"looked_up"), 1, "the columns are"),
        (file(GOOD) + b"VN,helpline\n", 3, "a row has 9 cells, this one 2"),
        (file(GOOD) + b"\n", 3, "a row has 9 cells, this one 0"),
        (file(GOOD) + b'"VN,helpline\n', 3, "not CSV"),
        (file(GOOD) + b"\xff", 3, "not UTF-8"),
        (file(GOOD, GOOD), 3, "the same row stands above"),
    ],
)
def test_a_file_that_is_not_one_is_refused_at_the_line(source, line, reason):
    found = refusal(source)
    assert found[0] == line
    assert reason in found[1]


def read_or_refusal(source: bytes) -> tuple[Helpline, ...] | GuidanceError:
    try:
        return read_helplines(source, name="helplines.csv")
    except GuidanceError as error:
        return error


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_and_nothing_else(tail):
    found = read_or_refusal(file(GOOD) + tail)
    assert isinstance(found, tuple) or (found.line >= 1 and found.reason)


@given(st.fixed_dictionaries({column: st.sampled_from([value, ""]) | TEXT
                              for column, value in GOOD.items()}))  # fmt: skip
def test_what_is_read_can_be_shown(row):
    """Whatever the row says: refused at its line, or good enough for a page."""
    found = read_or_refusal(file(row))
    if isinstance(found, GuidanceError):
        assert found.line >= 2
        return
    (line,) = found
    assert line.kind in KINDS
    assert line.name or line.kind == "emergency"
    assert line.dial or line.url.startswith(("http://", "https://"))
    assert bool(line.dial) == bool(line.phone)
    assert line.evidence.source


def test_only_dated_rows_of_some_confidence_are_shown_the_urgent_ones_first():
    lines = read_helplines(
        file(
            GOOD,
            GOOD | {"name": "undated", "source_date": ""},
            GOOD | {"name": "unsure", "confidence": "low"},
            GOOD | {"name": "second hand", "confidence": "medium", "kind": "police"},
            GOOD | {"name": "", "kind": "emergency", "phone": "113", "url": ""},
            GOOD | {"name": "far away", "country": "GB", "source_date": "1999-01-01"},
        ),
        name="helplines.csv",
    )
    shown = shown_by_country(lines)
    assert [line.name for line in shown["VN"]] == ["", "Tổng đài 111", "second hand"]
    assert [line.name for line in shown["GB"]] == ["far away"], "old is shown, and fails the check"


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("111", "111"),
        ("02", "02"),
        ("0800 1111", "08001111"),
        ("116 111", "116111"),
        ("0120-0-78310", "0120078310"),
        ("(+84) 912.345-678", "+84912345678"),
        ("+389 70 390 632", "+38970390632"),
        ("＋84 111", "+84111"),
        ("116111 / 0 800 500 225", "116111"),
        ("888-SAFE-SPOT", "8887233776"),
        ("1-800-CALL-FBI", "18002255324"),
        ("1-800-THE-LOST", "18008435678"),
        ("888-safe-spot", "8887233776"),
        ("١١٦ ١١١", "116111"),
        ("१०९८", "1098"),
        ("๑๓๘๗", "1387"),
        ("１１１", "111"),
        ("111²", "111"),
        ("", ""),
        ("+", ""),
        ("/ 111", ""),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(phone, dialled):
    assert dial(phone) == dialled


DIGITS = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Nd"]


@given(st.lists(st.sampled_from(DIGITS), min_size=1, max_size=15), st.sampled_from(" -.()\u00a0"))
def test_digits_of_every_script_whatever_stands_between_them(digits, separator):
    plain = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    assert dial(separator.join(digits)) == plain
    assert dial("+" + separator.join(digits)) == "+" + plain


@given(st.text())
def test_only_what_a_phone_can_dial_comes_out_and_it_stays_as_it_is(text):
    dialled = dial(text)
    assert set(dialled) <= set("+0123456789")
    assert dialled.rfind("+") <= 0
    assert dialled != "+"
    assert dial(dialled) == dialled


@given(st.from_regex(r"[2-9][0-9]{2}-[A-Z]{4,12}", fullmatch=True))
def test_a_word_on_the_keypad_ends_with_the_number(phone):
    assert len(dial(phone)) == min(10, len(phone) - 1)


def line(kind: str, phone: str) -> Helpline:
    row = GOOD | {"kind": kind, "phone": phone}
    return read_helplines(file(row), name="x")[0]


@pytest.mark.parametrize(
    ("kinds", "alone", "helped"),
    [
        ("emergency helpline helpline", "emergency", "emergency helpline"),
        ("emergency police", "emergency", "emergency"),
        ("helpline helpline hotline", "helpline helpline", "helpline helpline"),
        ("police hotline", "", ""),
        ("", "", ""),
    ],
)
def test_whom_to_call_in_a_danger(kinds, alone, helped):
    lines = [line(kind, f"11{at}") for at, kind in enumerate(kinds.split())]
    assert [one.kind for one in to_call(lines)] == alone.split()
    found = to_call(lines, helper=True)
    assert [one.kind for one in found] == helped.split()
    assert list(found) == lines[: len(found)]


def test_a_helpline_without_a_number_is_nobody_to_call():
    assert to_call([line("helpline", "")]) == ()
