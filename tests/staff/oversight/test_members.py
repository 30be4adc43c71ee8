"""From an invitation to a first open report: who may give what to whom, on the pages themselves."""

from __future__ import annotations

import base64
import html
import re

import pytest
from flask.testing import FlaskClient

from portal.access import totp
from portal.access.membership import fingerprint, key_of
from portal.store import members
from portal.web import database
from tests.builders.sites import time_at
from tests.staff.conftest import STORY, Desk, reading, sign_in, token

NAME = "tam.analyst"
PASSPHRASE = "bốn từ thật là dài"


def invite(desk: Desk, name: str) -> str:
    admin = desk.client("administrator")
    answer = admin.post(
        "/members/invite",
        data={"csrf_token": token(admin.get("/members")), "name": name, "role": "analyst"},
    )
    found = re.search(r'<output[^>]*id="invitation"[^>]*>([^<]+)<', answer.text)
    assert found, answer.text
    return html.unescape(found[1]).strip()


def enrol(client: FlaskClient, invitation: str, **changes: str) -> tuple[int, str, bytes]:
    """Go through the pages of the invitation; gives status, text and the phone's secret."""
    page = client.post(
        "/welcome",
        data={"csrf_token": token(client.get("/welcome")), "invitation": invitation, "go": "look"},
    )
    key = re.search(r'<code class="secret">([A-Z2-7= ]+)</code>', page.text)
    assert key, page.text
    secret = base64.b32decode(key[1].replace(" ", ""))
    assert "<svg" in page.text
    data = {
        "csrf_token": token(page),
        "invitation": invitation,
        "go": "enrol",
        "passphrase": PASSPHRASE,
        "again": PASSPHRASE,
        "code": totp.code_at(secret, time_at(client.application)),
    }
    answer = client.post("/welcome", data=data | changes)
    return answer.status_code, html.unescape(answer.text), secret


def give(desk: Desk, role: str, name: str, compartment: str) -> int:
    giver = desk.client(role)
    data = {"csrf_token": token(giver.get("/account")), "fingerprint": read_out(desk, name)}
    return giver.post(f"/members/{name}/grant/{compartment}", data=data).status_code


def read_out(desk: Desk, name: str) -> str:
    """The fingerprint of the key with which a member enrolled."""
    with database.connection_of(desk.app).begin(write=False) as db:
        row = members.get(db, name=name)
    assert row
    return fingerprint(key_of(row))


def test_an_invited_member_reads_only_after_a_holder_has_granted(desk: Desk, report: str) -> None:
    invitation = invite(desk, NAME)
    status, text, secret = enrol(desk.app.test_client(), invitation)
    assert status == 200
    assert len(re.findall(r'<output class="token">([0-9A-Z]{4}( [0-9A-Z]{4}){6})<', text)) == 8
    person = {
        "member": NAME,
        "passphrase": PASSPHRASE,
        "totp_secret": base64.b32encode(secret).decode("ascii"),
    }
    client = desk.app.test_client()
    desk.clock.move(seconds=totp.STEP)
    assert sign_in(client, person).status_code == 303
    csrf = token(client.get("/account"))

    def reads() -> bool:
        client.post(f"/case/{report}/open/triage", data={"csrf_token": csrf, "reason": "working"})
        shown = html.unescape(client.get(f"/case/{report}").text)
        client.post(f"/case/{report}/hide", data={"csrf_token": csrf})
        return STORY in shown

    assert not reads(), "without a grant nothing opens"
    assert give(desk, "administrator", NAME, "triage") == 403
    assert give(desk, "auditor", NAME, "triage") == 403
    assert give(desk, "supervisor", NAME, "identity") in (303, 403)
    assert not reads()
    assert give(desk, "supervisor", NAME, "triage") == 303
    assert reads(), "granted by somebody who holds it"

    admin = desk.client("administrator")
    csrf_admin = token(admin.get("/members"))
    gone = admin.post(f"/members/{NAME}/remove", data={"csrf_token": csrf_admin})
    assert gone.status_code == 303
    assert client.get("/queue").headers.get("Location") == "/sign-in", "sessions end at once"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"again": "something else"}, "not the same"),
        ({"passphrase": "short", "again": "short"}, "14"),
        ({"code": "000000"}, "code"),
    ],
)
def test_a_mistake_is_named_and_the_invitation_stays_good(
    desk: Desk, changes: dict[str, str], words: str
) -> None:
    name = f"new.{len(words)}x{len(next(iter(changes)))}"
    invitation = invite(desk, name)
    client = desk.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    status, text, _ = enrol(client, invitation, **changes)
    assert status == 422
    problem = re.search(r'<p class="flash problem" role="alert">([^<]+)</p>', text)
    assert problem
    assert words in problem[1]
    assert enrol(client, invitation)[0] == 200


def test_an_invitation_works_once(desk: Desk) -> None:
    invitation = invite(desk, "once.only")
    client = desk.app.test_client()
    assert enrol(client, invitation)[0] == 200
    again = client.post(
        "/welcome",
        data={"csrf_token": token(client.get("/welcome")), "invitation": invitation, "go": "look"},
    )
    assert again.status_code == 403


def test_keys_for_who_has_not_enrolled_are_refused_in_a_sentence(desk: Desk) -> None:
    invite(desk, "not.yet.here")
    giver = reading(desk, "supervisor")
    data = {"csrf_token": token(giver.get("/account"))}
    answer = giver.post("/members/not.yet.here/grant/triage", data=data)
    assert answer.status_code == 403
    said = re.search(r'<p class="flash problem"[^>]*>(.+)</p>', html.unescape(answer.text))
    assert said
    assert "has not enrolled yet" in said[1]


@pytest.mark.parametrize("name", ["Tam Analyst", "tâm", "", ".", "x" * 60, "tam;drop", "a\x00b"])
def test_a_name_that_will_not_do_is_refused_in_a_sentence(desk: Desk, name: str) -> None:
    admin = desk.client("administrator")
    csrf = token(admin.get("/members"))
    data = {"csrf_token": csrf, "name": name, "role": "analyst"}
    answer = admin.post("/members/invite", data=data)
    assert answer.status_code in (400, 422)
    assert 'id="invitation"' not in answer.text
