"""Helplines: where to turn to, by country, from a file of facts with their evidence.

portal/content/helplines.csv, one place a row, ordered by country and kind:
    country      ISO 3166-1 alpha-2; ZZ is the whole world
    kind         emergency, helpline, police or hotline
    name         as the place calls itself; an emergency number may have none, pages say the word
    phone        digits of any script, + ( ) - . and blanks, capital letters as on a keypad;
                 " / " between two numbers, the first is dialled
    url          http:// or https://; a row has a phone or a url
    languages    tags with blanks between them; empty = not known
    source       who says so
    source_date  the day on which it was read there, like 2026-11-06; empty = not known
    confidence   fair, medium or low
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from portal.domain.content.evidence import Evidence, read_evidence
from portal.domain.errors import GuidanceError
from portal.domain.questionnaire.question import is_country

EVERYWHERE = "ZZ"
"""The code under which directories of the whole world stand."""

KINDS = ("emergency", "helpline", "police", "hotline")
"""The most urgent first, as they are shown."""

COLUMNS = (
    "country", "kind", "name", "phone", "url", "languages", "source", "source_date", "confidence",
)  # fmt: skip

MOST_SPELT = 10
"""Digits of a North American number; what a word has more is not dialled."""

_KEYPAD = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "22233344455566677778889999" * 2
)
"""ITU-T E.161, as on every phone."""

_PHONE = re.compile(r"\(?[+＋]?\(?\d[\dA-Z ().-]*")
_URL = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(/[!-~]*)?")
_LANGUAGES = re.compile(r"([a-z]{2,3}(-[A-Za-z0-9]{2,8})*( |$))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """One place to turn to, and what that stands on."""

    country: str
    kind: str
    name: str
    phone: str
    url: str
    languages: tuple[str, ...]
    evidence: Evidence

    @property
    def dial(self) -> str:
        """The first number as a phone dials it."""
        return dial(self.phone)


def dial(phone: str) -> str:
    """Give the first number of the text as a phone dials it: ASCII digits, + in front if it has it.

    Letters are those of the keypad, and a number that is spelt in them ends where the North
    American plan ends: 888-SAFE-SPOT is 888 723 3776, as every phone there dials it.
    """
    first = phone.split("/", maxsplit=1)[0]
    keyed = first.translate(_KEYPAD)
    digits = "".join(str(unicodedata.decimal(c)) for c in keyed if c.isdecimal())
    if keyed != first:
        digits = digits[: MOST_SPELT + digits.startswith("1")]
    plus = "+" if first.lstrip(" (").startswith(("+", "＋")) else ""
    return plus + digits if digits else ""


@cache
def load_helplines() -> tuple[Helpline, ...]:
    """Load the helplines of this release: also those that are not shown."""
    file = resources.files("portal").joinpath("content/helplines.csv")
    return read_helplines(file.read_bytes(), name="helplines.csv")


def shown_by_country(lines: Iterable[Helpline]) -> Mapping[str, tuple[Helpline, ...]]:
    """Give what may be shown, by country, the most urgent kind first."""
    found: dict[str, list[Helpline]] = {}
    for line in lines:
        if line.evidence.is_enough:
            found.setdefault(line.country, []).append(line)
    return {
        country: tuple(sorted(rows, key=lambda row: KINDS.index(row.kind)))
        for country, rows in found.items()
    }


def to_call(lines: Iterable[Helpline], *, helper: bool = False) -> tuple[Helpline, ...]:
    """Give whom to call in a danger: the emergency number, the first helpline too for `helper`.

    Where no emergency number is known, every helpline with a number stands in for it.
    """
    phones = [line for line in lines if line.phone]
    urgent = [line for line in phones if line.kind == "emergency"]
    helpers = [line for line in phones if line.kind == "helpline"]
    return tuple([*urgent, *helpers[: 1 if helper else 0]] if urgent else helpers)


def read_helplines(source: bytes, *, name: str) -> tuple[Helpline, ...]:
    """Read the file; raises `GuidanceError(name, line, reason)` for anything not right."""
    found: dict[tuple[str, ...], Helpline] = {}
    for at, row in _rows(source, name):
        try:
            line = _helpline(row)
        except ValueError as error:
            raise GuidanceError(name, at, str(error)) from None
        key = (line.country, line.kind, line.name, line.phone, line.url)
        if key in found:
            raise GuidanceError(name, at, "the same row stands above")
        found[key] = line
    return tuple(found.values())


def _rows(source: bytes, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give each row with its line (1-based), once it has the form of one."""
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise GuidanceError(name, line, "not UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise GuidanceError(name, 1, f"the columns are {','.join(COLUMNS)}")
        for cells in reader:
            if len(cells) != len(COLUMNS):
                reason = f"a row has {len(COLUMNS)} cells, this one {len(cells)}"
                raise GuidanceError(name, reader.line_num, reason)
            yield reader.line_num, dict(zip(COLUMNS, cells, strict=True))
    except csv.Error as error:
        raise GuidanceError(name, max(reader.line_num, 1), f"not CSV: {error}") from None


def _helpline(row: Mapping[str, str]) -> Helpline:
    """Check one row; raises `ValueError` with the reason."""
    for column, cell in row.items():
        if cell != cell.strip() or not cell.isprintable():
            raise ValueError(f"{column} has a blank at an end, or something that can't be seen")
    if not is_country(row["country"]):
        raise ValueError("country is two capital letters (ISO 3166-1)")
    if row["kind"] not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    if not row["name"] and row["kind"] != "emergency":
        raise ValueError("name is missing; only an emergency number may have none")
    _check_ways(row)
    if not _LANGUAGES.fullmatch(row["languages"]):
        raise ValueError('languages are tags such as "vi en"')
    return Helpline(
        country=row["country"],
        kind=row["kind"],
        name=row["name"],
        phone=row["phone"],
        url=row["url"],
        languages=tuple(row["languages"].split()),
        evidence=read_evidence(row["source"], row["source_date"], row["confidence"]),
    )


def _check_ways(row: Mapping[str, str]) -> None:
    phone, url = row["phone"], row["url"]
    if not phone and (not url or row["kind"] == "emergency"):
        raise ValueError("phone is missing" if url else "a row has a phone or a url")
    if phone and not all(_PHONE.fullmatch(p) and len(dial(p)) > 1 for p in phone.split(" / ")):
        raise ValueError("phone has digits, separators and capital letters")
    if url and not _URL.fullmatch(url):
        raise ValueError("url begins with http:// or https:// and a host")
