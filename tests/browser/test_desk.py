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


def proof_of(deployment: Deployment, role: str) -> dict[str, str]:
    """What the first member of a role gives where keys are changed."""
    people = json.loads((deployment.folder / "demo-credentials.json").read_text("utf-8"))
    person = next(one for one in people["members"] if one["role"] == role)
    code = totp.code_at(base64.b32decode(person["totp_secret"]), deployment.clock())
    return {"current": person["passphrase"], "code": code}


Look = Callable[[Page, str], None]


def press(page: Page, selector: str, **fields: str) -> None:
    """Fill in fields by name, press a button, and wait for what comes."""
    for name, text in fields.items():
        page.fill(f"main [name={name}]", text)
    with page.expect_navigation():
        page.locator(selector).click()


def walk_account(page: Page, desk: str, right: dict[str, str], look: Look) -> None:
    """A member's own pages, with what is refused and what is shown once."""
    for path in ("account", "account/passphrase", "account/phone", "account/codes"):
        page.goto(f"{desk}/{path}")
        look(page, path)
    press(page, "main form button", current="not the passphrase", code="000000")
    look(page, "codes that were refused")
    press(page, "main form button", **right)
    look(page, "codes that were made")


def walk_grant(page: Page, desk: str, look: Look) -> None:
    """A grant that is refused beside its form."""
    page.goto(f"{desk}/members")
    grant = "form[action='/members/minh.analyst/grant/indicators']"
    if not page.locator(grant).count():
        press(page, "form[action='/members/minh.analyst/withdraw/indicators'] button")
    page.locator(f"details:has({grant}) summary").click()
    page.fill(f"{grant} [name=fingerprint]", "0123")
    press(page, f"{grant} button")
    expect(page.locator(f"{grant} [role=alert]")).to_be_visible()
    look(page, "a grant that was refused")


def walk_recovery(page: Page, desk: str, look: Look) -> None:
    """The way back in, with what is refused."""
    for lost in ("phone", "passphrase"):
        page.goto(f"{desk}/recover")
        press(page, f"button[value={lost}]", member="linh.analyst")
        look(page, f"recover the {lost}")
    told = {"code": "000000", "recovery": "0" * 28}
    press(page, "button[value=recover]", **told, passphrase="x" * 3, again="y" * 3)
    look(page, "a recovery that was refused")


def walk(contexts: dict[str, BrowserContext], desk: str, right: dict[str, str], look: Look) -> None:
    page = contexts["analyst"].new_page()
    page.goto(f"{desk}/queue")
    look(page, "queue")
    with page.expect_navigation():
        page.locator("form[action='/queue/next'] button").click()
    look(page, "a case that is shut")
    with page.expect_navigation():
        page.locator("button[formaction$='/open/triage']").click()
    look(page, "a case that is open")
    walk_account(page, desk, right, look)
    page.goto(f"{desk}/members")
    look(page, "a refusal")
    walk_grant(contexts["supervisor"].new_page(), desk, look)
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
    for path in ("sign-in", "welcome", "recover", "nowhere"):
        page.goto(f"{desk}/{path}")
        look(page, path)
    walk_recovery(page, desk, look)


@pytest.mark.parametrize(("scheme", "locale", "width"), LOOKS)
def test_no_barrier_on_any_page(
    chromium: Browser,
    desk: str,
    deployment: Deployment,
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

    deployment.clock.move(seconds=2 * totp.STEP)  # a code works once
    walk(contexts, desk, proof_of(deployment, "analyst"), look)
    for context in contexts.values():
        context.close()
    assert len(looked) == 22
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
