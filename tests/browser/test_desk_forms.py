"""Forms of the desk in a real browser: pressed twice, left half-way, or refused, nothing is lost
and nothing is done twice."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.access import totp
from portal.followup.thread import come_back
from portal.mailbox.reporter import ReporterKeys
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_staff
from tests.builders.waiting import PATIENCE
from tests.staff.conftest import Desk, file_with_code, public

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOTE = "Gọi lại lúc 17 giờ.\n\nMẹ của em đã biết."
ANSWER = "Cảm ơn bạn.\n\nĐừng trả tiền nhé."


@dataclass
class Held:
    """Counts the posts to one path, and answers none of them until it is told to."""

    app: Callable[..., Any]
    path: str = ""
    begun: int = 0
    ended: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        is_held = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == self.path
        if is_held:
            self.count(begun=1)
            assert self.go_on.wait(PATIENCE)
        answer = self.app(environ, start)
        if is_held:
            self.count(ended=1)
        return answer

    def count(self, begun: int = 0, ended: int = 0) -> None:
        with self.changed:
            self.begun += begun
            self.ended += ended
            self.changed.notify_all()

    def wait_for(self, *, begun: int = 0, ended: int = 0) -> None:
        with self.changed:
            assert self.changed.wait_for(
                lambda: self.begun >= begun and self.ended >= ended, PATIENCE
            )

    def hold(self, path: str) -> None:
        self.path, self.begun, self.ended = path, 0, 0
        self.go_on.clear()


@dataclass
class Bench:
    desk: Desk
    held: Held
    address: str
    numbers: Iterator[int]

    def report(self) -> tuple[str, ReporterKeys]:
        return file_with_code(self.desk, f"pressed {next(self.numbers)}")


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("forms") / "instance") as made:
        yield made


@pytest.fixture(scope="module")
def bench(deployment: Deployment) -> Iterator[Bench]:
    app: Flask = make_staff(deployment)
    held = Held(app)
    with serve(held) as address:
        yield Bench(Desk(deployment, app), held, address, iter(range(1000)))


def fill_in_sign_in(page: Page, bench: Bench) -> None:
    """Sign in as the first analyst on the page that asks for it; a code of its own each time."""
    people = json.loads((bench.desk.deployment.folder / "demo-credentials.json").read_text("utf-8"))
    person = next(one for one in people["members"] if one["member"] == "linh.analyst")
    bench.desk.clock.move(seconds=2 * totp.STEP)
    page.fill("[name=member]", person["member"])
    page.fill("[name=passphrase]", person["passphrase"])
    secret = base64.b32decode(person["totp_secret"])
    page.fill("[name=code]", totp.code_at(secret, bench.desk.clock()))
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


@contextmanager
def at_work(chromium: Browser, bench: Bench, *, scripts: bool) -> Iterator[tuple[Page, str, Any]]:
    """An analyst who has taken and opened a report; gives the page, the case and the reporter."""
    report, keys = bench.report()
    context = chromium.new_context(locale="en-GB", java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{bench.address}/sign-in")
    fill_in_sign_in(page, bench)
    case = f"/case/{report}"
    page.goto(bench.address + case)
    for name in ("Take", "Open"):
        with page.expect_navigation():
            page.get_by_role("button", name=name).first.click()
    try:
        yield page, case, keys
    finally:
        context.close()


def read_by_the_child(bench: Bench, keys: ReporterKeys) -> list[str | None]:
    with public(bench.desk) as intake:
        found = come_back(intake=intake, keys=keys, now=bench.desk.clock())
    return [reply.text for reply in found.replies]


def press_twice(page: Page, bench: Bench, path: str, button: str, *, scripts: bool) -> None:
    """Press, and press again while no answer has come."""
    bench.held.hold(path)
    pressed = page.get_by_role("button", name=button)
    pressed.scroll_into_view_if_needed()
    box = pressed.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*middle)
    bench.held.wait_for(begun=1)
    page.mouse.click(*middle)
    if not scripts:
        bench.held.wait_for(begun=2)
    bench.held.go_on.set()
    expect(page.get_by_role("status")).to_be_visible()
    bench.held.wait_for(ended=bench.held.begun)
    assert bench.held.begun == (1 if scripts else 2)


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_what_is_pressed_twice_is_done_once(chromium: Browser, bench: Bench, scripts: bool) -> None:
    with at_work(chromium, bench, scripts=scripts) as (page, case, keys):
        page.fill("[name=note]", NOTE)
        press_twice(page, bench, f"{case}/note", "Keep the note", scripts=scripts)
        expect(page.get_by_role("status")).to_contain_text("The note is kept.")
        assert page.locator("article.note").count() == 1
        page.goto(f"{bench.address}{case}/reply")
        page.fill("[name=text]", ANSWER)
        with page.expect_navigation():
            page.get_by_role("button", name="See what they will read").click()
        press_twice(page, bench, f"{case}/reply", "Seal and send", scripts=scripts)
        expect(page.get_by_role("status")).to_contain_text("sealed and sent")
        assert page.locator("article.reply").count() == 1
        assert read_by_the_child(bench, keys) == [ANSWER]


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_session_that_idled_out_loses_no_note(
    chromium: Browser, bench: Bench, scripts: bool
) -> None:
    with at_work(chromium, bench, scripts=scripts) as (page, case, _):
        page.fill("[name=note]", NOTE)
        bench.desk.clock.move(minutes=31)
        with page.expect_navigation():
            page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("alert")).to_contain_text("Your session was over")
        assert "17 giờ" not in page.content()
        fill_in_sign_in(page, bench)
        assert page.url == f"{bench.address}{case}#notes"
        expect(page.locator("[name=note]")).to_have_value(NOTE)
        with page.expect_navigation():
            page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("status").last).to_contain_text("The note is kept.")
        assert not page.locator("[name=note]").count(), "kept, so nothing waits"


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_after_a_refusal_the_text_is_there_and_after_back_as_well(
    chromium: Browser, bench: Bench, scripts: bool
) -> None:
    with at_work(chromium, bench, scripts=scripts) as (page, _case, _):
        bench.desk.clock.move(hours=1, minutes=1)  # the token is too old, and so is the session
        page.fill("[name=note]", NOTE)
        with page.expect_navigation():
            page.get_by_role("button", name="Keep the note").click()
        fill_in_sign_in(page, bench)
        expect(page.locator("[name=note]")).to_have_value(NOTE)
        page.fill("[name=note]", "x" * 4001)
        with page.expect_navigation():
            page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("alert")).to_contain_text("4000")
        expect(page.locator("[name=note]")).to_have_value("x" * 4001)
        assert page.locator("[name=note]").evaluate("(it) => it === document.activeElement")
        page.go_back()
        expect(page.locator("[name=note]")).to_have_value("x" * 4001)


def test_enter_on_a_tick_is_the_button_of_the_form_and_no_other(
    chromium: Browser, bench: Bench
) -> None:
    with at_work(chromium, bench, scripts=False) as (page, case, _):
        page.goto(f"{bench.address}{case}/reply")
        page.fill("[name=text]", ANSWER)
        page.locator("[name=wait]").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("This is what the reporter reads")


@pytest.mark.parametrize("leave", ["Sign out", "Give back", "Hide the words", "Tiếng Việt"])
def test_without_scripts_another_button_keeps_the_note(
    chromium: Browser, bench: Bench, leave: str
) -> None:
    with at_work(chromium, bench, scripts=False) as (page, case, _):
        page.fill("[name=note]", NOTE)
        with page.expect_navigation():
            page.get_by_role("button", name=leave).click()
        if leave == "Sign out":
            fill_in_sign_in(page, bench)
        page.goto(bench.address + case)
        expect(page.locator("[name=note]")).to_have_value(NOTE)


def test_with_scripts_a_link_or_a_closed_tab_keeps_the_note(
    chromium: Browser, bench: Bench
) -> None:
    with at_work(chromium, bench, scripts=True) as (page, case, _):
        page.fill("[name=note]", NOTE)
        bench.held.hold("/draft")
        bench.held.go_on.set()
        page.get_by_role("link", name="Queue").click()
        bench.held.wait_for(ended=1)
        page.goto(bench.address + case)
        expect(page.locator("[name=note]")).to_have_value(NOTE)
        with page.expect_navigation():
            page.get_by_role("button", name="Throw it away").click()
        expect(page.locator("[name=note]")).to_have_value("")
        page.fill("[name=note]", ANSWER)
        bench.held.hold("/draft")
        bench.held.go_on.set()
        other = page.context.new_page()
        page.close(run_before_unload=False)
        bench.held.wait_for(ended=1)
        other.goto(bench.address + case)
        expect(other.locator("[name=note]")).to_have_value(ANSWER)
