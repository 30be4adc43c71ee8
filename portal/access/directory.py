"""Who works at the agency, which keys they hold, and where new keys are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.access.membership import REMOVED
from portal.access.principal import Principal
from portal.access.roles import Permission, Role, compartments_of, known_role
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import NotFound, PermissionRefused
from portal.sealing.manifest import Manifest
from portal.store import audit, members
from portal.store.engine import Db
from portal.store.members import MemberRow


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One member, as colleagues may know them; `holds` has each compartment's newest epoch.

    `is_changed` where somebody else changed the member's rows, which count no more; there is no
    `role` where they wrote one that is none.
    """

    name: str
    role: Role | None
    status: str
    is_changed: bool
    may_hold: tuple[str, ...]
    holds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Due:
    """A compartment whose keys somebody knew who has left; the next epoch ends that."""

    compartment: str
    epoch: int
    left: str


def list_members(db: Db, *, by: Principal, log: TrustedLog) -> tuple[DirectoryEntry, ...]:
    """List the members of one's agency, those removed last."""
    if not by.can(Permission.MEMBERS_SEE):
        raise PermissionRefused
    rows = members.every(db, agency=by.agency)
    found = [_person(db, row, log) for row in rows]
    return tuple(sorted(found, key=lambda person: (person.status == REMOVED, person.name)))


def find_member(db: Db, *, member: str, log: TrustedLog) -> DirectoryEntry:
    """Show one member; everybody may see themselves."""
    row = members.get(db, name=member)
    if row is None:
        raise NotFound
    return _person(db, row, log)


def epochs_due(db: Db, *, by: Principal, manifest: Manifest) -> tuple[Due, ...]:
    """Name the compartments to which reports are still sealed under a key that a leaver held.

    A new epoch takes the offline ceremony of the manifest: nobody at a desk can make one.
    """
    if not by.can(Permission.MEMBERS_SEE):
        raise PermissionRefused
    return tuple(
        Due(compartment, epoch, row.name)
        for row in members.every(db, agency=by.agency)
        if row.status == REMOVED
        for compartment, epoch in _held_at_removal(db, row.name)
        if manifest.recipients(by.agency, compartment)[0].epoch <= epoch
    )


def _held_at_removal(db: Db, name: str) -> list[tuple[str, int]]:
    """Read from the audit log what a leaver held: the rows themselves are gone."""
    entries = audit.about(db, object=f"member:{name}")
    left = [entry.action for entry in entries if entry.action.startswith("member:removed")]
    parts = (word.partition("@") for action in left for word in action.split()[1:])
    return [(compartment, int(epoch)) for compartment, _, epoch in parts]


def _person(db: Db, row: MemberRow, log: TrustedLog) -> DirectoryEntry:
    role = known_role(row.role)
    return DirectoryEntry(
        name=row.name,
        role=role,
        status=row.status,
        is_changed=not log.is_as_logged(db, member=row.name),
        may_hold=compartments_of(role) if role else (),
        holds={grant.compartment: grant.epoch for grant in members.grants(db, member=row.name)},
    )
