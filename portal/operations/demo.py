"""A demo deployment: two agencies, a member for every role, keys marked as demo keys."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from portal import access
from portal.access import Role, compartments_of
from portal.config import processes
from portal.config.portal_toml import read_file
from portal.domain.assessment.routing import load_routing
from portal.domain.errors import ConfigError
from portal.operations import ceremony, log_signers, upgrading
from portal.store import members, migrate
from portal.store.engine import Connection, connect

LASTS = timedelta(days=365)
"""How long a demo manifest is good for."""

SETTINGS = """\
# The settings of this deployment; docs/operations.md explains each.
exit_url = "https://www.wikipedia.org/"
languages = [
  "vi", "en", "fr", "es", "ar", "pt", "ru", "zh-Hans", "hi", "id", "fil", "th", "km",
  "sw",
]
country = "VN"
timezone = "Asia/Ho_Chi_Minh"
https = false
receipt_days = 730
deletion = "decide"
manifest_version = 1

"""

PEOPLE: tuple[tuple[str, Role, str], ...] = (
    ("linh.analyst", Role.ANALYST, "vn-hotline"),
    ("minh.analyst", Role.ANALYST, "vn-hotline"),
    ("hoa.supervisor", Role.SUPERVISOR, "vn-hotline"),
    ("quang.custodian", Role.CUSTODIAN, "vn-hotline"),
    ("thu.auditor", Role.AUDITOR, "vn-hotline"),
    ("son.administrator", Role.ADMINISTRATOR, "vn-hotline"),
    ("maya.analyst", Role.ANALYST, "sea-desk"),
    ("arif.supervisor", Role.SUPERVISOR, "sea-desk"),
    ("sari.analyst", Role.ANALYST, "sea-desk"),
    ("dara.custodian", Role.CUSTODIAN, "sea-desk"),
)
"""Who works in the demo: name, role, agency."""

WORDS = (
    "bamboo", "candle", "drum", "feather", "garden", "harbour", "island", "jasmine", "kettle",
    "lantern", "mango", "noodle", "orchid", "pepper", "quilt", "river", "saddle", "temple",
    "umbrella", "valley", "window", "yarn", "zebra", "market", "paper", "sugar", "thunder", "boat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoMember:
    """One demo member with everything that signs in."""

    name: str
    role: Role
    agency: str
    passphrase: str = field(repr=False)
    totp_secret: bytes = field(repr=False)


def make_demo(environ: Mapping[str, str]) -> Path:
    """Make the demo deployment, or finish one that was begun; gives the credentials file."""
    instance = processes.instance_folder(environ)
    if not processes.has_deployment(instance):
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_files(instance)
    elif not processes.load_staff(environ).demo:
        raise ConfigError(f"the deployment in {instance} is a real one: no demo is made of it")
    else:
        _name_signers(environ, instance)
    file = instance / "demo-credentials.json"
    with connect(*processes.database_urls(environ)) as connection:
        _upgrade(connection, environ)
        _refuse_lost_credentials(connection, file)
        _complete(file)
        _enrol(connection, environ, _people(file))
    return file


def _upgrade(connection: Connection, environ: Mapping[str, str]) -> None:
    """Bring the databases to the newest form; a demo of an earlier release is signed by itself.

    A deployment's operator does that knowingly, with `upgrade-seals`; a demo holds every key.
    """
    upgrading.sign_what_waits(
        connection,
        key=log_signers.desk_key(processes.load_staff(environ)),
        trust=upgrading.trust_of(processes.load_staff(environ)),
        pepper=processes.load_public(environ).receipt_pepper,
        now=datetime.now(UTC),
        progress=lambda *_: None,
    )
    migrate.upgrade(connection)


def _name_signers(environ: Mapping[str, str], instance: Path) -> None:
    """Sign the manifest of a demo of an earlier release anew, with who signs its audit log."""
    ceremony.write_site_secrets(instance)
    manifest = processes.load_staff(environ).manifest
    if manifest.log_signers:
        return
    keys = ceremony.read_keys(instance / "offline" / "keys.json")
    raw = keys.signed(
        version=manifest.version + 1,
        not_after=manifest.not_after,
        demo=True,
        log_signers=log_signers.of_host(instance),
    )
    (instance / "manifest.json").write_bytes(raw)


def find_person(environ: Mapping[str, str], name: str | None) -> DemoMember:
    """Give a demo member with everything that signs in; the first one, where no name is given."""
    file = processes.instance_folder(environ) / "demo-credentials.json"
    if not os.path.lexists(file):
        raise ConfigError("there is no demo here: run `python -m portal demo`")
    people = {person.name: person for person in _people(file)}
    found = people.get(name or PEOPLE[0][0])
    if found is None:
        raise ConfigError("no demo member of that name; there are: " + ", ".join(people))
    return found


def everybody(instance: Path) -> list[DemoMember]:
    """Give every demo member with everything that signs in; raises `ConfigError`."""
    return _people(instance / "demo-credentials.json")


def _refuse_lost_credentials(connection: Connection, file: Path) -> None:
    """Never write credentials that open nothing: the old ones are the only ones."""
    with connection.begin(write=False) as db:
        is_enrolled = members.get(db, name=PEOPLE[0][0]) is not None
    if is_enrolled and not file.exists():
        raise ConfigError(f"{file} is missing, and nothing else signs in: remove the whole folder")


def _make_files(instance: Path) -> None:
    """Keys, manifest and settings; `portal.toml` comes last and says that all is there."""
    source = resources.files("portal.operations.demo_files").joinpath("agencies.toml").read_bytes()
    (instance / "agencies.toml").write_bytes(source)
    agencies = [agency.id for agency in load_routing(source, name="agencies.toml").agencies]
    ceremony.write_site_secrets(instance)
    key_file = instance / "offline" / "keys.json"
    ceremony.write_keys(ceremony.make_keys(agencies), key_file)
    keys = ceremony.read_keys(key_file)
    not_after = datetime.now(UTC) + LASTS
    manifest = keys.signed(
        version=1, not_after=not_after, demo=True, log_signers=log_signers.of_host(instance)
    )
    (instance / "manifest.json").write_bytes(manifest)
    (instance / "portal.toml").write_text(SETTINGS + ceremony.pins_toml(keys.signers.pins), "utf-8")


def _complete(file: Path) -> None:
    """Add the members that are missing from the file of credentials."""
    known = _known(file) if os.path.lexists(file) else {}
    for name, role, _ in PEOPLE:
        if name not in known:
            known[name] = {
                "member": name,
                "passphrase": " ".join(secrets.choice(WORDS) for _ in range(6)),
                "totp_secret": base64.b32encode(os.urandom(20)).decode("ascii"),
                "role": str(role),
            }
    text = json.dumps({"members": list(known.values()), "platforms": []}, indent=1)
    ceremony.replace_secret(file, text.encode("ascii"))


def _people(file: Path) -> list[DemoMember]:
    known = _known(file)
    try:
        return [
            DemoMember(
                name,
                role,
                agency,
                known[name]["passphrase"],
                base64.b32decode(known[name]["totp_secret"]),
            )
            for name, role, agency in PEOPLE
            if name in known
        ]
    except (KeyError, TypeError, ValueError):
        raise _damaged(file) from None


def _known(file: Path) -> dict[str, dict[str, str]]:
    source = read_file(file)
    try:
        return {one["member"]: one for one in json.loads(source)["members"]}
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _damaged(file) from None


def _damaged(file: Path) -> ConfigError:
    return ConfigError(f"{file} is not the file that `demo` writes: remove the whole folder")


def _enrol(connection: Connection, environ: Mapping[str, str], people: list[DemoMember]) -> None:
    """Enrol the members that are missing from the database, and grant what their roles may hold."""
    keys = ceremony.read_keys(processes.instance_folder(environ) / "offline" / "keys.json")
    log = log_signers.trusted_log(processes.load_staff(environ))
    now = datetime.now(UTC)
    with connection.begin(write=True) as db:
        for person in people:
            if members.get(db, name=person.name) is not None:
                continue
            access.enrol_member(
                db,
                name=person.name,
                role=person.role,
                agency=person.agency,
                passphrase=person.passphrase,
                totp_secret=person.totp_secret,
                now=now,
                random=os.urandom,
                log=log,
            )
            for role in keys.roles:
                if role.agency == person.agency and role.compartment in compartments_of(
                    person.role
                ):
                    access.grant_seed(db, member=person.name, role_seed=role, now=now, log=log)
