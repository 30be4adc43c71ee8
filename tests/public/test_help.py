"""The help block: the numbers of the country that a person chose, the same place everywhere."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from portal.public.helplines import by_country
from tests.builders.sites import CheckedClient, Screen

PAGES = ["/en/", "/en/a", "/en/b", "/en/back", "/en/1", "/en/nowhere"]


def help_of(screen: Screen) -> str:
    return screen.one("aside").text


@pytest.mark.parametrize("path", PAGES)
def test_it_stands_after_the_content_of_every_page(client: CheckedClient, path: str) -> None:
    screen = client.see(path)
    order = [n.element.tag for n in screen.all("main", "aside")]
    assert order == ["main", "aside"]
    assert "111" in help_of(screen)


def test_the_country_is_chosen_and_kept(client: CheckedClient) -> None:
    client.see("/en/a")
    assert "0800 1111" in help_of(client.see("/en/a?help_country=GB"))
    assert "0800 1111" in help_of(client.see("/en/back"))


def test_choosing_a_country_keeps_what_is_typed(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    data = screen.fields() | {"happening": ["fake"], "help_country": ["GB"], "go": ["stay"]}
    screen = Screen(client.post("/en/a", data=data))
    assert "0800 1111" in help_of(screen)
    ticked = [n for n in screen.form.all("input") if n.element.get("checked") is not None]
    assert [n.get("value") for n in ticked] == ["fake"]


def test_choosing_a_country_keeps_the_answers_that_are_checked(client: CheckedClient) -> None:
    screen = client.press(client.press(client.see("/en/a"), "start"), "check", happening=["fake"])
    assert screen.one("aside").one("select").get("form") == "answers"
    screen = client.press(screen, "stay", help_country=["GB"])
    assert screen.heading == "Is this right?"
    assert "Someone made fake pictures of me." in screen.main.text
    assert "0800 1111" in help_of(screen)


def test_the_answer_to_the_country_question_moves_it(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(client.press(screen, happening=["fake"]))
    screen = client.press(screen, country=["GB"])
    assert "0800 1111" in help_of(screen)


def test_a_country_without_numbers_never_becomes_another_one(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(client.press(screen, happening=["fake"]))
    screen = client.press(screen, country=["IQ"])
    assert screen.fields()["help_country"] == ["IQ"]
    assert "These numbers are for" not in help_of(client.press(screen))


def test_the_browsers_language_says_nothing_about_the_country(client: CheckedClient) -> None:
    here = client.get("/en/", headers={"Accept-Language": "en-GB"})
    assert "0800 1111" not in help_of(Screen(here))


def test_every_row_is_dated_and_sourced() -> None:
    text = resources.files("portal.public").joinpath("helplines.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) > 70
    assert all(row["source"] and row["confidence"] for row in rows)
    assert all(row["phone"] or row["url"] for row in rows)


def test_what_we_are_not_sure_of_is_not_shown() -> None:
    shown = {line.name for lines in by_country().values() for line in lines}
    assert "NCMEC CyberTipline" not in shown
    assert "Childline" in shown
