"""The days that a reporter reads are those of the deployment's own clock, not those of London."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from babel.dates import format_date

from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import new_code
from portal.domain.report import Audience
from portal.intake.submit import Filing, submit
from tests.builders.answers import threatened_child
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, make_public

CODE = new_code(b"a child at night")


@pytest.mark.parametrize(
    ("timezone", "hour", "later"),
    [
        ("Asia/Ho_Chi_Minh", 18, 1),
        ("Asia/Ho_Chi_Minh", 16, 0),
        ("America/Los_Angeles", 2, -1),
        ("Pacific/Kiritimati", 11, 1),
        ("UTC", 23, 0),
    ],
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_thread_tells_the_local_day(
    deployment: Deployment, timezone: str, hour: int, later: int, language: str
) -> None:
    app = make_public(deployment, timezone=timezone)
    day = deployment.clock() - timedelta(days=3)
    filing = Filing(
        answered=Answered(load_builtin(Audience.CHILD), threatened_child()),
        locale="vi",
        submission=b"one night" * 2,
        code=CODE,
    )
    received = day.replace(hour=hour, minute=30)
    submit(intake=app.extensions["portal.intake"], filing=filing, now=received)
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    asked = client.see(f"/{language}/back")
    thread = Screen(client.post(f"/{language}/back", data=asked.fields() | {"code": [CODE]}))
    told = format_date((day + timedelta(days=later)).date(), "long", locale=language)
    shown = thread.main.one("time")
    assert shown.text == told
    assert datetime.fromisoformat(shown.get("datetime")) == received.replace(
        second=0, microsecond=0
    )
