"""I can't sign in: what a member, and a stranger with a piece of paper, gets from the pages."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import access
from portal.access import totp
from portal.domain.recovery_code import format_recovery_code, new_recovery_code
from portal.staff.account import throttle
from portal.store import audit, factors
from portal.web import database
from tests.builders.deployment import Deployment
from tests.builders.sites import Screen, make_staff
from tests.staff.account.signing_in import FREE, Door, actions, early_in_the_hour, said
from tests.staff.conftest import Desk
from tests.staff.forms.test_once import Bench, Newcomer, form, newcomer, phone_of

FOREIGN = format_recovery_code(new_recovery_code(bytes(17)))
NEW = "five other small blue cups"


@pytest.fixture
def one(own_desk: Desk) -> Newcomer:
    early_in_the_hour(Door(own_desk))
    return newcomer(Bench(own_desk, own_desk.app))


def asked(client: FlaskClient, member: str, lost: str) -> TestResponse:
    sending = form(client, "/recover", "/recover", member=member, lost=lost)
    return client.post("/recover", data=sending.data)


def recover(one: Newcomer, lost: str, client: FlaskClient | None = None, **changes: str):
    """Fill in the form with what is right, but for the changes; gives answer and phone."""
    client = client or one.browser()
    page = asked(client, changes.pop("member", one.name), lost)
    told, secret = {"recovery": format_recovery_code(one.codes[0]), "go": "recover"}, b""
    if lost == "phone":
        secret = phone_of(page)
        told |= {"passphrase": one.passphrase, "new_code": ""}
        told["new_code"] = totp.code_at(secret, one.bench.desk.clock())
    else:
        told |= {"code": one.code(), "passphrase": NEW, "again": NEW}
    sending = form(client, page, "/recover", **(told | changes))
    return client.post("/recover", data=sending.data), secret


def is_signed_in(one: Newcomer, *, passphrase: str, secret: bytes) -> bool:
    one.bench.desk.clock.move(seconds=2 * totp.STEP)
    code = totp.code_at(secret, one.bench.desk.clock())
    client = one.browser()
    told = {"member": one.name, "passphrase": passphrase, "code": code}
    sending = form(client, "/sign-in", "/sign-in", **told)
    return client.post("/sign-in", data=sending.data).status_code == 303


def log(one: Newcomer) -> list[str]:
    return actions(Door(one.bench.desk))


def test_a_link_stands_on_the_page_for_signing_in(one: Newcomer) -> None:
    links = Screen(one.browser().get("/sign-in")).main.all("a")
    assert "/recover" in {link.get("href") for link in links}


def test_a_lost_phone(one: Newcomer) -> None:
    open_elsewhere = one.signed_in()
    answer, secret = recover(one, "phone")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert open_elsewhere.get("/account").status_code == 303, "every session has ended"
    assert log(one)[0] == "member:recovered phone"
    assert not is_signed_in(one, passphrase=one.passphrase, secret=one.secret)
    assert is_signed_in(one, passphrase=one.passphrase, secret=secret)


def test_a_forgotten_passphrase(one: Newcomer) -> None:
    open_elsewhere = one.signed_in()
    answer, _ = recover(one, "passphrase")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert open_elsewhere.get("/account").status_code == 303, "every session has ended"
    assert log(one)[0] == "member:recovered passphrase"
    assert not is_signed_in(one, passphrase=one.passphrase, secret=one.secret)
    assert is_signed_in(one, passphrase=NEW, secret=one.secret)


@pytest.mark.parametrize("lost", ["phone", "passphrase"])
def test_a_used_code_is_refused(one: Newcomer, lost: str) -> None:
    assert recover(one, lost)[0].status_code == 303
    answer, _ = recover(one, lost)
    assert answer.status_code == 403


WRONG = {
    "phone": ({"passphrase": "not the passphrase at all"}, {"recovery": FOREIGN}),
    "passphrase": ({"code": "000000"}, {"recovery": FOREIGN}),
}


@pytest.mark.parametrize("lost", WRONG)
def test_nothing_tells_which_was_wrong_or_who_is_a_member(one: Newcomer, lost: str) -> None:
    told = set()
    for wrong in (*WRONG[lost], {"member": "nobody.here"}):
        answer, _ = recover(one, lost, **wrong)
        assert answer.status_code == 403
        shown = " ".join(said(answer)).replace("nobody.here", one.name)
        told.add(re.sub(r"Key: [A-Z2-7 ]+", "", shown))
        assert "That did not fit" in shown
    assert len(told) == 1


@pytest.mark.parametrize("lost", WRONG)
def test_the_page_is_the_same_for_everybody(one: Newcomer, lost: str) -> None:
    pages = [said(asked(one.browser(), name, lost)) for name in (one.name, "nobody.here")]
    shown = [re.sub(r"Key: [A-Z2-7 ]+", "", " ".join(page)) for page in pages]
    assert shown[0].replace(one.name, "nobody.here") == shown[1]


@pytest.mark.parametrize(
    ("typed", "problem"), [("0" * 27, "28 letters and digits"), ("0" * 27 + "1", "typing error")]
)
def test_a_typing_error_is_told_without_a_look_up(one: Newcomer, typed: str, problem: str) -> None:
    before = log(one)
    for lost in WRONG:
        answer, _ = recover(one, lost, recovery=typed)
        assert answer.status_code == 422
        assert problem in html.unescape(answer.text)
    assert log(one) == before


@pytest.mark.parametrize("lost", WRONG)
def test_a_paper_in_a_strangers_hand_is_told(one: Newcomer, lost: str) -> None:
    recover(one, lost, **WRONG[lost][0])
    assert log(one)[0] == "session:recovery_refused"
    recover(one, lost, **WRONG[lost][1])
    assert log(one)[0] == "session:refused"


def test_guessing_is_slowed_as_at_sign_in(one: Newcomer) -> None:
    client = one.browser()
    wrong = {"recovery": FOREIGN}
    answers = [recover(one, "phone", client, **wrong)[0].status_code for _ in range(FREE + 2)]
    assert answers == [403] * (FREE + 1) + [429]
    assert log(one).count("session:refused") == FREE


def test_codes_of_a_phone_cannot_be_guessed_with_a_paper(one: Newcomer) -> None:
    """The counter is the name's alone: other networks bring no more tries."""
    known = one.signed_in()
    known.delete_cookie("desk")
    for number in range(throttle.OF_CODE.amount):
        client = one.browser()
        client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        recover(one, "passphrase", client, code="000000")
    client = one.browser()
    client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert recover(one, "passphrase", client)[0].status_code == 403
    answer, _ = recover(one, "passphrase", known)
    assert answer.status_code == 303, "the member's own browser goes on"


def test_a_weak_passphrase_and_a_wrong_new_phone_use_no_code_up(one: Newcomer) -> None:
    for lost, wrong, problem in (
        ("passphrase", {"passphrase": "short", "again": "short"}, "14 characters"),
        ("passphrase", {"again": "something else"}, "not the same"),
        ("phone", {"new_code": "000000"}, "new phone"),
    ):
        answer, _ = recover(one, lost, **wrong)
        assert answer.status_code == 422
        assert problem in html.unescape(answer.text)
    assert recover(one, "phone")[0].status_code == 303


@pytest.mark.parametrize("name", ["", "x" * 400, "é" * 400, "字" * 400, "a\x00b", "<b>"])
def test_odd_names_break_nothing(one: Newcomer, name: str) -> None:
    for lost in ("phone", "passphrase", "else"):
        sending = form(one.browser(), "/recover", "/recover", member=name, lost=lost)
        assert sending.client.post("/recover", data=sending.data).status_code in (200, 400)


@pytest.mark.parametrize(("left", "is_loud"), [(8, False), (3, False), (2, True), (0, True)])
def test_the_account_says_how_many_codes_are_left(one: Newcomer, left: int, is_loud: bool) -> None:
    with database.connection_of(one.bench.desk.app).begin(write=True) as db:
        rows = [row for row in factors.of_member(db, member=one.name) if row.kind == "recovery"]
        for row in rows[left:]:
            factors.remove(db, id=row.id)
        desk = one.bench.desk
        operator = access.Principal("operator", access.Role.ADMINISTRATOR, "vn-hotline")
        act = access.Act(operator, desk.clock(), desk.app.extensions["desk"].audit)
        act.record_member(db, "member:codes_made", one.name)
    page = Screen(one.signed_in().get("/account"))
    (line,) = [p for p in page.main.all("p") if "recovery codes are left" in p.text]
    assert f"{left} recovery" in line.text
    assert ("problem" in line.get("class")) == is_loud
    assert ("Make new ones now" in line.text) == is_loud


def test_recovering_on_each_engine(demo_on_each_engine: Deployment) -> None:
    desk = Desk(demo_on_each_engine, make_staff(demo_on_each_engine))
    one = newcomer(Bench(desk, desk.app))
    for lost in ("passphrase", "phone"):
        answer, _ = recover(
            one, lost, **({"recovery": one.codes[1], "passphrase": NEW} if lost == "phone" else {})
        )
        assert answer.status_code == 303, answer.text
    with database.connection_of(desk.app).begin(write=False) as db:
        told = [row.action for row in audit.about(db, object=f"member:{one.name}")]
    assert told[-2:] == ["member:recovered passphrase", "member:recovered phone"]
