"""What somebody writes at the desk is saved on the way, and never over what was sent since."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.test_new_words import Two, come_back, sign_in, work_on
from tests.builders.running import Running
from tests.builders.walk import follow, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TYPED = "Em đừng trả tiền"
SAVE = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def two(chromium: Browser, running: Running) -> Iterator[Two]:
    phone, screen = chromium.new_context(locale="vi-VN"), chromium.new_context(locale="vi-VN")
    found = Two(running, phone.new_page(), screen.new_page())
    sign_in(found)
    yield found
    phone.close()
    screen.close()


def is_draft(request: Request) -> bool:
    return request.url.endswith("/draft")


def begin(page: Page) -> str:
    """Write, and let the script save it; gives what it sends, which never arrives by itself."""
    page.route("**/draft", lambda route: route.abort())
    page.fill("textarea", TYPED)
    with page.expect_request(is_draft) as saving:
        page.evaluate(SAVE)
    return saving.value.post_data or ""


def test_what_is_being_saved_is_stopped_when_it_is_sent(two: Two) -> None:
    work_on(two, "stopped")
    follow(two.desk, "a[href*='/reply']")
    two.desk.evaluate(
        """() => {
            window.fetch = (_, asked) => {
                window.saving = asked.signal;
                return new Promise(() => 0);
            };
            addEventListener("submit", (event) => event.preventDefault());
        }"""
    )
    two.desk.fill("textarea", TYPED)
    two.desk.evaluate(SAVE)
    assert two.desk.evaluate("window.saving.aborted") is False
    two.desk.click("main form button[value=preview]")
    assert two.desk.evaluate("window.saving.aborted") is True


def test_what_comes_late_all_the_same_does_not_bring_the_text_back(two: Two) -> None:
    """A request that was stopped may have reached the server: here it does so last of all."""
    _, code = work_on(two, "late")
    follow(two.desk, "a[href*='/reply']")
    reply = two.desk.url
    late = begin(two.desk)
    press(two.desk, "preview")
    press(two.desk, "send")
    two.desk.unroute("**/draft")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": two.running.staff}
    told = two.desk.request.post(f"{two.running.staff}/draft", data=late, headers=headers)
    assert told.status == 204
    two.desk.goto(reply)
    expect(two.desk.locator("textarea")).to_have_value("")
    come_back(two, code)
    expect(two.child.locator("main")).to_contain_text(TYPED)


def test_the_same_request_in_time_is_a_draft(two: Two) -> None:
    work_on(two, "in time")
    follow(two.desk, "a[href*='/reply']")
    reply = two.desk.url
    two.desk.fill("textarea", TYPED)
    with two.desk.expect_response(lambda answer: is_draft(answer.request)):
        two.desk.evaluate(SAVE)
    two.desk.goto(reply)
    expect(two.desk.locator("textarea")).to_have_value(TYPED)


def test_a_long_text_is_saved_on_the_way_as_well(two: Two) -> None:
    work_on(two, "long")
    follow(two.desk, "a[href*='/reply']")
    reply = two.desk.url
    two.desk.fill("textarea", TYPED * 2000)
    with two.desk.expect_response(lambda answer: is_draft(answer.request)):
        two.desk.evaluate(SAVE)
    two.desk.goto(reply)
    expect(two.desk.locator("textarea")).to_have_value(TYPED * 2000)
