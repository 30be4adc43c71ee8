"""Somebody who writes to the database puts their own public key in place of a custodian's: what
that brings them, tried on both engines."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from portal import access
from portal.access import totp
from portal.access.membership import fingerprint, key_of
from portal.sealing.suite import public_from_seed
from portal.store import audit, members
from portal.web import database
from tests.builders.deployment import Deployment
from tests.builders.sites import Screen, make_staff
from tests.staff.conftest import Desk, reading, sign_in
from tests.staff.forms.test_once import form
from tests.staff.forms.test_unsent import field_value

VICTIM = "minh.analyst"
PATH = f"/members/{VICTIM}/grant/indicators"
THEIRS = public_from_seed(b"x" * 32)


@pytest.fixture(scope="module")
def both(demo_on_each_engine: Deployment) -> Desk:
    return Desk(demo_on_each_engine, make_staff(demo_on_each_engine))


@pytest.fixture
def real(both: Desk) -> str:
    """The fingerprint of the member's own key; the member holds no key of indicators."""
    with database.connection_of(both.app).begin(write=True) as db:
        members.remove_grants(db, member=VICTIM, compartment="indicators")
        row = members.get(db, name=VICTIM)
        operator = access.Principal("operator", access.Role.ADMINISTRATOR, "vn-hotline")
        act = access.Act(operator, both.clock(), both.app.extensions["desk"].audit)
        act.record_member(db, "grant:withdrawn", VICTIM, "indicators")
    assert row
    return fingerprint(key_of(row))


@contextmanager
def written_over(desk: Desk) -> Iterator[None]:
    """The database with another public key in the member's row."""
    connection = database.connection_of(desk.app)
    with connection.begin(write=True) as db:
        row = members.get(db, name=VICTIM)
        assert row
        members.replace(db, row=replace(row, public_key=THEIRS))
    yield
    with connection.begin(write=True) as db:
        members.replace(db, row=row)


def holds(desk: Desk) -> set[str]:
    with database.connection_of(desk.app).begin(write=False) as db:
        return {grant.compartment for grant in members.grants(db, member=VICTIM)}


def test_the_own_page_shows_the_key_that_the_session_opened(both: Desk, real: str) -> None:
    client = reading(both, "analyst", 1)
    assert real in client.get("/account").text
    with written_over(both):
        shown = client.get("/account").text
    assert fingerprint(THEIRS) not in shown, "the session is refused, or shows its own key"


def test_signing_in_is_refused_and_told(both: Desk, real: str) -> None:
    person = next(one for one in both.people if one["member"] == VICTIM)
    client = both.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    both.clock.move(seconds=2 * totp.STEP)
    with written_over(both):
        answer = sign_in(client, person)
    assert answer.status_code == 403
    assert "Your key in the database is not yours" in html.unescape(answer.text)
    assert client.get_cookie("desk") is None
    with database.connection_of(both.app).begin(write=False) as db:
        (newest,) = audit.entries(db, agency=None, limit=1)
    assert (newest.action, newest.object) == ("session:key_differs", f"member:{VICTIM}")
    both.clock.move(seconds=2 * totp.STEP)
    assert sign_in(client, person).status_code == 303, "with the row put right the member is in"


def test_what_the_member_reads_out_grants_nothing_to_another_key(both: Desk, real: str) -> None:
    giver = reading(both, "supervisor")
    with written_over(both):
        sending = form(giver, "/members", PATH, fingerprint=real)
        answer = giver.post(sending.path, data=sending.data)
        assert answer.status_code == 422
        screen = Screen(answer)
        (owner,) = [one for one in screen.main.all("form") if one.get("action") == PATH]
        assert "has another fingerprint" in owner.text, "the error stands at the form"
        assert field_value(answer, "fingerprint") == real, "what was typed stays"
        assert "indicators" not in holds(both)
    again = form(giver, answer, PATH)
    assert giver.post(again.path, data=again.data).status_code == 303
    assert "indicators" in holds(both), "with the row put right the same words grant"


@pytest.mark.parametrize("role", ["supervisor", "administrator", "custodian"])
def test_nobodys_fingerprint_can_be_copied_from_the_members_page(
    both: Desk, real: str, role: str
) -> None:
    shown = reading(both, role).get("/members").text
    assert VICTIM in shown
    assert real not in shown
    assert real.replace(" ", "") not in shown


def test_another_way_to_write_it_grants(both: Desk, real: str) -> None:
    """As a phone or another keyboard writes it: capitals, no blanks, digits of another script."""
    khmer = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
    typed = real.replace(" ", "").upper().translate(khmer)
    giver = reading(both, "supervisor")
    sending = form(giver, "/members", PATH, fingerprint=typed)
    assert giver.post(sending.path, data=sending.data).status_code == 303
    assert "indicators" in holds(both)


def test_a_grant_without_a_fingerprint_is_refused_beside_the_form(both: Desk, real: str) -> None:
    giver = reading(both, "supervisor")
    sending = form(giver, "/members", PATH, fingerprint="0123")
    answer = giver.post(sending.path, data=sending.data)
    assert answer.status_code == 422
    assert "a fingerprint has 20 digits" in html.unescape(answer.text)
    assert "indicators" not in holds(both)
