"""Static files: read once, made small once, named by their content, cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rcssmin
import rjsmin
import zopfli.gzip
from flask import Flask, Response, abort, request

FOREVER = "public, max-age=31536000, immutable"

MINIFIERS = {".css": rcssmin.cssmin, ".js": rjsmin.jsmin}
"""What leaves out comments and blanks, by the ending of a file."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and compressed."""

    plain: bytes
    compressed: bytes
    kind: str
    digest: str


def prepare(app: Flask, folder: Path) -> None:
    """Serve the files of `folder` under /s/<digest>/<name>; `asset(name)` gives the address."""
    assets = {file.name: _read(file) for file in sorted(folder.iterdir()) if file.is_file()}

    @app.get("/s/<digest>/<name>")
    def static(digest: str, name: str) -> Response:
        found = assets.get(name)
        if found is None or found.digest != digest:
            abort(404)
        packed = accepts_gzip()
        response = Response(found.compressed if packed else found.plain, mimetype=found.kind)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = FOREVER
        return response

    def asset(name: str) -> str:
        # No url_for: the page of an error needs it too, and a host that is none builds no address.
        return f"/s/{assets[name].digest}/{name}"

    app.jinja_env.globals["asset"] = asset


def accepts_gzip() -> bool:
    """Tell whether the browser takes gzip."""
    return request.accept_encodings.quality("gzip") > 0


def compress(response: Response) -> Response:
    """Compress a page that holds no secret and repeats nothing typed (else BREACH applies)."""
    if accepts_gzip() and not response.direct_passthrough:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


def _read(file: Path) -> Asset:
    smaller = MINIFIERS.get(file.suffix, str)
    plain = smaller(file.read_text("utf-8")).encode("utf-8")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    digest = hashlib.sha256(plain).hexdigest()[:12]
    return Asset(plain, _pack(plain), kind, digest)


@cache
def _pack(plain: bytes) -> bytes:
    """Compress as small as gzip can be made, which takes a tenth of a second, once."""
    packed: bytes = zopfli.gzip.compress(plain)
    return packed
