"""Choosing a language for a browser: RFC 9110 (Accept-Language) with the aliases of CLDR.

A range is matched by its language and script, never by its country: `es-MX` is answered in Spanish.
Old and longer names count as the ones of today (`in` is `id`, `tl` is `fil`, `zh-CN` is `zh-Hans`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global

LONGEST = 4096
"""Characters of a header that are looked at: no browser sends more than a few hundred."""

MOST_RANGES = 50
"""Languages of a header that are looked at."""

_TAG = re.compile(r"\*|[a-z]{2,3}(-[a-z0-9]{1,8})*")
_WEIGHT = re.compile(r"[+-]?[0-9]{0,9}\.?[0-9]{0,9}", re.ASCII)

_FAINT = 0.0001
"""The weight of a language whose weight can't be read: it was named, so it counts a little."""

_WRITES_CHINESE = frozenset({"cdo", "cjy", "gan", "hak", "hsn", "lzh", "nan", "wuu", "yue"})
"""Languages of China whose readers write Chinese (ISO 639-3, members of `zho`)."""


@dataclass(frozen=True, slots=True)
class _Range:
    """One language of a header: the tag in small letters, and how much it is liked (0: not)."""

    tag: str
    weight: float


def choose(header: str, offered: Sequence[str]) -> str:
    """Give the language offered that a header likes best; the first one if it likes none.

    A language in another script than the one asked for counts after all that can surely be read:
    who asks for Hindi in Latin letters may not read Devanagari. Chinese is the exception, since
    readers of one of its scripts read the other.
    """
    ranges = sorted(_ranges(header), key=lambda one: -one.weight)
    liked = {one.tag for one in ranges if one.weight > 0}
    refused = [one.tag for one in ranges if one.weight <= 0 and one.tag not in liked]
    allowed = [tag for tag in offered if not any(_is_within(tag, one) for one in refused)]
    for is_sure in (True, False):
        for one in ranges:
            found = _match(one.tag, allowed, is_sure=is_sure) if one.weight > 0 else None
            if found:
                return found
    return (allowed or offered)[0]


def _ranges(header: str) -> Iterator[_Range]:
    for part in header[:LONGEST].split(",", MOST_RANGES)[:MOST_RANGES]:
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        tag = tag.replace("_", "-")
        if _TAG.fullmatch(tag):
            yield _Range(tag, _weight(parameters))


def _weight(parameters: Sequence[str]) -> float:
    given = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
    try:
        return min(float(given), 1.0) if _WEIGHT.fullmatch(given) else _FAINT
    except ValueError:
        return _FAINT


def _match(tag: str, offered: Sequence[str], *, is_sure: bool) -> str | None:
    """Find what is offered in that language: in its script, or (not `is_sure`) in any."""
    if tag == "*":
        return offered[0] if offered and is_sure else None
    language, script = _resolve(tag)
    same = [
        (one, _resolve(one.lower())[1]) for one in offered if _resolve(one.lower())[0] == language
    ]
    fits = [one for one, written in same if written == script]
    if fits or (is_sure and language != "zh"):
        return fits[0] if fits else None
    return same[0][0] if same else None


@lru_cache(maxsize=1024)
def _resolve(tag: str) -> tuple[str, str]:
    """Give the language and the script of a tag, by the names and the likely scripts of CLDR."""
    language, *rest = tag.split("-")
    rest = rest[: next((at for at, part in enumerate(rest) if len(part) == 1), len(rest))]
    scripts = [part.title() for part in rest if len(part) == 4 and part.isalpha()]
    countries = [part.upper() for part in rest if re.fullmatch(r"[a-z]{2}|[0-9]{3}", part)]
    known = get_global("language_aliases").get(language, language).split("_")
    language = "zh" if known[0] in _WRITES_CHINESE else known[0]
    scripts += [part for part in known[1:] if len(part) == 4]
    return language, scripts[0] if scripts else _likely_script(language, countries)


def _likely_script(language: str, countries: Sequence[str]) -> str:
    likely = get_global("likely_subtags")
    names = [*(f"{language}_{country}" for country in countries), language]
    found = next((likely[name] for name in names if name in likely), "")
    return next((part for part in found.split("_")[1:] if len(part) == 4), "")


def _is_within(tag: str, refused: str) -> bool:
    """Tell whether a refusal covers a tag: the same one, or the beginning of it (RFC 4647)."""
    if refused == "*":
        return False
    language, *rest = refused.split("-")
    wanted = "-".join([get_global("language_aliases").get(language, language).lower(), *rest])
    return f"{tag.lower()}-".startswith(f"{wanted}-")
