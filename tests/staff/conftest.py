"""The desk of a demo deployment, a report in its queue, and a client for each role."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import config
from portal.access import Role, totp
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import new_code
from portal.domain.report import Audience
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.operations import demo
from portal.store.engine import connect
from tests.builders.answers import threatened_child
from tests.builders.clock import StandingClock
from tests.builders.deployment import Deployment, copy_deployment, make_deployment
from tests.builders.engines import on_engine
from tests.builders.sites import make_staff, time_at

CODE = "45475983699794406713"
STORY = "Họ nói sẽ gửi ảnh cho bạn bè em."


@dataclass
class Desk:
    """A running desk; every role signs in once."""

    deployment: Deployment
    app: Flask
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def clock(self) -> StandingClock:
        """The clock by which the desk goes, and its members' phones."""
        return self.deployment.clock

    @property
    def people(self) -> list[dict[str, str]]:
        file = self.deployment.folder / "demo-credentials.json"
        found: list[dict[str, str]] = json.loads(file.read_text("utf-8"))["members"]
        return found

    def client(self, role: str, place: int = 0) -> FlaskClient:
        """A signed-in client of the first (or a later) member of that role."""
        person = [one for one in self.people if one["role"] == role][place]
        if person["member"] not in self.clients:
            self.clock.move(seconds=totp.STEP)  # so that a code that was spent is none of these
            client = self.app.test_client()
            answer = sign_in(client, person)
            assert answer.status_code == 303, answer.text
            self.clients[person["member"]] = client
        return self.clients[person["member"]]

    def file(self, number: int, **answers: object) -> str:
        """File a report of a child in Viet Nam; gives its id in hex."""
        told = {**threatened_child(), "country": "VN", "story": STORY, **answers}
        code = CODE if number == 0 else None
        submission = b"staff test %05d" % number
        filing = Filing(Answered(load_builtin(Audience.CHILD), told), "vi", submission, code)
        with public(self) as intake:
            filed = submit(intake=intake, filing=filing, now=self.clock())
        return filed.report_id.hex()


@contextmanager
def public(desk: Desk) -> Iterator[Intake]:
    """What the public site holds."""
    settings = config.load_public(desk.deployment.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        yield Intake(
            connection,
            settings.manifest,
            settings.routing,
            settings.receipt_salt,
            settings.receipt_pepper,
        )


def file_with_code(desk: Desk, name: str) -> tuple[str, ReporterKeys]:
    """File a report under any name; gives its id in hex, and the reporter's keys."""
    submission = hashlib.sha256(name.encode()).digest()
    code, told = new_code(submission[:16]), {**threatened_child(), "country": "VN"}
    filing = Filing(Answered(load_builtin(Audience.CHILD), told), "vi", submission, code)
    with public(desk) as intake:
        filed = submit(intake=intake, filing=filing, now=desk.clock())
        keys = derive_keys(code, salt=intake.salt, pepper=intake.pepper)
    return filed.report_id.hex(), keys


def reading(desk: Desk, role: str, place: int = 0) -> FlaskClient:
    """A member whose browser asks for English."""
    client = desk.client(role, place)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, "the page has a form with a token"
    return found[1]


def sign_in(client: FlaskClient, person: dict[str, str], **changes: str) -> TestResponse:
    """Sign in with the code that a phone shows at the time of the desk's clock."""
    secret = base64.b32decode(person["totp_secret"])
    data = {
        "csrf_token": token(client.get("/sign-in")),
        "member": person["member"],
        "passphrase": person["passphrase"],
        "code": totp.code_at(secret, time_at(client.application)),
    }
    return client.post("/sign-in", data=data | changes)


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("original") / "instance") as deployment:
        yield deployment


@pytest.fixture(scope="session")
def desk(original: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with copy_deployment(original, tmp_path_factory.mktemp("desk") / "instance") as deployment:
        yield Desk(deployment, make_staff(deployment))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo_on_each_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """A demo of the module's own, on one engine after the other."""
    folder = tmp_path_factory.mktemp(f"demo_{request.param}")
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    with on_engine(request.param, folder, url) as deployment:
        demo.make_demo(deployment.environ)
        yield deployment


@pytest.fixture
def own_desk(original: Deployment, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own: nobody has signed in, no code is spent."""
    with copy_deployment(original, tmp_path / "instance") as deployment:
        yield Desk(deployment, make_staff(deployment))


@pytest.fixture
def own_report(own_desk: Desk) -> str:
    """A report at the desk of the test's own."""
    return file_with_code(own_desk, "at a desk of its own")[0]


@pytest.fixture
def own_analyst(own_desk: Desk) -> FlaskClient:
    """An analyst who is signed in there, and whose browser asks for English."""
    return reading(own_desk, "analyst")


@pytest.fixture(scope="session")
def report(desk: Desk) -> str:
    return desk.file(0)


ROLES = [str(role) for role in Role]
