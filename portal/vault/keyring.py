"""The role seeds that one member was granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.domain.canon import canon
from portal.domain.errors import OpenFailed
from portal.sealing.suite import (
    PrivateKey,
    key_id,
    open_with,
    private_from_seed,
    public_from_seed,
    seal_to,
)


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """The seed behind one key of the manifest."""

    agency: str
    compartment: str
    epoch: int
    seed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedRoleSeed:
    """A role seed, sealed to one member."""

    agency: str
    compartment: str
    epoch: int
    sealed: bytes = field(repr=False)


class Keyring:
    """Private keys by their key id. Empty for a member without grants."""

    __slots__ = ("_private", "_seeds")

    def __init__(self, seeds: Iterable[RoleSeed] = ()) -> None:
        self._seeds: dict[bytes, RoleSeed] = {
            key_id(public_from_seed(role.seed)): role for role in seeds
        }
        self._private: dict[bytes, PrivateKey] = {}

    def private(self, key: bytes) -> PrivateKey | None:
        """Find the private key of that id."""
        role = self._seeds.get(key)
        if role is None:
            return None
        if key not in self._private:
            self._private[key] = private_from_seed(role.seed)
        return self._private[key]

    def holds(self, agency: str, compartment: str) -> bool:
        """Tell whether some epoch of the compartment can be opened."""
        return any(self.seeds(agency, compartment))

    def seeds(self, agency: str, compartment: str) -> tuple[RoleSeed, ...]:
        """Give the seeds of every epoch held, to grant them to somebody else."""
        return tuple(
            role
            for role in self._seeds.values()
            if (role.agency, role.compartment) == (agency, compartment)
        )


def seal_role_seed(role: RoleSeed, *, member: str, to_public: bytes) -> SealedRoleSeed:
    """Grant a role seed: seal it to a member's own public key."""
    info = _info(member, role.agency, role.compartment, role.epoch)
    sealed = seal_to(to_public, role.seed, info=info)
    return SealedRoleSeed(role.agency, role.compartment, role.epoch, sealed)


def open_keyring(member_seed: bytes, *, member: str, grants: Iterable[SealedRoleSeed]) -> Keyring:
    """Open every grant of a member; raises `OpenFailed` if one was not made for this member."""
    private = private_from_seed(member_seed)
    seeds = []
    for grant in grants:
        info = _info(member, grant.agency, grant.compartment, grant.epoch)
        seed = open_with(private, grant.sealed, info=info)
        if len(seed) != 32:
            raise OpenFailed
        seeds.append(RoleSeed(grant.agency, grant.compartment, grant.epoch, seed))
    return Keyring(seeds)


def recovery_keyring(seeds: Mapping[str, bytes]) -> Keyring:
    """A keyring of bare seeds by agency name: the offline recovery key, in a ceremony."""
    return Keyring(RoleSeed(name, name, 1, seed) for name, seed in seeds.items())


def _info(member: str, agency: str, compartment: str, epoch: int) -> bytes:
    return canon("role-grant-v1", member, agency, compartment, epoch)
