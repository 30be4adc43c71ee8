"""Shift three times leaves; Shift with any other key does not, in both browsers, by real keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.builders.deployment import make_deployment
from tests.builders.firefox import Firefox, find_firefox, firefox
from tests.builders.serving import serve, weather
from tests.builders.sites import make_public
from tests.builders.waiting import wait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TAP = ("+Shift", "-Shift")
THREE = TAP * 3


def holding(key: str) -> tuple[str, ...]:
    return (f"+{key}", *THREE, f"-{key}")


BY_ACCIDENT = {
    **{f"{key} held": holding(key) for key in ("Alt", "Control", "Meta", "Insert", "a")},
    "Control tapped within": ("+Shift", "+Control", "-Control", "-Shift") * 3,
    "Alt let go later": ("+Alt", "+Shift", "-Alt", "-Shift") * 3,
    "capital letters": ("+Shift", "+A", "-A", "-Shift") * 4,
    "a letter that lasts": ("+Shift", "+A", "-Shift", "-A") * 4,
    "a letter before": ("+a", "+Shift", "-a", "-Shift") * 4,
    "back by Tab": ("+Shift", "+Tab", "-Tab", "-Shift") * 3,
    "a selection": ("+Shift", "+ArrowLeft", "-ArrowLeft", "-Shift") * 3,
    "a selection word by word": (
        "+Control", "+Shift", "+ArrowLeft", "-ArrowLeft", "-Shift", "-Control",
    ) * 3,
    "held until it repeats": ("+Shift", "+Shift", "+Shift", "-Shift") * 3,
    "a letter in between": (*TAP, *TAP, "+a", "-a", *TAP),
    "twice": TAP * 2,
}  # fmt: skip
"""What people press who do not mean to leave."""

ONLY_CHROMIUM = {
    "CapsLock held": holding("CapsLock"),
    "AltGraph held": holding("AltGraph"),
    "both Shifts": ("+ShiftLeft", "+ShiftRight", "-ShiftRight", "-ShiftLeft") * 3,
}
"""Keys that the protocol of the other browser can't press, or not apart."""

FIREFOX_KEYS = {
    "Shift": "\ue008", "Alt": "\ue00a", "Control": "\ue009", "Meta": "\ue03d", "Insert": "\ue016",
    "Tab": "\ue004", "ArrowLeft": "\ue012",
}  # fmt: skip


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The reporter's site, and the neutral site."""
    folder = tmp_path_factory.mktemp("keys")
    with (
        make_deployment(folder / "instance") as deployment,
        serve(weather) as neutral,
        serve(make_public(deployment, exit_url=f"{neutral}/")) as site,
    ):
        yield site, f"{neutral}/"


def press(page: Page, steps: tuple[str, ...]) -> None:
    for step in steps:
        (page.keyboard.down if step[0] == "+" else page.keyboard.up)(step[1:])


@pytest.mark.parametrize("name", BY_ACCIDENT | ONLY_CHROMIUM)
def test_shift_with_another_key_stays(
    chromium: Browser, places: tuple[str, str], name: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    page.fill("[name=code]", "words")
    press(page, (BY_ACCIDENT | ONLY_CHROMIUM)[name])
    assert page.locator("[name=code]").count()
    press(page, ("+b", "-b"))
    press(page, THREE)
    page.wait_for_url(places[1])
    page.context.close()


@pytest.mark.parametrize("where", ["body", "[name=code]", "#leave-button", "summary"])
def test_three_taps_alone_leave_wherever_the_focus_is(
    chromium: Browser, places: tuple[str, str], where: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    page.evaluate("where => document.querySelector(where).focus()", where)
    page.keyboard.press("CapsLock")
    press(page, THREE)
    page.wait_for_url(places[1])
    page.context.close()


def test_either_shift_counts(chromium: Browser, places: tuple[str, str]) -> None:
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    press(page, ("+ShiftLeft", "-ShiftLeft", "+ShiftRight", "-ShiftRight", "+ShiftLeft"))
    assert page.locator("[name=code]").count()
    press(page, ("-ShiftLeft",))
    page.wait_for_url(places[1])
    page.context.close()


def test_words_that_are_being_composed_are_not_left(
    chromium: Browser, places: tuple[str, str]
) -> None:
    """Shift belongs to the methods by which Chinese and Vietnamese are typed."""
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    page.focus("[name=code]")
    session = page.context.new_cdp_session(page)
    composing = {"text": "nihao", "selectionStart": 5, "selectionEnd": 5}
    session.send("Input.imeSetComposition", composing)
    press(page, THREE)
    assert page.locator("[name=code]").count()
    session.send("Input.insertText", {"text": "你好"})
    press(page, THREE)
    page.wait_for_url(places[1])
    page.context.close()


def test_taps_that_are_far_apart_stay(chromium: Browser, places: tuple[str, str]) -> None:
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    for at in (0, 2000, 5001, 5400):
        for kind in ("keydown", "keyup"):
            page.evaluate(
                """([kind, at]) => {
                  const event = new KeyboardEvent(kind, { key: "Shift" });
                  Object.defineProperty(event, "timeStamp", { value: at });
                  dispatchEvent(event);
                }""",
                [kind, at + 1000],
            )
        assert page.locator("[name=code]").count() == (at != 5400)
    page.context.close()


def test_a_key_whose_end_is_never_told_counts_for_a_while_only(
    chromium: Browser, places: tuple[str, str]
) -> None:
    """On a Mac no page is told that the C of ⌘C was let go."""
    page = chromium.new_page()
    page.goto(f"{places[0]}/en/back")
    for at, key in ((0, "c"), *((at, "Shift") for at in (1000, 2000, 3000, 5001, 5101, 5201))):
        for kind in ("keydown", "keyup") if key == "Shift" else ("keydown",):
            page.evaluate(
                """([kind, key, at]) => {
                  const event = new KeyboardEvent(kind, { key });
                  Object.defineProperty(event, "timeStamp", { value: at });
                  dispatchEvent(event);
                }""",
                [kind, key, at],
            )
        assert page.locator("[name=code]").count() == (at != 5201)
    page.context.close()


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    path = find_firefox()
    if path is None:
        pytest.skip(
            "no Firefox on this machine: `apt-get install firefox-esr` (make test does as root)"
        )
    with firefox(path, tmp_path_factory.mktemp("firefox") / "profile") as browser:
        yield browser


@pytest.mark.parametrize("name", BY_ACCIDENT)
def test_so_it_does_in_firefox(fox: Firefox, places: tuple[str, str], name: str) -> None:
    def pressed(steps: tuple[str, ...]) -> list[str]:
        return [step[0] + FIREFOX_KEYS.get(step[1:], step[1:]) for step in steps]

    fox.open_tab()
    fox.goto(f"{places[0]}/en/back")
    fox.type("[name=code]", "words")
    fox.steps(*pressed(BY_ACCIDENT[name]))
    assert fox.all("[name=code]")
    fox.steps(*pressed(("+b", "-b", *THREE)))
    wait(lambda: fox.url == places[1], "the neutral site")
