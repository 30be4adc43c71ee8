"""Deletion that reaches backups: without its shred key a report opens to nobody, for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.domain.errors import OpenFailed
from portal.store import shred
from portal.store.engine import Connection, connect
from portal.vault.opening import open_fields, open_key
from tests.builders.filing import EVERYTHING, NOW, file, stored


def read(connection: Connection, filed, keys: Connection) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Open a report of one database with the shred keys of another."""
    envelope = stored(connection, filed).envelope
    with keys.begin(write=False) as db:
        shred_key = shred.get(db, shred_id=envelope.shred_id)
    key = open_key(envelope, compartment="triage", keyring=EVERYTHING, shred_key=shred_key)
    return dict(open_fields(envelope, key))


def test_a_backup_of_the_reports_does_not_open_after_shredding(
    sqlite_connection: Connection, tmp_path: Path
) -> None:
    filed = file(sqlite_connection)
    assert read(sqlite_connection, filed, sqlite_connection)
    copy = tmp_path / "backup.sqlite3"
    with sqlite_connection.reports.connect() as plain:
        plain.exec_driver_sql("COMMIT")
        plain.exec_driver_sql(f"VACUUM INTO '{copy}'")
        plain.exec_driver_sql("BEGIN")
    with connect(f"sqlite:///{copy}", f"sqlite:///{tmp_path}/shred.sqlite3") as backup:
        assert read(backup, filed, sqlite_connection), "before shredding the backup does open"

        shred_id = stored(sqlite_connection, filed).envelope.shred_id
        with sqlite_connection.begin(write=True) as db:
            assert shred.remove(db, shred_id=shred_id)
        for place in (sqlite_connection, backup):
            with pytest.raises(OpenFailed):
                read(place, filed, sqlite_connection)


def test_shredding_works_in_both_databases(connection: Connection) -> None:
    filed = file(connection)
    shred_id = stored(connection, filed).envelope.shred_id
    with connection.begin(write=True) as db:
        assert shred.remove(db, shred_id=shred_id)
        assert not shred.remove(db, shred_id=shred_id)
    with pytest.raises(OpenFailed):
        read(connection, filed, connection)


def test_no_byte_of_a_deleted_key_is_left(sqlite_connection: Connection, tmp_path: Path) -> None:
    key = b"THIS KEY MUST LEAVE NO TRACE 32b"
    with sqlite_connection.begin(write=True) as db:
        shred.put(db, shred_id=b"i" * 16, key=key, at=NOW)

    def traces() -> list[str]:
        return [f.name for f in tmp_path.iterdir() if f.is_file() and key in f.read_bytes()]

    assert traces() == ["shred.sqlite3"]
    with sqlite_connection.begin(write=True) as db:
        shred.remove(db, shred_id=b"i" * 16)
    assert traces() == []


def test_the_reports_and_their_backups_hold_no_shred_key(
    sqlite_connection: Connection, tmp_path: Path
) -> None:
    filed = file(sqlite_connection)
    shred_id = stored(sqlite_connection, filed).envelope.shred_id
    with sqlite_connection.begin(write=False) as db:
        key = shred.get(db, shred_id=shred_id)
    assert key
    holding = [f.name for f in tmp_path.iterdir() if f.is_file() and key in f.read_bytes()]
    assert holding == ["shred.sqlite3"]
