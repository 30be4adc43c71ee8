"""The case's page and the auditor's say what the public site saw, in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from portal.domain.case import reference
from portal.domain.incidents import IncidentKind
from portal.staff.text.incidents import INCIDENTS
from portal.store import incidents
from portal.store.engine import Connection
from tests.builders.attack import attack
from tests.staff.conftest import Desk, file_with_code, public, reading

SAID = "A reply of ours does not open for the reporter."


@pytest.fixture
def connection(desk: Desk) -> Iterator[Connection]:
    with public(desk) as intake:
        yield intake.connection
        with intake.connection.reports.execution_options(portal_write=True).begin() as plain:
            plain.execute(text("DELETE FROM incidents"))


@pytest.fixture
def case(desk: Desk) -> bytes:
    return bytes.fromhex(file_with_code(desk, os.urandom(8).hex())[0])


def see(desk: Desk, connection: Connection, about: bytes | None, **later: float) -> None:
    desk.clock.move(**later)
    minute = desk.clock().replace(second=0)
    with connection.begin(write=True) as db:
        incidents.note(db, kind=IncidentKind.REPLY_LOST, minute=minute, report_id=about)


def test_every_kind_has_words() -> None:
    assert set(INCIDENTS) == set(IncidentKind)


def test_the_case_says_what_when_and_how_often(
    desk: Desk, connection: Connection, case: bytes
) -> None:
    client, path = reading(desk, "analyst"), f"/case/{case.hex()}"
    assert "Reported by the public site" not in client.get(path).text
    see(desk, connection, case)
    first = desk.clock().strftime("%Y-%m-%d %H:%M")
    assert f"{SAID} {first} (UTC), counted 1 ×" in client.get(path).text
    see(desk, connection, case, minutes=1)
    last = desk.clock().strftime("%Y-%m-%d %H:%M")
    page = client.get(path).text
    assert "Reported by the public site" in page
    assert f"{SAID} {first} to {last} (UTC), counted 2 ×" in page


def test_another_case_says_nothing_of_it(desk: Desk, connection: Connection, case: bytes) -> None:
    see(desk, connection, b"another report's")
    see(desk, connection, None, minutes=1)
    assert SAID not in reading(desk, "analyst").get(f"/case/{case.hex()}").text


def test_the_case_says_it_in_vietnamese(desk: Desk, connection: Connection, case: bytes) -> None:
    see(desk, connection, case)
    client = desk.client("analyst", 1)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "vi"
    page = client.get(f"/case/{case.hex()}").text
    assert "Do trang dành cho người báo cáo phát hiện" in page
    assert "Có câu trả lời của chúng ta mà người báo cáo không mở được." in page


def test_the_auditor_reads_those_of_the_agency_and_of_no_report(
    desk: Desk, connection: Connection, case: bytes
) -> None:
    auditor, other = reading(desk, "auditor"), bytes.fromhex(file_with_code(desk, "abroad")[0])
    assert SAID not in auditor.get("/audit").text
    attack(connection, "UPDATE reports SET agency = 'elsewhere' WHERE id = :it", it=other)
    see(desk, connection, other)
    assert SAID not in auditor.get("/audit").text
    see(desk, connection, None, minutes=1)
    page = auditor.get("/audit").text
    assert page.count(SAID) == 1
    see(desk, connection, case, minutes=1)
    see(desk, connection, case)
    page = auditor.get("/audit").text
    assert page.count(SAID) == 2
    assert "<td>2</td>" in page
    assert f"<code>{reference(case)}</code>" in page
    assert reference(other) not in page
