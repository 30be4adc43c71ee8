"""Hide how long a text is: pad to one of six sizes."""

from __future__ import annotations

SIZES = (64, 256, 1024, 4096, 16 * 1024, 64 * 1024)
"""Padded sizes in bytes."""

LONGEST = SIZES[-1] - 1
"""The longest text, in UTF-8 bytes."""

_MARK = b"\x80"


def pad(text: bytes, *, sizes: tuple[int, ...] = SIZES) -> bytes:
    """Append 0x80 and zeros up to the next size (ISO/IEC 7816-4); `ValueError` when too long."""
    size = next((size for size in sizes if len(text) < size), None)
    if size is None:
        raise ValueError("padding: the text is too long")
    return text + _MARK + bytes(size - len(text) - 1)


def unpad(padded: bytes, *, sizes: tuple[int, ...] = SIZES) -> bytes:
    """Take the padding off; `ValueError` where there is none."""
    text, mark, _ = padded.rpartition(_MARK)
    if len(padded) not in sizes or not mark or padded[len(text) + 1 :].strip(b"\0"):
        raise ValueError("padding: not padded")
    return text
