"""One action at the desk: who does it, when, and how its audit entry is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from portal.access.roles import Permission, Role, is_allowed
from portal.domain.errors import PermissionRefused
from portal.store import audit
from portal.store.engine import Db

Sign = Callable[[bytes], bytes]
"""Signs one audit entry (Ed25519)."""


Verify = Callable[[bytes, bytes], bool]
"""Tells whether a signature of an audit entry is right."""


def trust_nothing(signature: bytes, entry: bytes) -> bool:  # noqa: ARG001
    """What an act checks entries with that reads none: it would find each of them forged."""
    return False


@dataclass(frozen=True, slots=True)
class Principal:
    """A member who has proved who they are."""

    member: str
    role: Role
    agency: str

    def can(self, permission: Permission) -> bool:
        """Tell whether this member may do that."""
        return is_allowed(self.role, permission)


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, at what time (UTC), with what signature; every use case that writes takes one.

    `verify` checks entries of the log where an act reads a report.
    """

    by: Principal
    now: datetime
    sign: Sign = field(repr=False)
    verify: Verify = field(default=trust_nothing, repr=False)

    def require(self, permission: Permission) -> None:
        """Raise `PermissionRefused` unless the table of permissions allows it."""
        if not self.by.can(permission):
            raise PermissionRefused

    def record(self, db: Db, action: str, about: str, detail: str = "") -> None:
        """Append the action to the audit log, inside the transaction of `db`.

        `action` is `subject:what`, with a `detail` from a fixed list where there is one; `about`
        is `kind:id`. Neither ever holds free text.
        """
        audit.append(
            db,
            at=self.now,
            actor=self.by.member,
            action=f"{action} {detail}".strip(),
            object=about,
            agency=self.by.agency,
            sign=self.sign,
        )
