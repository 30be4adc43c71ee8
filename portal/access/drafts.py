"""Drafts: what a member typed that was refused, or never sent. Nobody else can open one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.domain.canon import canon
from portal.domain.errors import OpenFailed
from portal.sealing.suite import key_id, public_from_seed
from portal.store import drafts, members
from portal.store.engine import Db
from portal.vault.draft import open_draft, seal_draft

KEPT = timedelta(days=1)
"""How long a draft can be opened."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: a member, by the name of the key that their own seed gives."""

    member: str
    key_id: bytes


def writer(*, member: str, seed: bytes) -> Writer:
    """Name who writes, from the seed that their session opened."""
    return Writer(member, key_id(public_from_seed(seed)))


def save_draft(
    db: Db, *, secret: bytes, by: Writer, place: str, fields: Mapping[str, str], now: datetime
) -> bool:
    """Save what the member typed at that place, in place of what was saved there before.

    It needs no session: it is sealed to the member's own key, and to no other that somebody put
    into the database. False where it can't be saved: the member has another key or none any more,
    or the text is longer than any request brings.
    """
    row = members.get(db, name=by.member)
    if row is None or row.public_key is None or key_id(row.public_key) != by.key_id:
        return False
    try:
        sealed = seal_draft(row.public_key, fields, member=by.member, place=place)
    except ValueError:
        return False
    drafts.put(db, id=_id(secret, by.member, place), sealed=sealed, at=now)
    return True


def find_drafts(
    db: Db, *, secret: bytes, member: str, seed: bytes, places: Iterable[str], now: datetime
) -> dict[str, dict[str, str]]:
    """Give what the member typed at these places within a day; one query."""
    by_id = {_id(secret, member, place): place for place in places}
    found: dict[str, dict[str, str]] = {}
    for name, sealed in drafts.several(db, ids=by_id, since=now - KEPT).items():
        try:
            found[by_id[name]] = open_draft(seed, sealed, member=member, place=by_id[name])
        except OpenFailed:
            continue  # sealed to a key that the member had before
    return found


def forget_draft(db: Db, *, secret: bytes, member: str, place: str) -> None:
    """Forget what the member typed at that place: it was sent, or thrown away."""
    drafts.remove(db, id=_id(secret, member, place))


def _id(secret: bytes, member: str, place: str) -> bytes:
    return hmac.digest(secret, canon("draft-id-v1", member, place), "sha256")
