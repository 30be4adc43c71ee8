"""A child writes while an analyst acts on an older page: nothing is done, the words are there."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import config
from portal.access import totp
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import new_code
from portal.domain.report import Audience
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit
from portal.store.engine import connect
from tests.browser.test_desk import RULES
from tests.builders.answers import threatened_child
from tests.builders.deployment import Deployment
from tests.builders.running import Running
from tests.builders.walk import follow, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AT_THE_DOOR = "Anh ta đang ở trước cửa nhà em."
ANSWER = "Em chờ chúng tôi một chút nhé."
LOOKS = (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360))


@dataclass
class Two:
    """A child with a phone, without scripts, and a supervisor at the desk."""

    running: Running
    child: Page
    desk: Page


@pytest.fixture(scope="module")
def two(chromium: Browser, running: Running) -> Iterator[Two]:
    phone = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="vi-VN"
    )
    screen = chromium.new_context(viewport={"width": 1280, "height": 850}, locale="vi-VN")
    found = Two(running, phone.new_page(), screen.new_page())
    sign_in(found)
    yield found
    phone.close()
    screen.close()


def sign_in(two: Two) -> None:
    file = two.running.deployment.folder / "demo-credentials.json"
    people = json.loads(file.read_text("utf-8"))["members"]
    person = next(one for one in people if one["role"] == "supervisor")
    two.desk.goto(two.running.staff)
    two.desk.fill("[name=member]", person["member"])
    two.desk.fill("[name=passphrase]", person["passphrase"])
    secret = base64.b32decode(person["totp_secret"])
    two.desk.fill("[name=code]", totp.code_at(secret, datetime.now(UTC)))
    follow(two.desk, "main form button")


def file(deployment: Deployment, name: str) -> tuple[str, str]:
    """File a report, as the reporter's site does; gives its id in hex and its code."""
    submission = hashlib.sha256(name.encode()).digest()
    code, told = new_code(submission[:16]), {**threatened_child(), "country": "VN"}
    settings = config.load_public(deployment.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        keys = (settings.receipt_salt, settings.receipt_pepper)
        intake = Intake(connection, settings.manifest, settings.routing, *keys)
        filing = Filing(Answered(load_builtin(Audience.CHILD), told), "vi", submission, code)
        return submit(intake=intake, filing=filing, now=datetime.now(UTC)).report_id.hex(), code


def come_back(two: Two, code: str) -> None:
    """The child opens the thread."""
    two.child.goto(f"{two.running.public}/vi/back")
    two.child.fill("[name=code]", code)
    follow(two.child, "main form button")


def work_on(two: Two, name: str) -> tuple[str, str]:
    """The report is taken and read; gives the address of the case, and the code."""
    report, code = file(two.running.deployment, name)
    come_back(two, code)
    case = f"{two.running.staff}/case/{report}"
    two.desk.goto(case)
    for act in ("take", "open/triage"):
        follow(two.desk, f"form[action$='/{act}'] button, button[formaction$='/{act}']")
    return case, code


def close(page: Page, reason: str = "resolved") -> None:
    """Choose the reason and move; what is unfolded already stays so."""
    step = page.locator("details.step", has=page.locator("button[name=to][value=closed]"))
    if step.get_attribute("open") is None:
        step.locator("summary").click()
    step.locator("select").select_option(reason)
    with page.expect_navigation():
        step.locator("button[name=to]").click()


def look(page: Page) -> None:
    """The new words stand on the first screen, in every look, and nothing is in the way."""
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 850})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator("#new [role=alert]")).to_be_in_viewport()
        expect(page.locator("#new")).to_contain_text(AT_THE_DOOR)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.set_viewport_size({"width": 1280, "height": 850})
    page.emulate_media(color_scheme="light")


def write(two: Two) -> None:
    """The child writes, in the thread that was open all the time."""
    two.child.fill("#f-more", AT_THE_DOOR)
    press(two.child, "add")
    expect(two.child.locator("main")).to_contain_text("Bạn đã kể thêm")


def test_a_case_is_not_closed_over_what_the_child_just_wrote(two: Two) -> None:
    _, code = work_on(two, "closing")
    write(two)
    close(two.desk)
    look(two.desk)
    come_back(two, code)
    expect(two.child.locator("main")).not_to_contain_text("đã làm xong")
    close(two.desk)
    expect(two.desk.locator("aside")).to_contain_text("Đã đóng")


def test_an_answer_waits_on_its_form_until_the_new_words_are_read(two: Two) -> None:
    _, code = work_on(two, "answering")
    follow(two.desk, "a[href*='/reply']")
    two.desk.fill("textarea", ANSWER)
    press(two.desk, "preview")
    write(two)
    press(two.desk, "send")
    look(two.desk)
    expect(two.desk.locator("textarea")).to_have_value(ANSWER)
    come_back(two, code)
    expect(two.child.locator("main")).not_to_contain_text(ANSWER)
    press(two.desk, "preview")
    press(two.desk, "send")
    come_back(two, code)
    expect(two.child.locator("main")).to_contain_text(ANSWER)


def test_a_deletion_waits_until_the_new_words_are_read(two: Two) -> None:
    case, code = work_on(two, "deleting")
    two.child.locator("details.delete summary").click()
    press(two.child, "delete")
    two.desk.goto(case)
    follow(two.desk, "form[action$='/open/triage'] button, button[formaction$='/open/triage']")
    follow(two.desk, "a[href*='/deletion']")
    press(two.desk, "warn")
    come_back(two, code)
    write(two)
    press(two.desk, "delete")
    look(two.desk)
    press(two.desk, "warn")
    press(two.desk, "delete")
    come_back(two, code)
    expect(two.child.locator("main")).not_to_contain_text("Những việc đã diễn ra")
