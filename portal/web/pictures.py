"""Pictures drawn on the server, as inline SVG without styles or scripts."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

MASK = 2
"""One of the eight patterns (ISO/IEC 18004); readers read each of them. To weigh all eight was half
of what the page with the code cost."""


def qr_svg(text: str) -> Markup:
    """Draw a QR code, dark on light with its quiet zone in every colour scheme."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=MASK).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return Markup(drawn.getvalue().decode("utf-8"))  # noqa: S704 - drawn here, holds no typed text
