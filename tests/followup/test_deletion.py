"""Deletion by the reporter, where the deployment allows it: at once, and of every copy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import ModuleType

import pytest

from portal.domain.errors import OpenFailed, PermissionRefused, ReceiptError
from portal.followup import code, supplement
from portal.followup.deletion import delete_at_once
from portal.store import envelopes, erasing, shred
from portal.store.engine import Connection
from portal.vault.opening import open_key
from tests.builders import backup
from tests.builders.coming_back import CODE, KEYS, LATER, add, come_back, meet_at
from tests.builders.filing import EVERYTHING, file, intake_of, shred_keys


def test_deletion_at_once_is_for_deployments_that_allow_it(connection: Connection) -> None:
    file(connection, code=CODE)
    with pytest.raises(PermissionRefused):
        delete_at_once(intake=intake_of(connection), keys=KEYS, now=LATER)
    intake = replace(intake_of(connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    assert shred_keys(connection) == 0
    for again in (come_back, lambda c: add(c, "x")):
        with pytest.raises(ReceiptError, match="unknown"):
            again(connection)
    with pytest.raises(ReceiptError, match="unknown"):
        delete_at_once(intake=intake, keys=KEYS, now=LATER)


@pytest.mark.parametrize(("where", "slow"), [(supplement, "store_sealed"), (erasing, "erase")])
def test_an_addition_and_a_deletion_at_once_both_end(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch, where: ModuleType, slow: str
) -> None:
    """Whichever comes first: neither waits for ever, and nothing is left."""
    filed = file(postgresql_connection, code=CODE)
    intake = replace(intake_of(postgresql_connection), deletes_at_once=True)
    addition, deletion = meet_at(
        monkeypatch,
        postgresql_connection,
        where,
        slow,
        partial(add, postgresql_connection, "He wrote."),
        partial(delete_at_once, intake=intake, keys=KEYS, now=LATER),
    )
    assert deletion.exception() is None
    assert isinstance(addition.exception(), ReceiptError | None)
    assert shred_keys(postgresql_connection) == 0
    with postgresql_connection.begin(write=False) as db:
        assert envelopes.next_revision(db, report_id=filed.report_id) == 0


def test_two_deletions_at_once_do_not_wait_for_each_other(
    postgresql_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(postgresql_connection, code=CODE)
    intake = replace(intake_of(postgresql_connection), deletes_at_once=True)
    delete = partial(delete_at_once, intake=intake, keys=KEYS, now=LATER)
    both = meet_at(monkeypatch, postgresql_connection, erasing, "erase", delete, delete)
    assert {type(one.exception()) for one in both} == {type(None), ReceiptError}


def test_a_deleted_code_costs_what_an_unknown_one_does(
    sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(sqlite_connection, code=CODE)
    intake = replace(intake_of(sqlite_connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    work: list[str] = []
    monkeypatch.setattr(code, "dummy_open", lambda _: work.append("open"))
    with pytest.raises(ReceiptError):
        come_back(sqlite_connection)
    assert work == ["open"]


def test_after_deletion_at_once_a_backup_brings_nothing_back(connection: Connection) -> None:
    filed = file(connection, code=CODE)
    add(connection, "They are back.")
    copy = backup.take(connection)
    intake = replace(intake_of(connection), deletes_at_once=True)
    delete_at_once(intake=intake, keys=KEYS, now=LATER)
    backup.put_back(connection, copy)
    with connection.begin(write=False) as db:
        stored = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
        left = [shred.get(db, shred_id=one.envelope.shred_id) for one in stored]
    assert left == [None, None]
    for one in stored:
        for grant in one.envelope.grants:
            with pytest.raises(OpenFailed):
                open_key(
                    one.envelope,
                    compartment=grant.compartment,
                    keyring=EVERYTHING,
                    shred_key=None,
                )
    with pytest.raises(ReceiptError, match="unknown"):
        come_back(connection)
