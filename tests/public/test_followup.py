"""Coming back with the code: status, replies, telling more, asking for deletion."""

from __future__ import annotations

import os

import pytest
from flask import Flask

import config
from portal.domain.case import Status
from portal.domain.receipt import normalise
from portal.domain.told import Told, told_bytes
from portal.intake.filing import Intake
from portal.mailbox.reporter import derive_keys
from portal.operations import log_signers
from portal.sealing.message import seal_reply
from portal.store import messages, receipts, reports, told
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, time_at


@pytest.fixture
def code(client: CheckedClient) -> str:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, "send", happening=["threat_share"])
    return screen.one("output", id="receipt").text


def enter(client: CheckedClient, code: str, language: str = "en") -> Screen:
    screen = client.see(f"/{language}/back")
    action = screen.form.get("action")
    return Screen(client.post(action, data=screen.fields() | {"code": [code]}))


@pytest.mark.parametrize("zero", ["0", "٠", "०", "０", "๐"])
def test_the_code_is_read_in_the_digits_of_any_script(
    client: CheckedClient, code: str, zero: str
) -> None:
    written = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in code)
    assert enter(client, written).heading == "Your report"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda c: c[:-1], "20 digits"),
        (lambda c: c[:-1] + str((int(c[-1]) + 1) % 10), "One digit seems to be wrong"),
        (lambda _: "0" * 20, "find this code"),
    ],
)
def test_a_wrong_code_says_what_is_wrong_and_stays(
    client: CheckedClient, code: str, wrong: object, words: str
) -> None:
    typed = wrong(normalise(code))  # type: ignore[operator]
    screen = enter(client, typed)
    assert words in screen.main.text
    assert screen.one("input", name="code").get("value") == typed


def test_the_reply_is_read(client: CheckedClient, code: str, app: Flask) -> None:
    write(app, code, "We read it. You are not alone.")
    assert "You are not alone." in enter(client, code).main.text


def test_an_answer_that_is_lost_is_said_to_be_and_the_thread_goes_on(
    client: CheckedClient, code: str, app: Flask
) -> None:
    write(app, code, "We read it. You are not alone.")
    write(app, code, "Lost.", shred_id=os.urandom(16))
    screen = enter(client, code)
    assert "You are not alone." in screen.main.text
    assert screen.main.text.count("Our answer") == 2
    assert screen.main.text.count("This answer can no longer be opened.") == 1
    assert "There is no answer yet" not in screen.main.text
    after = client.press(screen, "add", more=["He also uses mr.k2"])
    assert "We got what you added" in after.main.text


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_told_in_plain_words(
    client: CheckedClient, code: str, app: Flask, deployment: Deployment, status: Status
) -> None:
    move(app, code, status, by=deployment)
    screen = enter(client, code)
    assert status.value not in screen.main.text.split()
    assert len(screen.main.all("p")[0].text) > 20


def test_more_can_be_told_once(client: CheckedClient, code: str) -> None:
    screen = enter(client, code)
    data = screen.fields() | {"more": ["He also uses mr.k2"], "go": ["add"]}
    first = Screen(client.post("/en/back", data=data))
    again = Screen(client.post("/en/back", data=data))
    assert "Thank you" in first.main.text
    assert "mr.k2" not in first.main.text
    for screen in (first, again):
        assert screen.main.text.count("You told us more.") == 1


@pytest.mark.parametrize("more", [" ", "\u200b\u200b", "\u3164\u2800", "x " * 5001])
def test_a_text_that_cannot_be_taken_stays(client: CheckedClient, code: str, more: str) -> None:
    screen = enter(client, code)
    screen = client.press(screen, "add", more=[more])
    assert screen.one("textarea", name="more").text == more.strip()
    assert "Please" in screen.main.text


def test_deletion_is_asked_for_once(client: CheckedClient, code: str) -> None:
    screen = client.press(enter(client, code), "delete")
    assert "asked us to delete" in screen.main.text
    assert not [b for b in screen.all("button") if b.get("value") == "delete"]


def test_the_way_back_ends_with_the_session(client: CheckedClient, code: str) -> None:
    data = enter(client, code).fields() | {"more": ["x"], "go": ["add"]}
    client.post("/en/leave")
    other = client.see("/en/back").fields()
    response = client.post("/en/back", data=data | {"csrf_token": other["csrf_token"]})
    assert response.status_code == 400


def held(app: Flask) -> Intake:
    found: Intake = app.extensions["portal.intake"]
    return found


def write(app: Flask, code: str, text: str, shred_id: bytes | None = None) -> None:
    """Reply as the desk does; a shred id under which no key stands makes it open to nobody."""
    intake, now = held(app), time_at(app)
    keys = derive_keys(normalise(code), salt=intake.salt, pepper=intake.pepper)
    with intake.connection.begin(write=True) as db:
        receipt = receipts.find(db, token_hash=keys.token_hash, now=now)
        assert receipt is not None
        one = os.urandom(16)
        sealed = seal_reply(
            public=keys.public, report_id=receipt.report_id, message_id=one, text=text
        )
        about = {"id": one, "report_id": receipt.report_id, "shred_id": shred_id}
        messages.insert(db, **about, sealed=sealed, sent_at=now)  # type: ignore[arg-type]


STATES = (
    "A person is reading your report.",
    "We wrote to you and wait for your answer.",
    "We passed your report on to people who can help.",
    "Another team is already working on it.",
    "We have finished our work.",
)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.NEW])
def test_a_state_that_nobody_signed_is_not_told(
    client: CheckedClient, code: str, app: Flask, status: Status
) -> None:
    """The page stays whole: what was sent, and where to write more."""
    move(app, code, status)
    screen = enter(client, code)
    assert all(line not in screen.main.text for line in STATES)
    assert "You sent us your report." in screen.main.text
    assert screen.one("textarea", name="more")


def move(app: Flask, code: str, status: Status, by: Deployment | None = None) -> None:
    """Move the case behind a code, with the signature of a desk where one is given."""
    intake, now = held(app), time_at(app)
    keys = derive_keys(normalise(code), salt=intake.salt, pepper=intake.pepper)
    with intake.connection.begin(write=True) as db:
        receipt = receipts.find(db, token_hash=keys.token_hash, now=now)
        assert receipt is not None
        reports.set_status(db, report_id=receipt.report_id, expected=Status.NEW, to=status)
        if by is not None:
            key = log_signers.desk_key(config.load_staff(by.environ))
            signature = key.sign(told_bytes(receipt.report_id, status, 1))
            told.put(db, report_id=receipt.report_id, told=Told(1, key.name, signature))


def test_who_was_answered_and_added_nothing_is_not_thanked_for_it(
    client: CheckedClient, app: Flask, code: str
) -> None:
    write(app, code, "Thank you for telling us.")
    page = enter(client, code).main.text
    assert "Thank you for telling us." in page
    assert "what you added" not in page
