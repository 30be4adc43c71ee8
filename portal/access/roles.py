"""Who may do what: one table, and everything that is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.report import Compartment


class Role(StrEnum):
    """What a member is at the agency; each member has exactly one role."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that can be done at the desk."""

    ACCOUNT_USE = "account.use"
    QUEUE_SEE = "queue.see"
    QUEUE_TAKE = "queue.take"
    CASE_SEE = "case.see"
    CASE_ASSIGN = "case.assign"
    CASE_MOVE = "case.move"
    CASE_NOTE = "case.note"
    CASE_REPLY = "case.reply"
    CASE_DELETE = "case.delete"
    OPEN_TRIAGE = "open.triage"
    OPEN_INDICATORS = "open.indicators"
    OPEN_IDENTITY = "open.identity"
    MEMBERS_SEE = "members.see"
    MEMBERS_MANAGE = "members.manage"
    MEMBERS_GRANT = "members.grant"
    AUDIT_READ = "audit.read"


_EVERYONE = frozenset(Role)
_WORKERS = frozenset({Role.ANALYST, Role.SUPERVISOR})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_CUSTODIAN = frozenset({Role.CUSTODIAN})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

PERMISSIONS: Mapping[Permission, frozenset[Role]] = {
    Permission.ACCOUNT_USE: _EVERYONE,
    Permission.QUEUE_SEE: _WORKERS | _CUSTODIAN,
    Permission.QUEUE_TAKE: _WORKERS,
    Permission.CASE_SEE: _WORKERS | _CUSTODIAN,
    Permission.CASE_ASSIGN: _SUPERVISOR,
    Permission.CASE_MOVE: _WORKERS,
    Permission.CASE_NOTE: _WORKERS,
    Permission.CASE_REPLY: _WORKERS,
    Permission.CASE_DELETE: _SUPERVISOR,
    Permission.OPEN_TRIAGE: _WORKERS,
    Permission.OPEN_INDICATORS: _WORKERS,
    Permission.OPEN_IDENTITY: _CUSTODIAN,
    Permission.MEMBERS_SEE: _SUPERVISOR | _CUSTODIAN | _ADMINISTRATOR,
    Permission.MEMBERS_MANAGE: _ADMINISTRATOR,
    Permission.MEMBERS_GRANT: _SUPERVISOR | _CUSTODIAN,
    Permission.AUDIT_READ: frozenset({Role.AUDITOR}),
}
"""The one table of permissions. Menus, routes and use cases all read it."""

OPENING: Mapping[Compartment, Permission] = {
    Compartment.TRIAGE: Permission.OPEN_TRIAGE,
    Compartment.INDICATORS: Permission.OPEN_INDICATORS,
    Compartment.IDENTITY: Permission.OPEN_IDENTITY,
}
"""What it takes to open each compartment."""


def known_role(text: str) -> Role | None:
    """Give the role of that name; None for what somebody else wrote into the database."""
    return Role(text) if text in set(Role) else None


def is_allowed(role: Role, permission: Permission) -> bool:
    """Tell whether a member of that role may do this; what the table doesn't say is no."""
    return role in PERMISSIONS.get(permission, frozenset())


def compartments_of(role: Role) -> tuple[Compartment, ...]:
    """Give the compartments whose keys a member of that role may be granted."""
    return tuple(part for part in Compartment if is_allowed(role, OPENING[part]))
