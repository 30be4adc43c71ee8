"""Who signs entries of the audit log: one key for each host, and each kind only its own acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SignerKind(StrEnum):
    """What a host does whose key signs entries of the log."""

    DESK = "desk"
    """A host of the staff site, and the operator's commands there."""

    WORKER = "worker"
    """A host of the worker."""


_WORKERS_ALONE = frozenset({"filing:ok", "shred:swept"})
_WORKERS = _WORKERS_ALONE | {"case:released"}

NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
"""What a signer's name looks like."""


@dataclass(frozen=True, slots=True)
class LogSigner:
    """One key that signs entries; `last` is the number of the last entry that it may have signed,
    None while it is in use.
    """

    name: str
    kind: SignerKind
    public: bytes
    last: int | None = None

    def may_have_signed(self, sequence: int, action: str) -> bool:
        """Tell whether an entry of that number, about that act, can be this signer's."""
        is_in_time = sequence > 0 and (self.last is None or sequence <= self.last)
        return is_in_time and may_sign(self.kind, action)


def may_sign(kind: SignerKind, action: str) -> bool:
    """Tell whether a kind of host signs such acts: the worker a few, the desk all others."""
    tag = action.partition(" ")[0]
    return tag in _WORKERS if kind is SignerKind.WORKER else tag not in _WORKERS_ALONE


def by_name(signers: tuple[LogSigner, ...]) -> Mapping[str, LogSigner]:
    """Give the signers by their names."""
    return {one.name: one for one in signers}
