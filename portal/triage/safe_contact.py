"""The safe contact as it stands now: what was said later takes the place of what was said before.

Only what is proven to come from the reporter takes the place of anything. Nothing is dropped: what
was replaced stays to be read, marked with the time of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portal.domain.report import SAFE_CONTACT, Compartment
from portal.triage.answers import LATER, Words

_NAMES = frozenset({*LATER, *LATER.values()})


def in_force(words: Sequence[Words], compartment: Compartment) -> tuple[Words, ...]:
    """Mark every safe contact (and wish for one) that a later one replaced.

    Where the safe contact is read, the newest comes first.
    """
    marked = [_marked(one, _replaced_at(one, words)) for one in words]
    return tuple(reversed(marked) if compartment is Compartment.IDENTITY else marked)


def is_only_here(words: Words) -> bool:
    """Tell whether the reporter asked here not to be contacted but through the portal."""
    return any(line.name == SAFE_CONTACT and not line.is_answered for line in words.lines)


def _replaced_at(one: Words, words: Sequence[Words]) -> datetime | None:
    later = (other for other in words if other.revision > one.revision and other.is_replacing)
    return next((other.at for other in later if _is_change(other)), None)


def _is_change(words: Words) -> bool:
    return any(line.name in LATER for line in words.lines)


def _marked(one: Words, at: datetime | None) -> Words:
    lines = (
        replace(line, replaced_at=at) if line.name in _NAMES and line.is_answered else line
        for line in one.lines
    )
    return replace(one, lines=tuple(lines))
