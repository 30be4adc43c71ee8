"""The main job: a child in Viet Nam tells, an analyst answers, the child reads the answer."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.access import totp
from tests.bench.holder import KINDS, held
from tests.builders.running import Running
from tests.builders.walk import follow, press, submit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STORY = "Người đó hẹn em tối mai ở công viên. Em sợ lắm."
REPLY = "Cảm ơn em đã kể. Em đừng đi gặp người đó nhé. Tối nay em có thể gọi 111."
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def file_report(page: Page, address: str) -> str:
    """Walk the child's pages in Vietnamese, and give the code."""
    page.goto(f"{address}/vi/")
    assert page.locator("html").get_attribute("lang") == "vi"
    follow(page, ".doors a")
    press(page, "start")
    page.check("#f-happening-adult_contact")
    press(page, "next")
    page.check("#f-safe_now-dont_know")
    page.check("#f-dangers-meeting")
    press(page, "next")
    expect(page.locator("section.danger")).to_be_visible()
    page.check("#f-age-13_15")
    page.select_option("#f-country", "VN")
    press(page, "next")
    press(page, "next")
    page.locator("[name=selectors-where]").first.select_option("zalo")
    page.locator("[name=selectors-value]").first.fill("anh.trai.mua")
    press(page, "next")
    page.fill("#f-story", STORY)
    press(page, "next")
    press(page, "next")
    expect(page.locator("main")).to_contain_text(STORY)
    press(page, "send")
    code = page.locator("output#receipt").inner_text()
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", code)
    return code


def sign_in(page: Page, running: Running) -> None:
    file = running.deployment.folder / "demo-credentials.json"
    analyst = json.loads(file.read_text("utf-8"))["members"][0]
    secret = base64.b32decode(analyst["totp_secret"])
    page.goto(running.staff)
    page.fill("[name=member]", analyst["member"])
    page.fill("[name=passphrase]", analyst["passphrase"])
    # Both processes go by the machine's clock; a code is taken for another half minute.
    page.fill("[name=code]", totp.code_at(secret, datetime.now(UTC)))
    submit(page)


def test_a_report_from_a_phone_is_answered(chromium: Browser, running: Running) -> None:
    phone = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="vi-VN"
    )
    asked: list[str] = []
    child = phone.new_page()
    child.on("request", lambda request: asked.append(request.url))
    code = file_report(child, running.public)
    assert all(url.startswith(running.public) for url in asked)

    desk = chromium.new_context(viewport={"width": 1280, "height": 900})
    analyst = desk.new_page()
    sign_in(analyst, running)
    first = analyst.locator("main tbody tr").first
    expect(first).to_contain_text("P0")
    answer_first(analyst)

    child.goto(f"{running.public}/vi/back")
    child.fill("[name=code]", code.translate(ARABIC_INDIC))
    submit(child)
    expect(child.locator("main")).to_contain_text(REPLY)
    phone.close()
    desk.close()


def answer_first(page: Page) -> None:
    """Take the most urgent report, read it, and answer it."""
    follow(page, "form[action='/queue/next'] button")
    expect(page.locator("main")).not_to_contain_text(STORY)
    follow(page, "button[formaction$='/open/triage']")
    expect(page.locator("main")).to_contain_text(STORY)
    follow(page, "a[href*='/reply']")
    page.fill("textarea", REPLY)
    press(page, "preview")
    expect(page.locator("main")).to_contain_text(REPLY)
    press(page, "send")
    expect(page.locator("main")).to_contain_text(REPLY)


def test_a_child_sends_beside_500_slow_clients(chromium: Browser, running: Running) -> None:
    port = urlsplit(running.public).port
    assert port
    with held(port, list(KINDS), 500), chromium.new_context(locale="vi-VN") as phone:
        file_report(phone.new_page(), running.public)
