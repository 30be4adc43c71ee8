"""One action at the desk: who does it, when, and the log in which it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from portal.access.roles import Permission, Role, is_allowed
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import PermissionRefused
from portal.store import audit, authority
from portal.store.authority import FACTORS, GRANTS, MEMBER
from portal.store.engine import Db
from portal.store.members import MemberRow

Verify = Callable[[bytes, bytes], bool]
"""Tells whether a signature of an audit entry is right."""


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
    """Who acts, at what time (UTC), and the log it is written to; every use case that writes takes
    one.
    """

    by: Principal
    now: datetime
    log: TrustedLog = field(repr=False)

    def require(self, permission: Permission) -> None:
        """Raise `PermissionRefused` unless the table of permissions allows it."""
        if not self.by.can(permission):
            raise PermissionRefused

    def record(self, db: Db, action: str, about: str, detail: str = "") -> int:
        """Append the action to the audit log, inside the transaction of `db`; gives its number.

        `action` is `subject:what`, with a `detail` from a fixed list where there is one; `about`
        is `kind:id`. Neither ever holds free text.
        """
        return audit.append(
            db,
            at=self.now,
            actor=self.by.member,
            action=f"{action} {detail}".strip(),
            object=about,
            agency=self.by.agency,
            sign=self.log.sign,
            signer=self.log.name,
        )

    def record_member(
        self,
        db: Db,
        action: str,
        member: str,
        detail: str = "",
        *,
        changed: Collection[str] = (MEMBER, GRANTS, FACTORS),
        row: MemberRow | None = None,
    ) -> None:
        """Append an act that changed what a member is or holds, with what it left of their rows.

        Every act that writes these rows ends with this: they count only as the log last said. It
        names the parts that it `changed`, and gives the member's `row` where it changed that one.
        """
        parts = {*changed, MEMBER} if row is not None else {*changed}
        audit.append(
            db,
            at=self.now,
            actor=self.by.member,
            action=f"{action} {detail}".strip(),
            object=audit.MEMBER + member,
            agency=self.by.agency,
            sign=self.log.sign,
            signer=self.log.name,
            state=lambda: authority.state(db, member=member, changed=parts, row=row),
        )
