"""What must be said is read on the pages themselves, in Vietnamese and in English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.site_fixtures import original
from tests.builders.sites import CheckedClient, Screen, make_public

__all__ = ["original"]

REQUIRED = tomllib.loads(Path(__file__).with_name("required.toml").read_text("utf-8"))

BLAMELESS = {
    "en": ("not your fault", "never your fault", "did nothing wrong", "you matter"),
    "vi": ("không phải lỗi của bạn", "không phải là lỗi của bạn", "không bao giờ là lỗi của bạn",
           "không làm gì sai", "bạn rất quan trọng"),
}  # fmt: skip
"""What takes the blame away in the first lines of every page of advice."""

PRESSED = {"happening": ["threat_share", "want_money"]}


def walk(client: CheckedClient, language: str) -> Iterator[tuple[str, Screen]]:
    """Every page on which something must be said, by its name in required.toml."""
    yield "landing", client.see(f"/{language}/")
    yield from told(client, language)
    screen = client.press(client.press(client.see(f"/{language}/b"), "start"), "send", **PRESSED)
    yield "carer_next", client.press(screen, "saved")
    for page in (*(f"n/{number}" for number in load_guidance().advice), *load_guidance().sheets):
        yield str(page), client.see(f"/{language}/{page}")


def told(client: CheckedClient, language: str) -> Iterator[tuple[str, Screen]]:
    """A child is pressed for money with pictures, tells it on every page, and comes back."""
    screen = client.see(f"/{language}/a")
    yield "before", screen
    screen = client.press(screen, "start")
    for page in load_builtin(Audience.CHILD).pages:
        yield page.id, screen
        if page.id == "safety":
            yield "danger", client.press(screen, safe_now=["no"])
        data = screen.fields() | {"story": ["data:image/png;base64,iVBORw0KGgo="]}
        if page.id == "words":
            yield "refused", Screen(client.post(f"/{language}/a", data=data))
        screen = client.press(screen, **(PRESSED if page.id == "happening" else {}))
    screen = client.press(screen, "send")
    yield "code", screen
    code = screen.one("output", id="receipt").text
    yield "next", client.press(screen, "saved")
    back = client.see(f"/{language}/back")
    data = back.fields() | {"code": [code]}
    thread = Screen(client.post(f"/{language}/back", data=data))
    yield "deleting", client.press(thread, "delete")


@pytest.fixture(scope="module", params=["en", "vi"])
def pages(
    request: pytest.FixtureRequest, original: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, Screen]]:
    folder = tmp_path_factory.mktemp("required")
    with copy_deployment(original, folder / "instance") as deployment:
        client = make_public(deployment, deletes_at_once=True).test_client()
        assert isinstance(client, CheckedClient)
        return request.param, dict(walk(client, request.param))


def missing(text: str, sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if sentence not in text]


def test_what_must_be_said_stands_on_its_page(pages: tuple[str, dict[str, Screen]]) -> None:
    language, screens = pages
    wanted = {page: texts[language] for page, texts in REQUIRED.items() if page != "everywhere"}
    assert set(wanted) <= set(screens)
    found = {page: missing(screens[page].main.text, texts) for page, texts in wanted.items()}
    assert {page: texts for page, texts in found.items() if texts} == {}


def test_no_page_ends_without_kind_words(pages: tuple[str, dict[str, Screen]]) -> None:
    language, screens = pages
    assert len(screens) > 25
    for name, screen in screens.items():
        assert missing(screen.one("footer").text, REQUIRED["everywhere"][language]) == [], name


def test_every_page_of_advice_begins_without_blame(pages: tuple[str, dict[str, Screen]]) -> None:
    language, screens = pages
    for number in load_guidance().advice:
        leads = [n.text for n in screens[f"n/{number}"].main.all("p") if n.get("class") == "lead"]
        lead = " ".join(leads).casefold()
        assert any(words in lead for words in BLAMELESS[language]), number


def test_both_languages_require_as_much() -> None:
    for page, texts in REQUIRED.items():
        assert len(texts["en"]) == len(texts["vi"]) > 0, page


def test_a_sentence_that_is_missing_is_found() -> None:
    assert missing("Do not pay.", ["Do not pay.", "Then block them."]) == ["Then block them."]
