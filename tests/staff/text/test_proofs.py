"""The desk says so, in words, where a report is not as it was sent, or not the reporter's."""

from __future__ import annotations

import os

import pytest

from portal.followup.supplement import supplement
from tests.builders.attack import attack, slip_in
from tests.staff.conftest import Desk, file_with_code, public, reading, token


@pytest.fixture
def case(desk: Desk) -> str:
    report, keys = file_with_code(desk, os.urandom(8).hex())
    with public(desk) as intake:
        supplement(
            intake=intake, keys=keys, text="He is back.", once=os.urandom(16), now=desk.clock()
        )
    return report


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
    with public(desk) as intake:
        where = intake.connection
        attack(where, "DELETE FROM fields WHERE report_id = :report AND field = 'safe_now'", **of)
        sql = "UPDATE reports SET priority = 4, audience = 'carer' WHERE id = :report"
        attack(where, sql, **of)
    shown = page(desk, case)
    assert "This report is not as it was sent" in shown
    assert "The first report: An answer is gone: Safe right now" in shown
    assert "The first report: It was told by: Child" in shown
    assert "The first report: Its priority was: " in shown


def test_words_that_somebody_slipped_in_are_marked(desk: Desk, case: str) -> None:
    with public(desk) as intake:
        slip_in(intake, bytes.fromhex(case), "It was all a joke.", revision=2)
    shown = page(desk, case, opened=True)
    before, _, after = shown.partition("It was all a joke.")
    assert after
    assert "Not proven to come from the reporter" in before.rpartition("He is back.")[2]
