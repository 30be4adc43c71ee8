"""What the public site saw of an attacker goes into the database, once the child has the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.domain.incidents import IncidentKind
from portal.operations import demo
from portal.store import incidents
from portal.store.engine import Connection
from portal.web.database import connection_of
from tests.builders.attack import attack
from tests.builders.deployment import Deployment
from tests.builders.engines import on_engine
from tests.builders.sites import CheckedClient, Screen, make_public, time_at
from tests.web.test_logs import listen

LOST = "UPDATE reports SET status = 'closed'"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """A demo of the module's own, on one engine after the other."""
    folder: Path = tmp_path_factory.mktemp(f"incidents_{request.param}")
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    with on_engine(request.param, folder, url) as found:
        demo.make_demo(found.environ)
        yield found


@pytest.fixture
def app(deployment: Deployment) -> Flask:
    made = make_public(deployment)
    with connection_of(made).reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text("DELETE FROM incidents"))
    return made


@pytest.fixture
def code(client: CheckedClient) -> str:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, "send", happening=["threat_share"])
    return screen.one("output", id="receipt").text


def enter(client: CheckedClient, code: str) -> TestResponse:
    screen = client.see("/en/back")
    return client.post("/en/back", data=screen.fields() | {"code": [code]})


def rows(app: Flask) -> list[tuple[object, ...]]:
    query = text("SELECT kind, minute, count, told_at, report_id FROM incidents ORDER BY kind")
    with connection_of(app).reports.connect() as plain:
        return [tuple(row) for row in plain.execute(query)]


def of_all(connection: Connection, sql: str) -> None:
    """Write, as the database's administrator does."""
    attack(connection, sql)


def test_it_is_written_once_the_answer_is_sent_and_not_before(
    app: Flask, client: CheckedClient, code: str
) -> None:
    before = enter(client, code)
    of_all(connection_of(app), LOST)
    heard = listen()
    answer = enter(client, code)
    assert answer.status_code == before.status_code == 200
    assert Screen(answer).heading == Screen(before).heading == "Your report"
    assert rows(app) == []
    answer.close()
    ((kind, minute, count, told_at, report_id),) = rows(app)
    assert (kind, count, told_at) == (IncidentKind.STATE_UNSIGNED, 1, None)
    assert minute == int(time_at(app).replace(second=0).timestamp())
    lines = [json.loads(one) for one in heard.getvalue().splitlines()]
    (line,) = [one for one in lines if one["event"] == "incident"]
    assert set(line) == {"time", "level", "event", "kind"}
    assert line["kind"] == "state.unsigned"
    assert isinstance(report_id, bytes | memoryview)
    assert bytes(report_id).hex() not in heard.getvalue()


def test_the_second_one_in_a_minute_is_counted_up_to_a_bound(
    app: Flask, client: CheckedClient, code: str
) -> None:
    of_all(connection_of(app), LOST)
    for _ in range(2):
        enter(client, code).close()
    assert [row[2] for row in rows(app)] == [2]
    attack(connection_of(app), "UPDATE incidents SET count = :most", most=incidents.MOST)
    enter(client, code).close()
    assert [row[2] for row in rows(app)] == [incidents.MOST]


def test_wrong_codes_write_nothing(app: Flask, client: CheckedClient, code: str) -> None:
    heard = listen()
    for wrong in ("0" * 20, "1234", code[:-1]):
        answer = enter(client, wrong)
        assert answer.status_code == 422
        answer.close()
    enter(client, code).close()
    assert rows(app) == []
    assert '"incident"' not in heard.getvalue()


def test_a_code_that_was_turned_away_is_told_of_too(
    app: Flask, client: CheckedClient, code: str
) -> None:
    other = code_of_another(client)
    unknown = enter(client, "0" * 20)
    attack(connection_of(app), "UPDATE receipts SET tag = NULL")
    attack(connection_of(app), "UPDATE envelopes SET signature = NULL")
    answer = enter(client, other)
    assert answer.status_code == 422
    assert Screen(answer).main.text.replace(other, "") == Screen(unknown).main.text
    answer.close()
    assert [row[0] for row in rows(app)] == ["filing.unsigned", "receipt.changed"]


def code_of_another(client: CheckedClient) -> str:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, "send", happening=["threat_share"])
    return screen.one("output", id="receipt").text


def test_an_answer_is_the_same_where_the_incident_can_not_be_written(
    app: Flask, client: CheckedClient, code: str
) -> None:
    connection = connection_of(app)
    of_all(connection, LOST)
    heard = listen()
    attack_schema(connection, "ALTER TABLE incidents RENAME TO elsewhere")
    try:
        answer = enter(client, code)
        assert answer.status_code == 200
        assert Screen(answer).heading == "Your report"
        answer.close()
    finally:
        attack_schema(connection, "ALTER TABLE elsewhere RENAME TO incidents")
    assert rows(app) == []
    events = [json.loads(one)["event"] for one in heard.getvalue().splitlines()]
    assert events[-2:] == ["incident", "failure"]


def attack_schema(connection: Connection, sql: str) -> None:
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(sql))
