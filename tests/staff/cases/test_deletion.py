"""Deletion at the desk: two steps, a warning, and nothing by a GET."""

from __future__ import annotations

import html
import re

import pytest

from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact
from portal.followup.thread import come_back
from portal.mailbox.reporter import ReporterKeys
from portal.staff.text.reply_templates import REFUSED
from portal.triage import KEEPING_REASONS
from tests.staff.conftest import Desk, file_with_code, public, reading, token

NUMBER = "Zalo 0900 444 555"


@pytest.fixture
def asked(desk: Desk, request: pytest.FixtureRequest) -> tuple[str, ReporterKeys]:
    """A report whose reporter asks for deletion, which the supervisor has seen; and the keys."""
    report, keys = file_with_code(desk, request.node.name)
    with public(desk) as intake:
        ask_deletion(intake=intake, keys=keys, now=desk.clock())
    client = reading(desk, "supervisor")
    data = {"csrf_token": token(client.get("/account")), "reason": "came_back"}
    client.post(f"/case/{report}/open/triage", data=data)
    return report, keys


def do(desk: Desk, report: str, go: str, **data: str) -> str:
    client = reading(desk, "supervisor")
    page = client.get("/account")
    answer = client.post(
        f"/case/{report}/deletion", data={"csrf_token": token(page), "go": go, **data},
        follow_redirects=True,
    )  # fmt: skip
    return html.unescape(answer.text)


def test_a_report_is_deleted_in_two_steps(desk: Desk, asked: tuple[str, ReporterKeys]) -> None:
    report, _ = asked
    client = reading(desk, "supervisor")
    assert f"/case/{report}/deletion" in client.get(f"/case/{report}").text
    for _ in range(2):
        assert client.get(f"/case/{report}/deletion").status_code == 200
    warning = do(desk, report, "warn")
    assert "no backup brings it back" in warning
    assert client.get(f"/case/{report}").status_code == 200
    filings = re.search(r'name="filings" value="(\d+)"', warning)
    assert filings
    assert "wrote more" in do(desk, report, "delete", filings="0")
    assert "wrote more" in do(desk, report, "delete", filings="x")
    assert "The report is deleted." in do(desk, report, "delete", filings=filings[1])
    assert report not in client.get("/queue").text
    gone = client.get(f"/case/{report}")
    assert gone.status_code == 410
    assert "Deleted by the desk" in gone.text
    assert "Deleted by the desk" in reading(desk, "analyst").get("/deleted").text
    for deed in ("take", "note", "open/triage"):
        data = {"csrf_token": token(client.get("/account")), "reason": "working", "note": "x"}
        assert client.post(f"/case/{report}/{deed}", data=data).status_code == 404


def test_a_refusal_reaches_the_reporter_in_their_language(
    desk: Desk, asked: tuple[str, ReporterKeys]
) -> None:
    report, keys = asked
    preview = do(desk, report, "preview", reason="danger")
    with public(desk) as intake:
        assert come_back(intake=intake, keys=keys, now=desk.clock()).replies == ()
    assert "The report is kept." in do(desk, report, "keep", reason="danger", filings="1")
    with public(desk) as intake:
        found = come_back(intake=intake, keys=keys, now=desk.clock())
    (reply,) = found.replies
    assert reply.text is not None
    assert reply.text in preview
    assert reply.text.startswith("Bạn ")
    assert found.deletion_asked_at is None


@pytest.mark.parametrize("go", ["keep", "preview"])
def test_no_reason_refuses_nothing(desk: Desk, asked: tuple[str, ReporterKeys], go: str) -> None:
    report, _ = asked
    for reason in ("", "because"):
        assert "choose a reason" in do(desk, report, go, reason=reason)
    assert reading(desk, "supervisor").get(f"/case/{report}/deletion").status_code == 200


def test_every_reason_has_its_text() -> None:
    assert list(REFUSED) == list(KEEPING_REASONS)


def test_nobody_else_is_offered_the_decision(desk: Desk, asked: tuple[str, ReporterKeys]) -> None:
    report, _ = asked
    for role in ("analyst", "custodian"):
        page = reading(desk, role).get(f"/case/{report}")
        assert page.status_code == 200
        assert "/deletion" not in page.text


def test_the_new_contact_is_read_with_identity(desk: Desk, asked: tuple[str, ReporterKeys]) -> None:
    report, keys = asked
    with public(desk) as intake:
        for number, contact in enumerate((SafeContact(NUMBER), SafeContact())):
            change_contact(
                intake=intake,
                keys=keys,
                contact=contact,
                once=bytes([number]) * 16,
                now=desk.clock(),
            )
    client = reading(desk, "custodian")
    assert NUMBER not in client.get(f"/case/{report}").text
    data = {"csrf_token": token(client.get("/account")), "reason": "contact"}
    page = client.post(f"/case/{report}/open/identity", data=data, follow_redirects=True)
    text = html.unescape(page.text)
    assert text.index("in this portal only") < text.index("Replaced on") < text.index(NUMBER)
