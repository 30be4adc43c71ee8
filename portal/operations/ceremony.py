"""The key ceremony: make every key of a deployment, and sign the manifest of the public ones.

A real deployment does this on a machine that is offline, and carries only `manifest.json` and the
signers' public keys to the server.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal.config.portal_toml import read_file
from portal.domain.errors import ConfigError
from portal.domain.log_signers import LogSigner
from portal.domain.report import Compartment
from portal.sealing.envelope import RECOVERY
from portal.sealing.manifest import Manifest, RecipientKey, SignerPins
from portal.sealing.suite import public_from_seed
from portal.vault.keyring import RoleSeed
from portal.vault.signing import Signers, sign_manifest

SEED_BYTES = 32
"""Every private key is a seed of this size."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """Every private key of a deployment. It belongs on a medium in a safe."""

    signers: Signers
    recovery: bytes = field(repr=False)
    roles: tuple[RoleSeed, ...]

    def manifest(
        self, *, version: int, not_after: datetime, demo: bool, log_signers: Iterable[LogSigner]
    ) -> Manifest:
        """Give the public halves, to be signed."""
        keys = tuple(
            RecipientKey(role.agency, role.compartment, role.epoch, public_from_seed(role.seed))
            for role in self.roles
        )
        recovery = RecipientKey(RECOVERY, RECOVERY, 1, public_from_seed(self.recovery))
        return Manifest(version, not_after, demo, keys, recovery, tuple(log_signers))

    def signed(
        self, *, version: int, not_after: datetime, demo: bool, log_signers: Iterable[LogSigner]
    ) -> bytes:
        """Give the signed manifest as it is written to `manifest.json`."""
        manifest = self.manifest(
            version=version, not_after=not_after, demo=demo, log_signers=log_signers
        )
        return sign_manifest(manifest, self.signers)


def make_keys(agencies: Iterable[str]) -> KeySet:
    """Make signers, a recovery key, and a role key for each agency and compartment."""
    roles = tuple(
        RoleSeed(agency, compartment, 1, os.urandom(32))
        for agency in agencies
        for compartment in Compartment
    )
    return KeySet(Signers(os.urandom(32), os.urandom(32)), os.urandom(32), roles)


def write_keys(keys: KeySet, file: Path) -> None:
    """Write every private key to one file that only its owner may read."""
    plain = {
        "signers": {"ed25519": keys.signers.ed25519.hex(), "mldsa65": keys.signers.mldsa65.hex()},
        "recovery": keys.recovery.hex(),
        "roles": [[r.agency, r.compartment, r.epoch, r.seed.hex()] for r in keys.roles],
    }
    write_secret(file, json.dumps(plain, indent=1).encode("ascii"))


def read_keys(file: Path) -> KeySet:
    """Read what `write_keys` wrote; raises `ConfigError` for anything else."""
    source = read_file(file)
    try:
        plain = json.loads(source)
        signers = Signers(*(_seed(plain["signers"][name]) for name in ("ed25519", "mldsa65")))
        roles = tuple(_role(*row) for row in plain["roles"])
        return KeySet(signers, _seed(plain["recovery"]), roles)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(f"{file} is not the file of keys that `ceremony` writes") from None


def _role(agency: str, compartment: str, epoch: int, seed: str) -> RoleSeed:
    if not isinstance(agency, str) or not isinstance(epoch, int):
        raise TypeError
    return RoleSeed(agency, Compartment(compartment), epoch, _seed(seed))


def _seed(text: str) -> bytes:
    seed = bytes.fromhex(text)
    if len(seed) != SEED_BYTES:
        raise ValueError
    return seed


def pins_toml(pins: SignerPins) -> str:
    """Write the signers' public keys as the table of `portal.toml` that pins them."""
    ed25519 = base64.b64encode(pins.ed25519).decode("ascii")
    mldsa65 = base64.b64encode(pins.mldsa65).decode("ascii")
    return f'[signers]\ned25519 = "{ed25519}"\nmldsa65 = "{mldsa65}"\n'


def write_secret(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read; an existing one stays as it is."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
    except OSError:
        # Half a key is none, and would stay for ever.
        file.unlink()
        raise


def replace_secret(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; the same content is left."""
    if file.exists() and file.read_bytes() == content:
        return
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    write_secret(fresh, content)
    fresh.replace(file)


SITES = ("public", "staff", "worker")
"""The processes that have secrets, each in a folder of its own."""


def write_site_secrets(instance: Path, sites: Collection[str] = SITES) -> None:
    """Make the secrets of these processes; those that are there stay."""
    for name in (
        "public/secret.key",
        "public/draft.key",
        "public/pepper.key",
        "public/salt.key",
        "staff/secret.key",
        "staff/audit.key",
        "worker/worker.seed",
        "worker/audit.key",
    ):
        if name.partition("/")[0] in sites:
            write_secret(instance / name, os.urandom(32))
