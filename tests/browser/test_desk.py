"""The desk in a real browser: no barrier on its pages, and a shift by the keyboard alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

import config
from portal.access import totp
from portal.operations import demo_data
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_staff

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
UNDERLINED_CELLS = """() => [...document.querySelectorAll("table, th, td")].some(
    (cell) => getComputedStyle(cell).textDecorationLine !== "none")"""
LOOKS = [("light", "en-GB", 1280), ("dark", "vi-VN", 1280), ("light", "vi-VN", 360)]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("desk") / "instance") as made:
        demo_data.fill(config.load_public(made.environ), count=80, seed=7, now=made.clock())
        yield made


@pytest.fixture(scope="module")
def desk(deployment: Deployment) -> Iterator[str]:
    with serve(make_staff(deployment)) as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, deployment: Deployment, desk: str) -> dict[str, list[dict]]:
    """The cookies of one member of each role: a code works once, so each signs in once."""
    people = json.loads((deployment.folder / "demo-credentials.json").read_text("utf-8"))
    cookies = {}
    for person in people["members"]:
        if person["role"] in cookies:
            continue
        context = chromium.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(desk)
        page.fill("[name=member]", person["member"])
        page.fill("[name=passphrase]", person["passphrase"])
        secret = base64.b32decode(person["totp_secret"])
        page.fill("[name=code]", totp.code_at(secret, deployment.clock()))
        with page.expect_navigation():
            page.locator("main form button").first.click()
        assert "/sign-in" not in page.url
        cookies[person["role"]] = context.cookies()
        context.close()
    return cookies


def walk(contexts: dict[str, BrowserContext], desk: str, look: Callable[[Page, str], None]) -> None:
    page = contexts["analyst"].new_page()
    page.goto(f"{desk}/queue")
    look(page, "queue")
    with page.expect_navigation():
        page.locator("form[action='/queue/next'] button").click()
    look(page, "a case that is shut")
    with page.expect_navigation():
        page.locator("button[formaction$='/open/triage']").click()
    look(page, "a case that is open")
    page.goto(f"{desk}/account")
    look(page, "account")
    page.goto(f"{desk}/members")
    look(page, "a refusal")
    for role, path in (
        ("supervisor", "members"),
        ("administrator", "members"),
        ("auditor", "audit"),
        ("custodian", "queue"),
    ):
        page = contexts[role].new_page()
        page.goto(f"{desk}/{path}")
        look(page, f"{path} of the {role}")
    page = contexts["stranger"].new_page()
    for path in ("sign-in", "welcome", "nowhere"):
        page.goto(f"{desk}/{path}")
        look(page, path)


@pytest.mark.parametrize(("scheme", "locale", "width"), LOOKS)
def test_no_barrier_on_any_page(
    chromium: Browser,
    desk: str,
    signed_in: dict[str, list[dict]],
    scheme: str,
    locale: str,
    width: int,
) -> None:
    contexts: dict[str, BrowserContext] = {}
    for role in (*signed_in, "stranger"):
        context = chromium.new_context(
            viewport={"width": width, "height": 850},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=locale,
        )
        context.add_cookies(signed_in.get(role, []))
        contexts[role] = context
    found: list[str] = []
    looked: list[str] = []

    def look(page: Page, where: str) -> None:
        looked.append(where)
        for one in Axe().run(page, options=RULES).response["violations"]:
            nodes = [node["html"][:120] for node in one["nodes"]]
            found.append(f"{where}: {one['id']}: {nodes}")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if wide:
            found.append(f"{where}: wider than the screen")
        if page.evaluate(UNDERLINED_CELLS):
            found.append(f"{where}: a cell of a table looks like a link")

    walk(contexts, desk, look)
    for context in contexts.values():
        context.close()
    assert len(looked) == 12
    assert not found, "\n".join(found)


def test_a_shift_by_single_keys(
    chromium: Browser, desk: str, signed_in: dict[str, list[dict]]
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 850}, locale="en-GB")
    context.add_cookies(signed_in["analyst"])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{desk}/queue")
    for key, shown in (("n", "What happened"), ("o", "Opening is written"), ("g", "Queue")):
        with page.expect_navigation():
            page.keyboard.press(key)
        expect(page.locator("main")).to_contain_text(shown)
    assert errors == []
    context.close()
