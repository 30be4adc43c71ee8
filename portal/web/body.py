"""No picture, no file, ever: refused from the raw bytes, before anything is parsed.

A form's own sealed draft is base64 as well; it is let through by its name, and bounded.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import cast

from flask import Flask, Request, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from portal.domain import plaintext
from portal.web.bounds import LARGEST
from portal.web.fields import FORM, Field, SiteRequest

LONGEST_RUN = 600
"""Base64 characters in a row; the smallest pictures have more. Links and wallets stay far below."""

FEWEST_LINES, SHORTEST_LINE = 8, 40
"""So many lines of at least so many base64 characters are a run as well."""

MOST_ADDRESSES = 100
"""Where `data:` stands more often than this in one value, nobody wrote it."""

FEWEST_LETTERS = 12
"""Different characters in a run that may be base64: a long scream has fewer."""

CARRIED = (b"draft", b"thread", b"waiting")
"""Our own sealed fields, which hold what was told so far."""

SEALED = (*CARRIED, b"csrf_token")
"""Our own fields: sealed or signed, and checked when they are opened."""

# In one run, or in lines of one length as mail programs write it. Single spaces join nothing:
# a child may write a page without a comma. Each run is walked once (no backtracking).
_RUN = re.compile(
    rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{%d,}+"
    rb"|(?:[A-Za-z0-9+/_-]{%d,}+={0,2}[ \t\r\n]{1,3}){%d,}+)"
    % (LONGEST_RUN, SHORTEST_LINE, FEWEST_LINES)
)
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_IS_BASE64 = bytes(b"\0\1"[one in _ALPHABET] for one in range(256))
_LINE = b"\1" * SHORTEST_LINE
_DATA = re.compile(
    rb"data:\s{0,2}(?:(?:image|video|audio|application|text|font|model)/[a-z0-9.+-]{1,60}"
    rb"(?:;[a-z0-9=.+-]{1,60}){0,4}\s{0,2},|[^,\s]{0,80};base64,)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(_DATA.pattern + rb"\S*", re.IGNORECASE)

_EVIDENCE = re.compile(rb"(?:0[xX])?[0-9A-Fa-f]{32,128}|bc1[02-9ac-hj-np-z]{39,59}")
"""Hashes of files and addresses of wallets: a list of them, one a line, is no picture."""


class PictureRefused(UnsupportedMediaType):
    """Somebody tries to send a picture or a file."""


def prepare(app: Flask) -> None:
    """Look at the body of every request before a form does."""

    @app.before_request
    def refuse_material() -> None:
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            check(request)


def check_late() -> None:
    """Look at a body that was refused before that, so that what it holds can be kept."""
    if "carried" not in g:
        with suppress(HTTPException):
            check(request)


def check(asked: Request) -> None:
    """Raise `PictureRefused` (415), `RequestEntityTooLarge` (413) or `TooManyFields` (400).

    The sealed fields that came along are noted in `g.carried`, and the words beside a picture are
    what `typed` gives, so that the page of the error can offer them again.
    """
    g.is_body_good = False
    g.spared = MultiDict()
    kind = (asked.mimetype or "").lower()
    if kind not in ("", FORM) or asked.headers.get("Content-Encoding", "identity") != "identity":
        raise PictureRefused
    raw = asked.get_data(cache=True, parse_form_data=False)
    if kind == "" and raw:
        raise PictureRefused
    fields = cast("SiteRequest", asked).fields
    g.carried = {
        name.decode(): next((v.decode("ascii", "replace") for n, v in fields if n == name), "")
        for name in CARRIED
    }
    if len(raw) > LARGEST:
        raise RequestEntityTooLarge
    if any(name not in SEALED and is_material(value) for name, value in fields):
        words = [(name, without_material(v)) for name, v in fields if name not in SEALED]
        g.spared = _texts(words)
        raise PictureRefused
    g.is_body_good = True


def typed() -> MultiDict[str, str]:
    """Give what was typed, as `plaintext.clean` has it, without what was refused in it.

    There is none of a body that is no form.
    """
    if "typed" not in g:
        g.typed = _texts(cast("SiteRequest", request).fields) if g.is_body_good else g.spared
    found: MultiDict[str, str] = g.typed
    return found


def is_material(value: bytes) -> bool:
    """Tell whether a value holds a `data:` address or a long run of base64."""
    if b":" in value and (_has_many_addresses(value) or _DATA.search(value)):
        return True
    # What holds no line of base64 holds no run of it, and this tells it at the speed of memory.
    if len(value) < FEWEST_LINES * SHORTEST_LINE or _LINE not in value.translate(_IS_BASE64):
        return False
    return any(_is_dense(run) for run in _RUN.finditer(value))


def without_material(value: bytes) -> bytes:
    """Take `data:` addresses and long runs out of a value; the words around them stay."""
    if _has_many_addresses(value):
        return b""
    rest = _ADDRESS.sub(b" ", value)
    rest = _RUN.sub(lambda run: b" " if _is_dense(run) else run.group(), rest)
    return b"" if is_material(rest) else rest


def _has_many_addresses(value: bytes) -> bool:
    return value.lower().count(b"data:") > MOST_ADDRESSES


def _is_dense(run: re.Match[bytes]) -> bool:
    found = run.group()
    return len(set(found)) >= FEWEST_LETTERS and not all(map(_EVIDENCE.fullmatch, found.split()))


def _texts(fields: list[Field]) -> MultiDict[str, str]:
    return MultiDict((text_of(name), text_of(value)) for name, value in fields)


def text_of(part: bytes) -> str:
    """Give what somebody typed, without what no database takes."""
    return plaintext.clean(part.decode("utf-8", "replace"))
