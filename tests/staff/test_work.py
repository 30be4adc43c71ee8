"""A shift at the desk: take, open, note, reply, move; and what is refused on the way."""

from __future__ import annotations

import html
import re

import config
from portal.access import totp
from portal.followup.thread import return_with
from portal.store import audit
from portal.store.engine import connect
from portal.vault.signing import LogKeys
from tests.builders.sites import make_staff
from tests.staff.conftest import CODE, STORY, Desk, public, sign_in, token

REPLY = "Cảm ơn bạn đã kể. Đừng trả tiền nhé."


def test_a_report_is_read_and_answered(desk: Desk, report: str) -> None:
    client = desk.client("analyst")
    page = client.get(f"/case/{report}")
    assert STORY not in html.unescape(page.text), "words are shown on demand only"
    csrf = token(page)

    def post(deed: str, **data: str) -> str:
        answer = client.post(
            f"/case/{report}/{deed}", data={"csrf_token": csrf, **data}, follow_redirects=True
        )
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    assert "linh.analyst" in post("take")
    reason = re.search(r'<option value="([^"]+)"', client.get(f"/case/{report}").text)
    assert reason
    assert STORY in post("open/triage", reason=reason[1])
    assert "gọi lại chiều nay" in post("note", note="gọi lại chiều nay")
    assert REPLY in post("reply", text=REPLY, go="preview")
    assert read_back(desk) == []
    assert REPLY in post("reply", text=REPLY, go="send", wait="yes", filings="1")
    assert read_back(desk) == [REPLY]
    assert STORY not in post("hide")
    verify_log(desk, report)


def read_back(desk: Desk) -> list[str]:
    """What the child reads with the code."""
    with public(desk) as intake:
        found = return_with(intake=intake, code=CODE, now=desk.clock())
    return [reply.text for reply in found.replies]


def verify_log(desk: Desk, report: str) -> None:
    settings = config.load_staff(desk.deployment.environ)
    with (
        connect(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=False) as db,
    ):
        assert audit.verify(db, verify=LogKeys(settings.manifest.log_signers).verify).ok
        actions = [row.action for row in audit.about(db, object=f"report:{report}")]
    for tag in ("case:taken", "case:opened.triage", "case:noted", "case:replied"):
        assert any(action.startswith(tag) for action in actions), tag
    assert not any(STORY[:9] in action for action in actions)


def test_an_analyst_cannot_open_identity(desk: Desk, report: str) -> None:
    client = desk.client("analyst")
    csrf = token(client.get("/account"))
    answer = client.post(f"/case/{report}/open/identity", data={"csrf_token": csrf, "reason": "x"})
    assert answer.status_code == 403


def test_two_members_never_take_the_same_report(desk: Desk) -> None:
    for number in range(1, 4):
        desk.file(number)
    taken = []
    for place in (0, 1, 0, 1):
        client = desk.client("analyst", place)
        answer = client.post("/queue/next", data={"csrf_token": token(client.get("/account"))})
        taken.append(answer.headers["Location"])
    cases = [place for place in taken if place.startswith("/case/")]
    assert len(cases) == len(set(cases)) >= 2


def test_the_door_says_one_thing_whatever_was_wrong(desk: Desk) -> None:
    person = next(one for one in desk.people if one["member"] == "arif.supervisor")
    answers = [
        sign_in(desk.app.test_client(), person, **wrong)
        for wrong in ({"member": "nobody.here"}, {"passphrase": "wrong"}, {"code": "000000"})
    ]
    assert {answer.status_code for answer in answers} == {answers[0].status_code}
    assert answers[0].status_code >= 400
    bodies = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert all("desk=" not in str(answer.headers.getlist("Set-Cookie")) for answer in answers)


def test_a_code_works_once(desk: Desk) -> None:
    person = next(one for one in desk.people if one["member"] == "maya.analyst")
    desk.clock.move(seconds=totp.STEP)
    assert sign_in(desk.app.test_client(), person).status_code == 303
    assert sign_in(desk.app.test_client(), person).status_code >= 400


def test_signing_out_ends_the_session(desk: Desk) -> None:
    person = next(one for one in desk.people if one["member"] == "thu.auditor")
    client = desk.client("auditor")
    kept = client.get_cookie("desk")
    assert kept
    answer = client.post("/sign-out", data={"csrf_token": token(client.get("/account"))})
    assert answer.status_code == 303
    desk.clients.pop(person["member"])
    thief = desk.app.test_client()
    thief.set_cookie("desk", kept.value)
    assert thief.get("/audit").status_code == 303


def test_the_cookie_is_bound_to_the_host_over_tls(desk: Desk) -> None:
    app = make_staff(desk.deployment, https=True)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://desk.example")
    names = [cookie.split("=")[0] for cookie in page.headers.getlist("Set-Cookie")]
    assert names == ["__Host-desk-form"]
    assert all("Secure" in c and "HttpOnly" in c for c in page.headers.getlist("Set-Cookie"))
    assert app.extensions["desk"].cookie == "__Host-desk"


def test_a_place_in_the_queue_that_never_was_leads_to_its_top(desk: Desk) -> None:
    client = desk.client("analyst")
    top = re.findall(r'href="/case/(\w+)"', client.get("/queue").text)
    for odd in ("%ff", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMS4wMA==", "LTEuMS4wMA=="):
        page = client.get(f"/queue?after={odd}")
        assert page.status_code == 200
        assert re.findall(r'href="/case/(\w+)"', page.text) == top
