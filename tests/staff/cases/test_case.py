"""A case page reads the databases in a few statements, however much the reporter added."""

from __future__ import annotations

import os

import pytest

from portal.domain.report import Compartment
from portal.followup import supplement
from portal.followup.supplement import SafeContact
from portal.store.engine import Connection
from portal.vault import opening
from tests.builders.deployment import Deployment
from tests.builders.sites import make_staff
from tests.builders.statements import watched
from tests.staff.conftest import Desk, file_with_code, public, reading, token

MOST_STATEMENTS = 15
OPEN = (Compartment.TRIAGE, Compartment.INDICATORS)
SUPPLEMENTS = 3


@pytest.fixture(scope="module")
def desk(demo_on_each_engine: Deployment) -> Desk:
    return Desk(demo_on_each_engine, make_staff(demo_on_each_engine))


@pytest.fixture
def case(desk: Desk) -> str:
    """The path of a case with three supplements and two open compartments, held by an analyst."""
    report, keys = file_with_code(desk, os.urandom(8).hex())
    client = reading(desk, "analyst")
    with public(desk) as intake:
        for number in range(SUPPLEMENTS - 1):
            more = {"text": f"More, {number}.", "once": os.urandom(16), "now": desk.clock()}
            supplement.supplement(intake=intake, keys=keys, **more)  # type: ignore[arg-type]
        contact = SafeContact("Zalo 0900 111 222")
        moved = {"contact": contact, "once": os.urandom(16), "now": desk.clock()}
        supplement.change_contact(intake=intake, keys=keys, **moved)  # type: ignore[arg-type]
    path = f"/case/{report}"

    def post(act: str, **data: str) -> None:
        page = client.get(path)
        answer = client.post(f"{path}/{act}", data={"csrf_token": token(page), **data})
        assert answer.status_code == 303, answer.text

    post("take")
    for part in OPEN:
        post(f"open/{part.value}", reason="working")
    return path


def test_a_case_page_takes_few_statements(desk: Desk, case: str) -> None:
    client = reading(desk, "analyst")
    connection: Connection = desk.app.extensions["desk"].connection
    with watched(connection.reports, connection.shred) as asked:
        page = client.get(case)
    assert "More, 0." in page.text
    assert "More, 1." in page.text
    assert 0 < len(asked) <= MOST_STATEMENTS, "\n".join(statement for statement, _ in asked)


def test_each_compartment_is_opened_once_for_each_filing(
    desk: Desk, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    decapsulate = opening.open_with

    def counted(private: object, sealed: bytes, *, info: bytes) -> bytes:
        found.append(info.hex())
        return decapsulate(private, sealed, info=info)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "open_with", counted)
    assert "More, 1." in reading(desk, "analyst").get(case).text
    # Of what was added, only the two texts and the wish for contact lie in an open part.
    assert len(found) == len(OPEN) + SUPPLEMENTS
