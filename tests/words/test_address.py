"""Each reporter is spoken to in one voice: a page never mixes the familiar and the polite form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.content.guidance import load_guidance
from portal.operations import catalogues
from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.site_fixtures import original
from tests.builders.sites import CheckedClient, Screen, make_public
from tests.words.test_wording import rules

__all__ = ["original"]

SPEAKING = [tag for tag in catalogues.languages() if "address" in rules(tag)]
"""Languages that speak to a child and to an adult in two forms."""

QUOTED = re.compile(r"“[^”]*”|«[^»]*»")
"""What somebody else says: a carer to a child, a child to an adult."""

TOLD = {"happening": ["threat_share", "want_money", "shared"], "dangers": ["suicide"]}

WHO = {
    "a child": ("a", None, {"familiar"}),
    "a parent": ("b", "parent", {"polite"}),
    "a platform": ("c", None, {"polite"}),
    "a friend": ("d", "friend", {"familiar"}),
    "a witness": ("d", "witness", set()),
}
"""Who tells, through which door, and the forms in which they may be spoken to after sending."""


class Reader(CheckedClient):
    """Reads pages in languages for which the rules of titles were not written."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and check nothing."""
        return FlaskClient.open(self, *args, **kwargs)


def spoken(element: Element) -> Iterator[str]:
    """Give what a page says; not what a reporter says on it, which are the labels of answers."""
    if element.tag != "label" and element.get("class") != "said":
        yield element.text or ""
        for child in element:
            yield from spoken(child)
    yield element.tail or ""


def heard(language: str, screen: Screen) -> dict[str, list[str]]:
    """Give the words of each form of address on a page."""
    rule = rules(language)["address"]
    text = QUOTED.sub(" ", " ".join("".join(spoken(screen.main.element)).split())).casefold()
    for right in rule.get("unless", ()):
        text = text.replace(right.casefold(), " ")
    return {
        form: [found.group() for one in rule[form] for found in re.finditer(one, text)]
        for form in ("familiar", "polite")
    }


def journey(
    client: CheckedClient, language: str, door: str, relation: str | None
) -> Iterator[tuple[str, Screen]]:
    """Give every page from the door to what happens next."""
    tag = language.replace("_", "-")
    screen = client.see(f"/{tag}/{door}")
    yield "before", screen
    screen = client.press(screen, "start")
    while not [one for one in screen.all("output") if one.get("id") == "receipt"]:
        names = {one.get("name") for one in screen.form.all("input")}
        told = {name: answer for name, answer in TOLD.items() if name in names}
        if "relation" in names and relation:
            told["relation"] = [relation]
        yield "form", screen
        is_last = "edit:happening" in {one.get("value") for one in screen.all("button")}
        screen = client.press(screen, "send" if is_last else "next", **told)
    yield "code", screen
    yield "next", client.press(screen, "saved")


@pytest.fixture(scope="module")
def client(
    original: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CheckedClient]:
    tags = tuple(tag.replace("_", "-") for tag in catalogues.languages())
    with copy_deployment(original, tmp_path_factory.mktemp("address") / "instance") as deployment:
        app = make_public(deployment, languages=tags)
        app.test_client_class = Reader
        found = app.test_client()
        assert isinstance(found, Reader)
        yield found


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("language", SPEAKING)
def test_nobody_is_spoken_to_in_two_forms(client: CheckedClient, language: str, who: str) -> None:
    door, relation, allowed = WHO[who]
    forms = {"familiar"} if door == "a" else {"polite"}
    pages = rules(language)["address"].get("pages", ["before", "form", "code", "next"])
    seen = set()
    for page, screen in journey(client, language, door, relation):
        seen.add(page)
        if page not in pages:
            continue
        is_polite_form = page == "form" or (page == "before" and door in "bc")
        may = forms if is_polite_form else allowed
        words = {form: found for form, found in heard(language, screen).items() if found}
        assert set(words) <= may, (page, screen.heading, words)
    assert seen == {"before", "form", "code", "next"}


@pytest.mark.parametrize("language", SPEAKING)
def test_what_is_read_speaks_in_one_form(client: CheckedClient, language: str) -> None:
    tag = language.replace("_", "-")
    guidance = load_guidance()
    of_a_child = [f"n/{number}" for number in guidance.advice]
    of_a_child += [str(n) for n, sheet in guidance.sheets.items() if sheet.id == "poster"]
    of_adults = [str(n) for n, sheet in guidance.sheets.items() if sheet.id != "poster"]
    for path in of_a_child:
        assert heard(language, client.see(f"/{tag}/{path}"))["polite"] == [], path
    for path in of_adults:
        assert heard(language, client.see(f"/{tag}/{path}"))["familiar"] == [], path


def test_three_languages_at_least_have_two_forms() -> None:
    assert {"fr", "es", "ru"} <= set(SPEAKING)


@pytest.mark.parametrize(
    ("language", "form", "sentence"),
    [
        ("fr", "polite", "Ne regardez pas les photos."), ("fr", "familiar", "Reste près d’elle."),
        ("es", "polite", "No pague."), ("es", "familiar", "No hagas capturas."),
        ("ru", "polite", "Не платите."), ("ru", "familiar", "Побудь рядом."),
    ],
)  # fmt: skip
def test_both_forms_are_known(language: str, form: str, sentence: str) -> None:
    assert any(re.search(one, sentence.casefold()) for one in rules(language)["address"][form])
