"""A demo deployment in a folder of its own, made once in a run and copied for each test.

Who makes one closes it (`with`), and with it the databases of every site that was made on it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from portal.operations import ceremony, demo, log_signers
from portal.operations.ceremony import KeySet
from tests.builders.clock import StandingClock

NOW = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)


@dataclass
class Deployment:
    """An instance folder, the environment in which its processes start, and the clock by which the
    sites go that are made on it inside a test."""

    folder: Path
    environ: dict[str, str]
    clock: StandingClock = field(default_factory=StandingClock, compare=False)
    opened: ExitStack | None = None

    def __enter__(self) -> Self:
        self.opened = ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        """Close what the sites of this deployment opened."""
        assert self.opened
        self.opened.close()

    @property
    def keys(self) -> KeySet:
        """Every private key: a demo keeps them beside the manifest."""
        return ceremony.read_keys(self.folder / "offline" / "keys.json")

    def sign(self, *, version: int = 1, days: float = 30, demo: bool = True) -> None:
        """Write another manifest with the same keys."""
        not_after = datetime.now(UTC) + timedelta(days=days)
        signers = log_signers.of_host(self.folder)
        raw = self.keys.signed(version=version, not_after=not_after, demo=demo, log_signers=signers)
        (self.folder / "manifest.json").write_bytes(raw)

    def write(self, name: str, old: str, new: str) -> None:
        """Change a text file of the instance."""
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def clean_environ(self, **more: str) -> dict[str, str]:
        """Give the environment for a process of its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PORTAL_", "COV_", "PYTEST_")) and not name.endswith("_URL")
        }
        return kept | self.environ | more


def make_deployment(folder: Path, **environ: str) -> Deployment:
    """Make a whole demo: files, databases (in SQLite unless `environ` names others), members."""
    whole = {"PORTAL_INSTANCE": str(folder)} | environ
    demo.make_demo(whole)
    return Deployment(folder, whole)


def copy_deployment(original: Deployment, folder: Path) -> Deployment:
    """Copy a deployment with its databases."""
    shutil.copytree(original.folder, folder)
    return Deployment(folder, {"PORTAL_INSTANCE": str(folder)})
