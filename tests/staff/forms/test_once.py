"""One form is one act: sent twice, by one process or two at once, it does one thing and gets one
answer. Every POST of the desk is in one of the two lists below."""

from __future__ import annotations

import base64
import html
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal import access
from portal.access import totp
from portal.access.factors import new_codes
from portal.access.membership import fingerprint, key_of
from portal.domain.report import Compartment
from portal.followup.deletion import ask_deletion
from portal.store import factors, members, unread
from portal.store.tables import ActDone, AuditEntry, CaseText, Message
from portal.web import database
from tests.builders.deployment import Deployment
from tests.builders.sites import Node, Screen, make_staff
from tests.staff.conftest import Desk, file_with_code, public

NOT_ACTS = {
    "drafts.save": "the last one stands, as in the form itself",
    "drafts.restore": "writes the same draft again",
    "drafts.discard": "what is thrown away is gone",
    "sign_in.enter": "starts a session that only the browser it answers holds; a code works once",
    "account.language": "a choice in the browser's own cookie",
    "case.hide": "a note in the browser's own cookie",
    "audit.verify": "reads",
}
"""What may be sent twice because it changes nothing that is stored."""

COUNTED = (AuditEntry, CaseText, Message)


@dataclass
class Bench:
    """One desk served by two processes, and who works there."""

    desk: Desk
    second: Flask
    numbers: Iterator[int] = field(default_factory=count)
    leavers: Iterator[tuple[str, int]] = field(
        default_factory=lambda: iter((("auditor", 0), ("analyst", 1)))
    )
    """Who signs out: a member signs in once, since a code works once."""

    def member(self, role: str, place: int = 0) -> FlaskClient:
        """A member, signed in at the first process."""
        client = self.desk.client(role, place)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    def report(self) -> str:
        """A new report, whose reporter has a code and wants it deleted."""
        report, keys = file_with_code(self.desk, f"once {next(self.numbers)}")
        with public(self.desk) as intake:
            ask_deletion(intake=intake, keys=keys, now=self.desk.clock())
        return report

    def held(self, role: str = "analyst") -> str:
        """A report that this member has taken and opened."""
        report = self.report()
        self.press(role, f"/case/{report}", f"/case/{report}/take")
        self.press(role, f"/case/{report}", f"/case/{report}/open/triage")
        return report

    def press(self, role: str, page: str, action: str, **more: str) -> None:
        """Press one button of a page, once."""
        sending = form(self.member(role), page, action, **more)
        assert self.member(role).post(sending.path, data=sending.data).status_code == 303

    def twin(self, client: FlaskClient) -> FlaskClient:
        """The same browser, answered by the other process."""
        other = self.second.test_client()
        for name in ("desk", "desk-form"):
            cookie = client.get_cookie(name)
            if cookie:
                other.set_cookie(name, cookie.value)
        other.environ_base = dict(client.environ_base)
        return other

    def counts(self) -> list[int]:
        """How many rows stand in each table that an act writes to."""
        with database.connection_of(self.desk.app).begin(write=False) as db:
            tables = [db.reports.scalar(select(func.count()).select_from(t)) for t in COUNTED]
        return [int(number or 0) for number in tables]


@dataclass
class Sending:
    """A form, filled in: who sends it, where, and what."""

    client: FlaskClient
    path: str
    data: dict[str, str]


def form(client: FlaskClient, page: str | TestResponse, action: str, **more: str) -> Sending:
    """Fill in the form of a page that leads to `action`, as a browser would send it."""
    screen = Screen(client.get(page) if isinstance(page, str) else page)
    # A button of a form may lead elsewhere than the form itself.
    owners = {b.get("form") for b in screen.all("button") if b.get("formaction") == action}
    found = [
        one
        for one in screen.all("form")
        if (one.get("action") or screen.path) == action or one.get("id") in owners - {""}
    ]
    assert found, f"{screen.path} has no form to {action}"
    # The form of several that has what is to be filled in.
    best = max(
        found, key=lambda one: len(more.keys() & {n.get("name") for n in _controls(screen, one)})
    )
    sent = {n.get("name"): _value(n) for n in _controls(screen, best) if n.get("name")}
    return Sending(client, action, sent | more)


def _controls(screen: Screen, owner: Node) -> list[Node]:
    kinds, identity = ("input", "select", "textarea"), owner.get("id")
    loose = [n for n in screen.all(*kinds) if identity and n.get("form") == identity]
    return [*owner.all(*kinds), *loose]


def _value(node: Node) -> str:
    if node.element.tag == "select":
        values = [option.get("value") or option.text for option in node.all("option")]
        return next(filter(None, values), "")
    return "".join(node.element.itertext()) if node.element.tag == "textarea" else node.get("value")


def take_next(bench: Bench) -> Sending:
    bench.report()
    return form(bench.member("analyst"), "/queue", "/queue/next")


def take(bench: Bench) -> Sending:
    report = bench.report()
    return form(bench.member("analyst"), f"/case/{report}", f"/case/{report}/take")


def give_back(bench: Bench) -> Sending:
    report = bench.held()
    return form(bench.member("analyst"), f"/case/{report}", f"/case/{report}/give-back")


def assign(bench: Bench) -> Sending:
    report = bench.report()
    return form(bench.member("supervisor"), f"/case/{report}", f"/case/{report}/assign")


def move(bench: Bench) -> Sending:
    report = bench.held("supervisor")
    page, action = f"/case/{report}", f"/case/{report}/move"
    chosen = {"to": "paused", "reason.paused": "deconfliction"}
    return form(bench.member("supervisor"), page, action, **chosen)


def note(bench: Bench) -> Sending:
    report = bench.held()
    page, action = f"/case/{report}", f"/case/{report}/note"
    return form(bench.member("analyst"), page, action, note="gọi lại chiều nay")


def opening(part: str, role: str) -> Callable[[Bench], Sending]:
    def open_part(bench: Bench) -> Sending:
        report = bench.report()
        return form(bench.member(role), f"/case/{report}", f"/case/{report}/open/{part}")

    return open_part


def reply(bench: Bench) -> Sending:
    action = f"/case/{bench.held()}/reply"
    client = bench.member("analyst")
    writing = form(client, action, action, text="Cảm ơn bạn đã kể.", go="preview")
    preview = client.post(action, data=writing.data)
    return form(client, preview, action, go="send", wait="yes")


def deciding(bench: Bench, **choice: str) -> Sending:
    """The first step of a decision on a deletion, from the case that was read."""
    case = f"/case/{bench.held('supervisor')}"
    client = bench.member("supervisor")
    (link,) = [a for a in Screen(client.get(case)).all("a") if "/deletion" in a.get("href")]
    return form(client, link.get("href"), f"{case}/deletion", **choice)


def delete(bench: Bench) -> Sending:
    asked = deciding(bench, go="warn")
    client, action = asked.client, asked.path
    warning = client.post(action, data=asked.data)
    return form(client, warning, action, go="delete")


def refuse(bench: Bench) -> Sending:
    asked = deciding(bench, reason="danger", go="preview")
    client, action = asked.client, asked.path
    return form(client, client.post(action, data=asked.data), action, go="keep")


def invite(bench: Bench) -> Sending:
    name = f"invited.{next(bench.numbers)}"
    return form(bench.member("administrator"), "/members", "/members/invite", name=name)


def invited(bench: Bench) -> str:
    sending = invite(bench)
    return token_of(sending.client.post(sending.path, data=sending.data))


def token_of(answer: TestResponse) -> str:
    found = re.search(r'<output[^>]*id="invitation"[^>]*>([^<]+)<', answer.text)
    assert found, answer.text
    return html.unescape(found[1]).strip()


def remove(bench: Bench) -> Sending:
    name = invited(bench).rpartition(".")[0]
    return form(bench.member("administrator"), "/members", f"/members/{name}/remove")


def keys_of(bench: Bench, wanted: str, other: str) -> Sending:
    """Grant or withdraw keys: the page offers one of the two."""
    giver, path = bench.member("supervisor"), "/members/minh.analyst/{}/indicators"
    if path.format(wanted) not in giver.get("/members").text:
        bench.press("supervisor", "/members", path.format(other), fingerprint=read_out(bench))
    return form(giver, "/members", path.format(wanted), fingerprint=read_out(bench))


def read_out(bench: Bench) -> str:
    with database.connection_of(bench.desk.app).begin(write=False) as db:
        row = members.get(db, name="minh.analyst")
    assert row
    return fingerprint(key_of(row))


def withdraw(bench: Bench) -> Sending:
    return keys_of(bench, "withdraw", "grant")


def grant(bench: Bench) -> Sending:
    return keys_of(bench, "grant", "withdraw")


def sign_out(bench: Bench) -> Sending:
    return form(bench.member(*next(bench.leavers)), "/account", "/sign-out")


def enrol(bench: Bench) -> Sending:
    client = bench.desk.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    looked = form(client, "/welcome", "/welcome", invitation=invited(bench), go="look")
    page = client.post("/welcome", data=looked.data)
    key = re.search(r'<code class="secret">([A-Z2-7= ]+)</code>', page.text)
    assert key
    secret, words = base64.b32decode(key[1].replace(" ", "")), "four quiet green lamps"
    code = totp.code_at(secret, bench.desk.clock())
    return form(client, page, "/welcome", passphrase=words, again=words, code=code, go="enrol")


@dataclass
class Newcomer:
    """A member of the test's own, whose keys may be changed, with recovery codes."""

    bench: Bench
    name: str
    codes: tuple[str, ...]
    secret: bytes = b"n" * totp.SECRET_BYTES
    passphrase: str = "four quiet green lamps"

    def code(self) -> str:
        """What the phone shows: one that was never used."""
        self.bench.desk.clock.move(seconds=2 * totp.STEP)
        return totp.code_at(self.secret, self.bench.desk.clock())

    def browser(self) -> FlaskClient:
        """A browser that speaks English, in which nobody is signed in."""
        client = self.bench.desk.app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    def signed_in(self) -> FlaskClient:
        client, told = self.browser(), {"member": self.name, "passphrase": self.passphrase}
        sending = form(client, "/sign-in", "/sign-in", **told, code=self.code())
        assert client.post("/sign-in", data=sending.data).status_code == 303
        return client


def newcomer(bench: Bench) -> Newcomer:
    name, at = f"own.keys{next(bench.numbers)}", bench.desk.clock()
    one, log = Newcomer(bench, name, ()), bench.desk.app.extensions["desk"].audit
    with database.connection_of(bench.desk.app).begin(write=True) as db:
        access.enrol_member(
            db,
            name=name,
            role=access.Role.ANALYST,
            agency="vn-hotline",
            passphrase=one.passphrase,
            totp_secret=one.secret,
            now=at,
            random=os.urandom,
            log=log,
        )
        seed = access.open_seed(db, member=name, passphrase=one.passphrase)
        made = new_codes(name, seed, now=at, random=os.urandom)
        factors.insert(db, rows=made.rows)
        operator = access.Principal("operator", access.Role.ADMINISTRATOR, "vn-hotline")
        access.Act(operator, at, log).record_member(db, "member:codes_made", name)
    return replace(one, codes=made.codes)


def phone_of(page: TestResponse) -> bytes:
    """The secret that a page shows for a new phone."""
    key = re.search(r'<code class="secret">([A-Z2-7= ]+)</code>', page.text)
    assert key, page.text
    return base64.b32decode(key[1].replace(" ", ""))


def recover_phone(bench: Bench) -> Sending:
    one = newcomer(bench)
    client = one.browser()
    asked = form(client, "/recover", "/recover", member=one.name, lost="phone")
    page = client.post("/recover", data=asked.data)
    shown = totp.code_at(phone_of(page), bench.desk.clock())
    told = {"passphrase": one.passphrase, "recovery": one.codes[0], "new_code": shown}
    return form(client, page, "/recover", **told, go="recover")


def recover_passphrase(bench: Bench) -> Sending:
    one, words = newcomer(bench), "five other small blue cups"
    client = one.browser()
    asked = form(client, "/recover", "/recover", member=one.name, lost="passphrase")
    page = client.post("/recover", data=asked.data)
    told = {"code": one.code(), "recovery": one.codes[0], "passphrase": words, "again": words}
    return form(client, page, "/recover", **told, go="recover")


def change_passphrase(bench: Bench) -> Sending:
    one, path, words = newcomer(bench), "/account/passphrase", "five other small blue cups"
    client, told = one.signed_in(), {"passphrase": words, "again": words}
    return form(client, path, path, **told, current=one.passphrase, code=one.code())


def change_phone(bench: Bench) -> Sending:
    one, path = newcomer(bench), "/account/phone"
    client = one.signed_in()
    page, code = client.get(path), one.code()
    shown = totp.code_at(phone_of(page), bench.desk.clock())
    return form(client, page, path, current=one.passphrase, code=code, new_code=shown)


def make_codes(bench: Bench) -> Sending:
    one, path = newcomer(bench), "/account/codes"
    return form(one.signed_in(), path, path, current=one.passphrase, code=one.code())


def end_session(bench: Bench) -> Sending:
    one = newcomer(bench)
    other, client = one.signed_in(), one.signed_in()
    assert other.get("/account").status_code == 200
    paths = re.findall(r"/account/sessions/[0-9a-f]+/end", client.get("/account").text)
    return form(client, "/account", paths[1])


def ending(which: str) -> Callable[[Bench], Sending]:
    def end(bench: Bench) -> Sending:
        return form(newcomer(bench).signed_in(), "/account", f"/account/sessions/end-{which}")

    return end


ACTS: dict[str, tuple[Callable[[Bench], Sending], ...]] = {
    "queue.take_next": (take_next,),
    "case.take": (take,),
    "case.give_back": (give_back,),
    "case.assign": (assign,),
    "case.move": (move,),
    "case.note": (note,),
    "case.open_triage": (opening("triage", "analyst"),),
    "case.open_indicators": (opening("indicators", "analyst"),),
    "case.open_identity": (opening("identity", "custodian"),),
    "reply.send": (reply,),
    "deletion.decide": (delete, refuse),
    "members.invite": (invite,),
    "members.remove": (remove,),
    "members.grant": (grant,),
    "members.withdraw": (withdraw,),
    "sign_in.sign_out": (sign_out,),
    "recovery.recover": (recover_phone, recover_passphrase),
    "own_keys.change_passphrase": (change_passphrase,),
    "own_keys.change_phone": (change_phone,),
    "own_keys.make_codes": (make_codes,),
    "own_sessions.end_session": (end_session,),
    "own_sessions.end_others": (ending("others"),),
    "own_sessions.end_all": (ending("all"),),
    "sign_in.enrol": (enrol,),
}

ENTRIES = {reply: 2, refuse: 2}
"""Entries that an act leaves in the audit log, where it is more than one."""

EACH = [pytest.param(make, id=f"{name}-{i}") for name in ACTS for i, make in enumerate(ACTS[name])]


@pytest.fixture(scope="module")
def bench(demo_on_each_engine: Deployment) -> Bench:
    desk = Desk(demo_on_each_engine, make_staff(demo_on_each_engine))
    return Bench(desk, make_staff(demo_on_each_engine))


def test_every_post_is_in_one_of_the_lists(desk: Desk) -> None:
    posts = {r.endpoint for r in desk.app.url_map.iter_rules() if "POST" in (r.methods or set())}
    assert posts == ACTS.keys() | NOT_ACTS.keys()
    assert not ACTS.keys() & NOT_ACTS.keys()


def told(client: FlaskClient, answer: TestResponse) -> tuple[object, ...]:
    """What an answer says: where it leads, what it confirms, and what is shown once."""
    with client.session_transaction() as cookie:
        flashes = list(cookie.get("_flashes", []))
        notes = [entry[:2] for entry in cookie.get("opened", [])]
    shown = Screen(answer).all("output") if answer.status_code == 200 else []
    once_shown = [node.text for node in shown]
    assert once_shown or answer.status_code != 200, answer.text
    return answer.status_code, answer.headers.get("Location"), flashes, notes, once_shown


@pytest.mark.parametrize("make", EACH)
def test_a_second_post_does_nothing_and_gets_the_same_answer(
    bench: Bench, make: Callable[[Bench], Sending]
) -> None:
    sending = make(bench)
    twin, before = bench.twin(sending.client), bench.counts()
    first = told(sending.client, sending.client.post(sending.path, data=sending.data))
    assert first[0] in (200, 303), first
    once = bench.counts()
    assert once[0] == before[0] + ENTRIES.get(make, 1)
    second = told(twin, twin.post(sending.path, data=sending.data))
    assert second == first
    assert bench.counts() == once


@pytest.mark.parametrize("make", EACH)
def test_two_posts_at_once_are_one_act(bench: Bench, make: Callable[[Bench], Sending]) -> None:
    sending = make(bench)
    clients = [sending.client, bench.twin(sending.client)]
    before = bench.counts()
    start, answers = threading.Barrier(2), {}

    def send(number: int) -> None:
        start.wait()
        answers[number] = clients[number].post(sending.path, data=sending.data)

    threads = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = (told(clients[number], answers[number]) for number in (0, 1))
    assert first == second
    assert first[0] in (200, 303)
    assert bench.counts()[0] == before[0] + ENTRIES.get(make, 1)


def test_other_words_on_a_used_form_are_refused_and_kept(bench: Bench) -> None:
    sending = note(bench)
    assert sending.client.post(sending.path, data=sending.data).status_code == 303
    before = bench.counts()
    answer = sending.client.post(sending.path, data=sending.data | {"note": "something else"})
    assert answer.status_code == 409
    assert "this form was sent before" in html.unescape(answer.text)
    assert bench.counts() == before


@pytest.mark.parametrize("key", ["", "short", "é" * 20, "x" * 65, "a b c d e f g h i j"])
def test_a_form_without_a_good_key_does_nothing(bench: Bench, key: str) -> None:
    sending, before = note(bench), bench.counts()
    answer = sending.client.post(sending.path, data=sending.data | {"once": key})
    assert answer.status_code == 400
    assert "press again" in html.unescape(answer.text)
    assert bench.counts()[1:] == before[1:]


def test_an_act_that_was_refused_leaves_the_form_as_good_as_new(bench: Bench) -> None:
    action = f"/case/{bench.report()}/take"
    sending = form(bench.member("analyst"), action.removesuffix("/take"), action)
    other = form(bench.member("supervisor"), action.removesuffix("/take"), action)
    other.client.post(action, data=other.data)
    assert sending.client.post(action, data=sending.data).status_code == 409
    back = form(other.client, action.removesuffix("/take"), action.replace("take", "give-back"))
    other.client.post(back.path, data=back.data)
    assert sending.client.post(action, data=sending.data).status_code == 303


def test_the_key_of_one_member_says_nothing_to_another(bench: Bench) -> None:
    sending = note(bench)
    assert sending.client.post(sending.path, data=sending.data).status_code == 303
    page = sending.path.removesuffix("/note")
    bench.press("supervisor", page, f"{page}/open/triage")
    other = form(bench.member("supervisor"), page, sending.path)
    before = bench.counts()
    same = other.data | {"note": sending.data["note"], "once": sending.data["once"]}
    assert other.client.post(sending.path, data=same).status_code == 303
    assert bench.counts()[1] == before[1] + 1


def test_the_store_learns_no_answer(bench: Bench) -> None:
    sending = invite(bench)
    token = token_of(sending.client.post(sending.path, data=sending.data))
    with database.connection_of(bench.desk.app).begin(write=False) as db:
        rows = db.reports.execute(select(ActDone.__table__)).all()
    stored = b"".join(part for row in rows for part in row if isinstance(part, bytes))
    for secret in (token, token.rpartition(".")[2], sending.data["once"]):
        assert secret.encode() not in stored


@pytest.mark.parametrize("go_on", ["move", "delete", "reply"])
def test_a_form_refused_over_unread_words_never_acts_pressed_twice(
    bench: Bench, go_on: str
) -> None:
    """The first press shows what is unread; the second one comes before anybody has read it."""
    report = bench.held("supervisor") if go_on == "reply" else bench.report()
    client, case = bench.member("supervisor"), f"/case/{report}"
    if go_on == "move":
        paused = {"to": "paused", "reason.paused": "deconfliction"}
        sending = form(client, case, f"{case}/move", **paused)
    elif go_on == "delete":
        page = form(client, f"{case}/deletion", f"{case}/deletion", go="warn")
        warning = client.post(page.path, data=page.data)
        sending = form(client, warning, f"{case}/deletion", go="delete")
    else:
        with database.connection_of(bench.desk.app).begin(write=True) as db:
            unread.add(db, report_id=bytes.fromhex(report), compartments={Compartment.TRIAGE})
        sending = form(client, f"{case}/reply", f"{case}/reply", text="Chào bạn.", go="send")
    answers = [client.post(sending.path, data=sending.data) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409] * 3
    for answer in answers:
        assert "New words from the reporter" in answer.text
        assert 'id="new"' in answer.text, "what is new is on the page, also of the later answers"
    if go_on == "move":
        again = form(client, answers[-1], f"{case}/move", **paused)
        assert client.post(again.path, data=again.data).status_code == 303
