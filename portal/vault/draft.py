"""What a member typed and did not send yet, sealed to that member alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from portal.domain.canon import canon
from portal.domain.errors import OpenFailed
from portal.sealing.padding import SIZES, pad, unpad
from portal.sealing.suite import open_with, private_from_seed, seal_to

SIZES_OF_DRAFTS = (*SIZES, 256 * 1024, 1024 * 1024)
"""Padded sizes in bytes: what can be typed into a form, and more than a request may bring."""


def seal_draft(public: bytes, fields: Mapping[str, str], *, member: str, place: str) -> bytes:
    """Seal the fields of a form (padded) to its member's key, bound to member and place.

    Raises `ValueError` for more than 1 MiB, which no request brings.
    """
    plain = json.dumps(dict(fields), ensure_ascii=False).encode("utf-8", "replace")
    return seal_to(public, pad(plain, sizes=SIZES_OF_DRAFTS), info=_info(member, place))


def open_draft(seed: bytes, sealed: bytes, *, member: str, place: str) -> dict[str, str]:
    """Open what `seal_draft` made with the member's own seed; raises `OpenFailed`."""
    plain = open_with(private_from_seed(seed), sealed, info=_info(member, place))
    try:
        found: dict[str, str] = json.loads(unpad(plain, sizes=SIZES_OF_DRAFTS))
    except ValueError:
        raise OpenFailed from None
    return found


def _info(member: str, place: str) -> bytes:
    return canon("desk-draft-v1", member, place)
