"""One injective encoding for everything that binds a key or a ciphertext to its place."""

from __future__ import annotations

_LENGTH = 8


def canon(*parts: bytes | str | int) -> bytes:
    """Encode `parts` so that two different lists never give the same bytes.

    count ‖ (length ‖ bytes)*, every count and length as 8 bytes, big-endian. A string stands as
    its UTF-8 bytes, a whole number as 8 bytes big-endian; a negative number raises `ValueError`.
    """
    encoded = [_bytes(part) for part in parts]
    pieces = [len(encoded).to_bytes(_LENGTH, "big")]
    for piece in encoded:
        pieces.append(len(piece).to_bytes(_LENGTH, "big"))
        pieces.append(piece)
    return b"".join(pieces)


def parts_of(encoded: bytes) -> list[bytes]:
    """Give back the parts that `canon` encoded, as bytes; `ValueError` for anything else."""
    count, at = _number(encoded, 0), _LENGTH
    parts: list[bytes] = []
    while at < len(encoded):
        end = at + _LENGTH + _number(encoded, at)
        parts.append(encoded[at + _LENGTH : end])
        at = end
    if at != len(encoded) or len(parts) != count:
        raise ValueError("canon: cut short, or followed by something else")
    return parts


def _number(encoded: bytes, at: int) -> int:
    piece = encoded[at : at + _LENGTH]
    if len(piece) != _LENGTH:
        raise ValueError("canon: cut short")
    return int.from_bytes(piece, "big")


def _bytes(part: bytes | str | int) -> bytes:
    if isinstance(part, bytes):
        return part
    if isinstance(part, str):
        return part.encode("utf-8")
    if part < 0 or part.bit_length() > 8 * _LENGTH:
        raise ValueError("canon: a number must fit in 64 bits and not be negative")
    return part.to_bytes(_LENGTH, "big")
