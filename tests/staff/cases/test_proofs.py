"""The desk says so, in words, where a report is not as it was sent, or not the reporter's."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from sqlalchemy import text

from portal.domain.report import MORE, Audience
from portal.domain.statement import Columns, state
from portal.followup.supplement import supplement
from portal.sealing.seal import PlainField, seal_report
from portal.sealing.statement import StatementKey
from portal.store import envelopes, reports, shred
from portal.store.engine import Connection
from tests.staff.conftest import Desk, file_with_code, public, reading, token


@pytest.fixture
def case(desk: Desk) -> str:
    report, keys = file_with_code(desk, os.urandom(8).hex())
    with public(desk) as intake:
        supplement(
            intake=intake, keys=keys, text="He is back.", once=os.urandom(16), now=desk.clock()
        )
    return report


def attack(desk: Desk, sql: str, **values: object) -> None:
    connection: Connection = desk.app.extensions["desk"].connection
    engine = connection.reports.execution_options(portal_write=True)
    with engine.begin() as plain:
        assert plain.execute(text(sql), values).rowcount


def page(desk: Desk, report: str, *, opened: bool = False) -> str:
    client, path = reading(desk, "analyst"), f"/case/{report}"
    if opened:
        sent = {"csrf_token": token(client.get(path)), "reason": "working"}
        assert client.post(f"{path}/open/triage", data=sent).status_code == 303
    return client.get(path).text


def test_an_untouched_report_bears_no_mark(desk: Desk, case: str) -> None:
    shown = page(desk, case, opened=True)
    assert "He is back." in shown
    for words in ("not as it was sent", "Not proven", "before reports were signed"):
        assert words not in shown


def test_what_was_taken_out_is_named_before_anything_is_opened(desk: Desk, case: str) -> None:
    of = {"report": bytes.fromhex(case)}
    attack(desk, "DELETE FROM fields WHERE report_id = :report AND field = 'safe_now'", **of)
    attack(desk, "UPDATE reports SET priority = 4, audience = 'carer' WHERE id = :report", **of)
    shown = page(desk, case)
    assert "This report is not as it was sent" in shown
    assert "The first report: An answer is gone: Safe right now" in shown
    assert "The first report: It was told by: Child" in shown
    assert "The first report: Its priority was: " in shown


def test_words_that_somebody_slipped_in_are_marked(desk: Desk, case: str) -> None:
    connection: Connection = desk.app.extensions["desk"].connection
    report_id = bytes.fromhex(case)
    with public(desk) as intake, connection.begin(write=True) as db:
        row = reports.get(db, report_id=report_id)
        assert row
        shred_id, shred_key = os.urandom(16), os.urandom(32)
        shred.put(db, shred_id=shred_id, key=shred_key, at=row.received_at)
        made = seal_report(
            manifest=intake.manifest,
            report_id=report_id,
            agency=row.agency,
            revision=2,
            shred_id=shred_id,
            shred_key=shred_key,
            plain=[PlainField(MORE, "triage", "It was all a joke.")],
        )
        columns = Columns(row.agency, Audience.CHILD, row.definition_hash, row.received_at)
        signed = StatementKey(os.urandom(32)).sign(state(made, columns))
        envelopes.insert(
            db,
            envelope=replace(made, signed=signed),
            sealed_at=row.received_at,
            definition_hash=row.definition_hash,
        )
    shown = page(desk, case, opened=True)
    before, _, after = shown.partition("It was all a joke.")
    assert after
    assert "Not proven to come from the reporter" in before.rpartition("He is back.")[2]
