"""The fields of a form or an address: counted before they are parsed, and decoded quickly.

Half a megabyte of `a&a&a&…` costs a second in the parsers of Werkzeug and urllib, and so do as many
percent signs; here every body that may be sent is read in milliseconds.
"""

from __future__ import annotations

import binascii
import re
from functools import cached_property

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

from portal.domain import plaintext

FORM = "application/x-www-form-urlencoded"

MOST_FIELDS = 500
"""Fields of one form; the longest page of ours has fewer than a hundred."""

MOST_STRAY = 1000
"""Percent signs that begin no escape. No browser sends any, so these are typed by hand."""

_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Field = tuple[bytes, bytes]


class TooManyFields(BadRequest):
    """More fields, or more broken escapes, than any form of ours sends."""


def parse(raw: bytes) -> list[Field]:
    """Read `name=value&…`; raises `TooManyFields` before it does any work for each field."""
    if raw.count(b"&") >= MOST_FIELDS:
        raise TooManyFields
    raw, strays = _STRAY.subn(b"%25", raw, MOST_STRAY)
    if strays == MOST_STRAY and _STRAY.search(raw):
        raise TooManyFields
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [(_unquote(name), _unquote(value)) for name, _, value in pairs]


def _unquote(part: bytes) -> bytes:
    """Decode the escapes of a part in which each percent sign begins one.

    They are those of quoted-printable with another sign, which the standard library reads in C:
    urllib takes thirty times as long.
    """
    part = part.replace(b"+", b" ")
    if b"%" not in part:
        return part
    return binascii.a2b_qp(part.replace(b"=", b"=3D").replace(b"%", b"="))


class SiteRequest(Request):
    """A request whose parameters and fields hold nothing that a database refuses."""

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the body, decoded; none of a body that is no form."""
        raw = self.get_data(cache=True, parse_form_data=False)
        return parse(raw) if (self.mimetype or "").lower() == FORM else []

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """The fields as values that name something; `body.typed` has what somebody wrote.

        There are none of a body that can't be read: it is refused before a page asks for them, but
        the page that says so may ask as well.
        """
        try:
            return _values(self.fields)
        except HTTPException:
            return ImmutableMultiDict()

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """The parameters of the address; of too many of them none."""
        try:
            return _values(parse(self.query_string))
        except TooManyFields:
            return ImmutableMultiDict()


def _values(fields: list[Field]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict((value_of(name), value_of(value)) for name, value in fields)


def value_of(part: bytes) -> str:
    """Give a name or a value of a form; what no database takes is U+FFFD."""
    return plaintext.replaced(part.decode("utf-8", "replace"))


def prepare(app: Flask) -> None:
    """Read every request so; a path that no page can have is none."""
    app.request_class = SiteRequest

    @app.before_request
    def refuse_path() -> None:
        if not plaintext.is_usable(request.path):
            raise NotFound
