"""Enter in a field goes on, as every form on the phone does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.builders.deployment import make_deployment
from tests.builders.firefox import find_firefox, firefox
from tests.builders.serving import serve
from tests.builders.sites import make_public
from tests.builders.waiting import wait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ENTER = "\ue007"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        make_deployment(tmp_path_factory.mktemp("enter") / "instance") as deployment,
        serve(make_public(deployment)) as address,
    ):
        yield address


def go_to_rows(page: Page, site: str) -> None:
    page.goto(f"{site}/en/a")
    with page.expect_navigation():
        page.click("main form button")
    page.check("[name=happening][value=fake]")
    while not page.locator("[name=selectors-value]").count():
        with page.expect_navigation():
            page.click("main form button[value=next]")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_enter_in_a_row_goes_on_and_keeps_it(chromium: Browser, site: str, scripts: bool) -> None:
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    go_to_rows(page, site)
    for row in (0, 1):
        page.locator("[name=selectors-value]").nth(row).fill(f"mr.k{row}")
        heading = page.locator("h1").inner_text()
        with page.expect_navigation():
            page.locator("[name=selectors-value]").nth(row).press("Enter")
        assert page.locator("h1").inner_text() != heading
        with page.expect_navigation():
            page.click("main form button[value=back]")
        assert page.locator("[name=selectors-value]").nth(row).input_value() == f"mr.k{row}"
    context.close()


def test_the_button_for_enter_is_neither_seen_nor_reached(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    go_to_rows(page, site)
    shown = page.get_by_role("button", name="next", exact=False).all()
    assert [button.inner_text() for button in shown] == ["Next"]
    page.locator("main").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('input[type=submit]')") is False
    page.context.close()


def test_enter_goes_on_in_firefox(site: str, tmp_path: Path) -> None:
    path = find_firefox()
    if path is None:
        pytest.skip("no Firefox on this machine: `apt-get install firefox-esr`")
    with firefox(path, tmp_path / "profile") as page:
        page.goto(f"{site}/en/a")
        page.follow("main form button")
        page.click("[name=happening][value=fake]")
        while not page.all("[name=selectors-value]"):
            page.follow("main form button[value=next]")
        page.type("[name=selectors-value]", f"mr.k{ENTER}")
        wait(lambda: bool(page.document and page.all("main h1")), "a page after Enter")
        wait(lambda: not page.all("[name=selectors-value]"), "the next page")
