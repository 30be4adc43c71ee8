"""Verbs about keys: the ceremony, the manifest, and the secrets of the three processes."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.config import processes
from portal.config.portal_toml import read_file
from portal.domain.assessment.routing import load_routing
from portal.operations import ceremony, log_signers
from portal.operations.commands.parsing import Names, add_pair, add_verb, count
from portal.operations.terminal import say


def add(names: Names) -> None:
    """Add the verbs of this family."""
    made = add_verb(
        names,
        "secrets",
        make_secrets,
        "make the secrets of the processes of this host, where they are missing",
    )
    made.add_argument(
        "--for",
        dest="sites",
        action="append",
        choices=ceremony.SITES,
        help="which process runs on this host; may be given again (all three)",
    )
    add_verb(
        names,
        "log-signers",
        show_log_signers,
        "write who signs the audit log on this host, to be carried to the ceremony",
    )
    add_pair(names, "manifest", "show", show_manifest, "check the manifest and list its keys")
    keys = add_verb(
        names,
        "ceremony",
        hold_ceremony,
        "make keys and sign a manifest, on an offline machine",
    )
    keys.add_argument("--agencies", type=Path, required=True, help="agencies.toml")
    keys.add_argument("--into", type=Path, required=True, help="folder; keys that are there stay")
    keys.add_argument("--version", type=count, required=True, help="higher than the last one")
    keys.add_argument(
        "--log-signers", type=Path, required=True, help="what `log-signers` wrote on each host"
    )
    keys.add_argument("--days", type=count, default=365, help="how long the manifest is good")


def show_manifest(_: Namespace) -> int:
    """Check the manifest and list its keys."""
    manifest = processes.load_public(os.environ).manifest
    say(
        f"version {manifest.version}, good until {manifest.not_after.date()}, demo: {manifest.demo}"
    )
    for key in (*manifest.keys, manifest.recovery):
        say(f"{key.agency} {key.compartment} epoch {key.epoch} key {key.key_id.hex()}")
    for one in manifest.log_signers:
        until = "" if one.last is None else f", up to entry {one.last}"
        say(f"the audit log is signed by {one.name} ({one.kind}){until}")
    return 0


def hold_ceremony(chosen: Namespace) -> int:
    """Make keys, where there are none yet, and sign a manifest."""
    folder: Path = chosen.into
    routing = load_routing(read_file(chosen.agencies), name=chosen.agencies.name)
    key_file = folder / "keys.json"
    if not os.path.lexists(key_file):
        ceremony.write_keys(ceremony.make_keys(a.id for a in routing.agencies), key_file)
    keys = ceremony.read_keys(key_file)
    not_after = datetime.now(UTC) + timedelta(days=chosen.days)
    signers = log_signers.read(chosen.log_signers)
    manifest = keys.signed(
        version=chosen.version, not_after=not_after, demo=False, log_signers=signers
    )
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "signers.toml").write_text(ceremony.pins_toml(keys.signers.pins), "ascii")
    say(f"keys.json is for the safe. Carry manifest.json and signers.toml from {folder}")
    return 0


def show_log_signers(_: Namespace) -> int:
    """Write who signs the audit log on this host, for the ceremony."""
    say(log_signers.to_toml(log_signers.of_host(processes.instance_folder(os.environ))).rstrip())
    return 0


def make_secrets(chosen: Namespace) -> int:
    """Make the secrets of the three processes, where they are missing."""
    folder = processes.instance_folder(os.environ)
    sites = tuple(chosen.sites or ceremony.SITES)
    ceremony.write_site_secrets(folder, sites)
    say(f"The secrets of {', '.join(sites)} are in {folder}; those that were there stay.")
    return 0
