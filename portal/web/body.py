"""No picture, no file, ever: refused from the raw bytes, before anything is parsed.

A form's own sealed draft is base64 as well; it is let through by its name, and bounded.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

LARGEST = 256 * 1024
"""Bytes of a whole request."""

LONGEST_RUN = 1500
"""Base64 characters in a row. A text has spaces; a small picture has ten times as many."""

SEALED = (b"draft", b"thread", b"csrf_token")
"""Our own fields: sealed or signed, and checked when they are opened."""

FORM = "application/x-www-form-urlencoded"

_RUN = re.compile(rb"(?:[A-Za-z0-9+/_=-]\s{0,2}){%d}" % LONGEST_RUN)
_DATA = re.compile(rb"data:\s*[a-z0-9.+/;=-]{0,80}[;,]", re.IGNORECASE)
_DATA_KINDS = re.compile(rb"data:\s*(?:image|video|audio|application|text|font|model|;|,)", re.I)


class PictureRefused(UnsupportedMediaType):
    """Somebody tries to send a picture or a file; `draft` is what they had answered before."""

    def __init__(self, draft: str = "") -> None:
        super().__init__()
        self.draft = draft


def prepare(app: Flask) -> None:
    """Look at the body of every request before a form does."""

    @app.before_request
    def refuse_material() -> None:
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            check(request)


def check(asked: Request) -> None:
    """Raise `PictureRefused` (415) or `RequestEntityTooLarge` (413) for what is never accepted."""
    if (asked.content_length or 0) > LARGEST:
        raise RequestEntityTooLarge
    kind = (asked.mimetype or "").lower()
    if kind not in ("", FORM):
        raise PictureRefused
    raw = asked.get_data(cache=True, parse_form_data=False)
    if kind == "" and raw:
        raise PictureRefused
    if len(raw) > LARGEST:
        raise RequestEntityTooLarge
    fields = list(_fields(raw))
    if any(name not in SEALED and is_material(value) for name, value in fields):
        drafts = [value for name, value in fields if name == b"draft"]
        raise PictureRefused(drafts[0].decode("ascii", "replace") if drafts else "")


def is_material(value: bytes) -> bool:
    """Tell whether a value is a `data:` address or holds a long run of base64."""
    if _DATA_KINDS.search(value) and _DATA.search(value):
        return True
    return len(value) >= LONGEST_RUN and _RUN.search(value) is not None


def _fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def _decode(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))
