"""What a process can reach, and what it is given: held by the running code, not by a drawing."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]

LOADED = """
import os, sys
import config
from portal.public import create_app
create_app(config.load("public", os.environ))
rooms = ("vault", "access", "triage", "staff", "worker", "operations")
held = [name for name in sys.modules for room in rooms if name.startswith(f"portal.{room}")]
print(",".join(sorted(held)))
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return make_deployment(tmp_path_factory.mktemp("architecture") / "instance")


def run(deployment: Deployment, code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=deployment.clean_environ(**environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_fresh_public_process_holds_nothing_that_opens(deployment: Deployment) -> None:
    done = run(deployment, LOADED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_look_into_a_process_can_fail(deployment: Deployment) -> None:
    done = run(deployment, "import portal.vault.keyring\n" + LOADED)
    assert "portal.vault.keyring" in done.stdout


def values(thing: object) -> Iterator[bytes]:
    """Every byte string inside a configuration, however deep."""
    if isinstance(thing, bytes):
        yield thing
    elif isinstance(thing, (tuple, list, frozenset, set)):
        for inner in thing:
            yield from values(inner)
    elif isinstance(thing, dict):
        yield from values(list(thing.values()))
    elif dataclasses.is_dataclass(thing):
        for item in dataclasses.fields(thing):
            yield from values(getattr(thing, item.name))


def private_keys(deployment: Deployment) -> list[bytes]:
    keys = deployment.keys
    own = [
        (deployment.folder / name).read_bytes()
        for name in ("staff/audit.key", "worker/worker.seed", "worker/audit.key")
    ]
    seeds = [role.seed for role in keys.roles]
    return [keys.recovery, keys.signers.ed25519, keys.signers.mldsa65, *seeds, *own]


def test_the_public_settings_hold_no_private_key(deployment: Deployment) -> None:
    held = set(values(config.load_public(deployment.environ)))
    assert held, "the settings do hold secrets of their own, and the look into them finds those"
    assert not held & set(private_keys(deployment))


def test_the_look_into_settings_finds_a_private_key(deployment: Deployment) -> None:
    held = set(values(config.load_staff(deployment.environ)))
    assert held & set(private_keys(deployment))


def test_no_secret_shows_in_a_repr(deployment: Deployment) -> None:
    for load in (config.load_public, config.load_staff, config.load_worker):
        settings = load(deployment.environ)
        shown = repr(settings)
        for secret in values(settings):
            if len(secret) == 32:
                assert repr(secret) not in shown
                assert secret.hex() not in shown


@pytest.mark.parametrize("site", ["public", "staff"])
def test_a_site_that_is_set_up_wrongly_does_not_start(deployment: Deployment, site: str) -> None:
    done = run(deployment, "import wsgi", PORTAL_SITE=site, PORTAL_DEMO="0")
    assert done.returncode != 0
    assert "PORTAL_DEMO=0" in done.stderr
    assert "Traceback" not in done.stderr


def test_there_is_no_site_without_a_name(deployment: Deployment) -> None:
    done = run(deployment, "import wsgi", PORTAL_SITE="worker")
    assert done.returncode != 0
    assert "PORTAL_SITE" in done.stderr


def test_the_import_law_holds() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout
