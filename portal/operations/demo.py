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

import config
from portal import access
from portal.access.roles import Role, compartments_of
from portal.domain.errors import ConfigError
from portal.domain.routing import load_routing
from portal.operations import ceremony
from portal.store import Connection, connect, members, migrate
from portal.vault.signing import AuditKey

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
)
"""Who works in the demo: name, role, agency."""

_WORDS = (
    "bamboo", "candle", "drum", "feather", "garden", "harbour", "island", "jasmine", "kettle",
    "lantern", "mango", "noodle", "orchid", "pepper", "quilt", "river", "saddle", "temple",
    "umbrella", "valley", "window", "yarn", "zebra", "market", "paper", "sugar", "thunder", "boat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One demo member with everything that signs in."""

    name: str
    role: Role
    agency: str
    passphrase: str = field(repr=False)
    totp_secret: bytes = field(repr=False)


def make_demo(environ: Mapping[str, str]) -> Path:
    """Make the demo deployment, or finish one that was begun; gives the credentials file."""
    instance = config.instance_folder(environ)
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (instance / "portal.toml").is_file():
        _make_files(instance)
    people = _people(instance / "demo-credentials.json")
    with connect(*config.database_urls(environ)) as connection:
        migrate.upgrade(connection)
        _enrol(connection, instance, people)
    return instance / "demo-credentials.json"


def find_person(environ: Mapping[str, str], name: str | None) -> Person:
    """Give a demo member with everything that signs in; the first one, where no name is given."""
    file = config.instance_folder(environ) / "demo-credentials.json"
    if not file.is_file():
        raise ConfigError("there is no demo here: run `python -m portal demo`")
    people = {person.name: person for person in _people(file)}
    found = people.get(name or PEOPLE[0][0])
    if found is None:
        raise ConfigError("no demo member of that name; there are: " + ", ".join(people))
    return found


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
    manifest = keys.signed(version=1, not_after=not_after, demo=True)
    (instance / "manifest.json").write_bytes(manifest)
    (instance / "portal.toml").write_text(SETTINGS + ceremony.pins_toml(keys.signers.pins), "utf-8")


def _people(file: Path) -> list[Person]:
    if not file.is_file():
        made = [
            {
                "member": name,
                "passphrase": " ".join(secrets.choice(_WORDS) for _ in range(6)),
                "totp_secret": base64.b32encode(os.urandom(20)).decode("ascii"),
                "role": str(role),
            }
            for name, role, _ in PEOPLE
        ]
        text = json.dumps({"members": made, "platforms": []}, indent=1)
        ceremony.write_secret(file, text.encode("ascii"))
    known = {one["member"]: one for one in json.loads(file.read_text("ascii"))["members"]}
    return [
        Person(
            name,
            role,
            agency,
            known[name]["passphrase"],
            base64.b32decode(known[name]["totp_secret"]),
        )
        for name, role, agency in PEOPLE
    ]


def _enrol(connection: Connection, instance: Path, people: list[Person]) -> None:
    """Enrol whoever is not yet in the database, and grant what the role may hold."""
    keys = ceremony.read_keys(instance / "offline" / "keys.json")
    sign = AuditKey((instance / "staff" / "audit.key").read_bytes()).sign
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
                sign=sign,
            )
            for role in keys.roles:
                if role.agency == person.agency and role.compartment in compartments_of(
                    person.role
                ):
                    access.grant_seed(db, member=person.name, role_seed=role, now=now, sign=sign)
