"""The door of a desk, with those who guess at it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.access import totp
from portal.domain.errors import SignInRefused
from portal.staff.account import throttle
from portal.staff.account.throttle import Lanes
from portal.store import audit
from portal.web import database
from tests.builders.sites import Screen
from tests.staff.conftest import Desk
from tests.staff.forms.test_once import form

MEMBER, HOME, ELSEWHERE = "linh.analyst", "198.51.100.7", "203.0.113.9"
FREE = throttle.FREE.amount
WRONG = {"passphrase": "a wrong passphrase", "code": "000000"}


@dataclass
class Door:
    """The door of one desk."""

    desk: Desk

    @property
    def lanes(self) -> Lanes:
        found: Lanes = self.desk.app.extensions["portal.lanes"]
        return found

    def browser(self, address: str) -> FlaskClient:
        client = self.desk.app.test_client()
        client.environ_base |= {"REMOTE_ADDR": address, "HTTP_ACCEPT_LANGUAGE": "en"}
        return client

    def person(self, member: str = MEMBER) -> dict[str, str]:
        return next(one for one in self.desk.people if one["member"] == member)

    def right(self, member: str = MEMBER) -> dict[str, str]:
        """What lets the member in right now; the phone shows a new code each time."""
        self.desk.clock.move(seconds=2 * totp.STEP)
        person = self.person(member)
        code = totp.code_at(base64.b32decode(person["totp_secret"]), self.desk.clock())
        return {"member": member, "passphrase": person["passphrase"], "code": code}

    def try_in(self, client: FlaskClient, **told: str) -> TestResponse:
        sending = form(client, "/sign-in", "/sign-in", **({"member": MEMBER} | told))
        return client.post("/sign-in", data=sending.data)

    def sign_in(self, client: FlaskClient, member: str = MEMBER) -> TestResponse:
        return self.try_in(client, **self.right(member))

    def known(self, member: str = MEMBER, address: str = HOME) -> FlaskClient:
        """A browser in which the member has signed in, and in which the session is over."""
        client = self.browser(address)
        assert self.sign_in(client, member).status_code == 303
        client.delete_cookie("desk")
        return client

    def guess(self, address: str, times: int, **told: str) -> list[int]:
        """Guess as often as that, each time with a browser that keeps no cookie."""
        return [
            self.try_in(self.browser(address), **(WRONG | told)).status_code for _ in range(times)
        ]

    def exhaust(self, address: str, **told: str) -> None:
        """Guess until the next one from there is sent away unchecked."""
        assert self.guess(address, FREE + 2, **told) == [403] * (FREE + 1) + [429]

    def count(self, times: int, address: str, member: str = MEMBER) -> None:
        """Let that many guesses have failed, without the seconds that they take."""
        one = throttle.Try(member, None, address)
        with self.desk.app.app_context():
            for _ in range(times):
                one.failed(SignInRefused(), slowed=())

    def flood(self, address: str, member: str = MEMBER) -> None:
        """Let a guesser there be slowed, who has just had the try of these seconds."""
        self.count(FREE, address, member)
        assert self.guess(address, 2, member=member) == [403, 429]


def early_in_the_hour(door: Door) -> Door:
    """Counters turn over with the hour: no test is to meet that by chance."""
    clock = door.desk.clock
    clock.move(seconds=3600 + 60 - int(clock().timestamp()) % 3600)
    return door


def said(page: TestResponse) -> list[str]:
    """What a page says, without what was typed and without its tokens."""
    return [node.text for node in Screen(page).main.all("h1", "p", "div", "label")]


def actions(door: Door) -> list[str]:
    with database.connection_of(door.desk.app).begin(write=False) as db:
        return [row.action for row in audit.entries(db, agency=None, limit=60)]
