"""No picture, no file, ever: refused from the raw bytes, before anything is parsed.

A form's own sealed draft is base64 as well; it is let through by its name, and bounded.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from portal.domain.typed import plain_lines

LARGEST = 512 * 1024
"""Bytes of a whole request: the longest answers in any script, and the draft beside them."""

LOOKED_AT = 2 * LARGEST
"""Bytes of a request that is too large, but whose draft is still found, to be offered again."""

LONGEST_RUN = 600
"""Base64 characters in a row; the smallest pictures have more. Links and wallets stay far below."""

FEWEST_LETTERS = 12
"""Different characters in a run that may be base64: a long scream has fewer."""

CARRIED = (b"draft", b"thread", b"waiting")
"""Our own sealed fields, which hold what was told so far."""

SEALED = (*CARRIED, b"csrf_token")
"""Our own fields: sealed or signed, and checked when they are opened."""

FORM = "application/x-www-form-urlencoded"

# In one run, or in lines of one length as mail programs write it. Single spaces join nothing:
# a child may write a page without a comma. Each run is walked once (no backtracking).
_RUN = re.compile(
    rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{%d,}+"
    rb"|(?:[A-Za-z0-9+/_-]{40,}+={0,2}[ \t\r\n]{1,3}){8,}+)" % LONGEST_RUN
)
_DATA = re.compile(
    rb"data:\s{0,2}(?:(?:image|video|audio|application|text|font|model)/[a-z0-9.+-]{1,60}"
    rb"(?:;[a-z0-9=.+-]{1,60}){0,4}\s{0,2},|[^,\s]{0,80};base64,)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(_DATA.pattern + rb"\S*", re.IGNORECASE)

_EVIDENCE = re.compile(rb"(?:0[xX])?[0-9A-Fa-f]{32,128}|bc1[02-9ac-hj-np-z]{39,59}")
"""Hashes of files and addresses of wallets: a list of them, one a line, is no picture."""


class _PlainLines(FormDataParser):
    """Reads a form, and gives every line end in it as LF."""

    def parse(self, *args: Any, **kwargs: Any) -> tuple[Any, MultiDict[str, str], Any]:
        """Read the form; the one place where what people type comes in."""
        stream, form, files = super().parse(*args, **kwargs)
        return stream, self.cls((name, plain_lines(v)) for name, v in form.items(multi=True)), files


class FormRequest(Request):
    """A request whose form has the line ends that we keep, whatever the browser writes."""

    form_data_parser_class = _PlainLines


class PictureRefused(UnsupportedMediaType):
    """Somebody tries to send a picture or a file."""


def prepare(app: Flask) -> None:
    """Look at the body of every request before a form does, and read every form in one way."""

    app.request_class = FormRequest

    @app.before_request
    def refuse_material() -> None:
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            check(request)


def check(asked: Request) -> None:
    """Raise `PictureRefused` (415) or `RequestEntityTooLarge` (413) for what is never accepted.

    The sealed fields that came along are noted in `g.carried`, and the words beside a picture are
    what `typed` gives, so that the page of the error can offer them again.
    """
    g.is_body_good = False
    g.spared = MultiDict()
    kind = (asked.mimetype or "").lower()
    if kind not in ("", FORM):
        raise PictureRefused
    raw = asked.get_data(cache=True, parse_form_data=False)
    if kind == "" and raw:
        raise PictureRefused
    fields = list(_fields(raw))
    g.carried = {
        name.decode(): next((v.decode("ascii", "replace") for n, v in fields if n == name), "")
        for name in CARRIED
    }
    if len(raw) > LARGEST:
        raise RequestEntityTooLarge
    if any(name not in SEALED and is_material(value) for name, value in fields):
        words = [(name, without_material(v)) for name, v in fields if name not in SEALED]
        g.spared = MultiDict((_text(name), _text(value)) for name, value in words)
        raise PictureRefused
    g.is_body_good = True


def typed() -> MultiDict[str, str]:
    """Give the fields of the form, without what was refused in them; none of any other body."""
    found: MultiDict[str, str] = request.form if g.is_body_good else g.spared
    return found


def is_material(value: bytes) -> bool:
    """Tell whether a value holds a `data:` address or a long run of base64."""
    if b":" in value and _DATA.search(value):
        return True
    runs = _RUN.finditer(value) if len(value) >= 8 * 40 else ()
    return any(_is_dense(run) for run in runs)


def without_material(value: bytes) -> bytes:
    """Take `data:` addresses and long runs out of a value; the words around them stay."""
    rest = _ADDRESS.sub(b" ", value)
    rest = _RUN.sub(lambda run: b" " if _is_dense(run) else run.group(), rest)
    return b"" if is_material(rest) else rest


def _is_dense(run: re.Match[bytes]) -> bool:
    found = run.group()
    return len(set(found)) >= FEWEST_LETTERS and not all(map(_EVIDENCE.fullmatch, found.split()))


def _fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def _decode(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _text(part: bytes) -> str:
    return plain_lines(part.decode("utf-8", "replace"))
