"""Words to look for in every byte that was left behind, in every dress they could wear."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus


def dresses(word: str) -> Iterator[bytes]:
    """Every form in which a word might be written down."""
    utf8 = word.encode("utf-8")
    yield utf8
    yield utf8.upper()
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield quote(word).encode("ascii")
    yield quote_plus(word).encode("ascii")
    yield json.dumps(word)[1:-1].encode("ascii")
    yield utf8.hex().encode("ascii")
    yield repr(utf8)[2:-1].encode("ascii")
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + utf8)
        # The characters that also depend on the neighbours are left out.
        yield whole[4 if shift else 0 : len(whole) // 4 * 4 - 4]


def search(files: Iterable[Path], words: Iterable[str]) -> list[tuple[str, str]]:
    """Give every (file, word) where one is found in another's bytes."""
    wanted = [(word, form) for word in words for form in set(dresses(word)) if len(form) > 7]
    found = []
    for file in files:
        content = file.read_bytes()
        found += [(file.name, word) for word, form in wanted if form in content]
    return found


def everything_under(*folders: Path) -> list[Path]:
    """Every file below."""
    return [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
