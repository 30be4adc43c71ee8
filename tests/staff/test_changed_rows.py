"""Where somebody changed the database behind the desk's back, its pages say so and do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.store.engine import Connection
from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.sites import make_staff
from tests.staff.conftest import Desk, reading, sign_in, token

CHANGED = "somebody changed in the database what a member is or holds"


@pytest.fixture
def own(original: Deployment, tmp_path: Path) -> Iterator[Desk]:
    with copy_deployment(original, tmp_path / "instance") as deployment:
        yield Desk(deployment, make_staff(deployment))


def attack(desk: Desk, statement: str) -> None:
    connection: Connection = desk.app.extensions["desk"].connection
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(statement))


SUPERVISE = "UPDATE members SET role = 'supervisor' WHERE name = 'linh.analyst'"


@pytest.mark.parametrize("page", ["/", "/account", "/members", "/queue"])
def test_a_session_gains_nothing_by_another_role(own: Desk, page: str) -> None:
    client = reading(own, "analyst")
    before = client.get("/account")
    assert before.status_code == 200
    attack(own, SUPERVISE)
    answer = client.get(page)
    assert answer.status_code == 403
    assert CHANGED in answer.text
    posted = client.post("/members/hoa.supervisor/remove", data={"csrf_token": token(before)})
    assert posted.status_code in {403, 400}
    signed_in = client.get("/sign-in")
    assert signed_in.status_code == 200, "the way in stays open for others"


def test_what_was_typed_is_not_lost(own: Desk) -> None:
    report = own.file(0)
    client = reading(own, "analyst")
    page = client.get(f"/case/{report}")
    attack(own, SUPERVISE)
    data = {"csrf_token": token(page), "note": "He names a school."}
    answer = client.post(f"/case/{report}/note", data=data)
    assert answer.status_code == 403
    assert CHANGED in answer.text
    attack(own, SUPERVISE.replace("supervisor", "analyst"))
    assert client.get(f"/case/{report}").status_code == 200


def test_who_proves_to_be_the_member_is_told_at_sign_in(own: Desk) -> None:
    attack(own, SUPERVISE)
    client = own.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    person = own.people[0]
    wrong = sign_in(client, person, passphrase="five other words of mine")
    assert CHANGED not in wrong.text
    own.clock.move(seconds=60)
    answer = sign_in(client, person)
    assert answer.status_code == 403
    assert CHANGED in answer.text
    assert person["passphrase"] not in answer.text
