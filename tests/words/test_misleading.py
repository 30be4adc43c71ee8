"""Words that a reader takes for something else: each was in a text once, and comes back in none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.questionnaire import texts_of_earlier
from portal.operations import catalogues
from tests.words.test_wording import ENDS, LANGUAGES, matched, rules, texts

RULES = [(language, rule) for language in LANGUAGES for rule in rules(language)["misleads"]]

TROUBLE = "You are not in trouble."
GONE = "You did nothing wrong. You can tell us again at any time."
DELETED = "You did nothing wrong by deleting it. You can tell us again at any time."

DANGER_STEPS = (
    "Go to another person now. Please don't stay alone.",
    "Go to a place with people you trust, or lock the door.",
    "Call the emergency number where you are.",
    "Tell an adult you trust what is happening, now.",
    "Is the child in danger or thinking about dying? Don't leave the child alone. Call for help.",
)


def asked_today(language: str) -> Iterator[tuple[str, str]]:
    """Give every text but those that only an earlier version asked, with its English."""
    today = texts(language).items()
    yield from ((key, t) for key, forms in today for t in forms if key not in texts_of_earlier())


def said(language: str, english: str) -> str:
    """Give the one text of a language for that English."""
    (found,) = texts(language)[english]
    return found


def bare(text: str) -> list[str]:
    """Give the sentences of Arabic that are orders without a verb."""
    parts = [re.sub(r"^(ثم|وبعد ذلك،) ", "", part.strip()) for part in ENDS.split(text)]
    return [part for part in parts if part.split()[:1] and part.split()[0] in ORDERS["bare"]]


ORDERS = rules("ar")["orders"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_misleads(language: str) -> None:
    found = {
        text: words
        for _, text in asked_today(language)
        if (words := [word for rule in rules(language)["misleads"] for word in matched(rule, text)])
    }
    assert not found


@pytest.mark.parametrize(("language", "rule"), RULES, ids=lambda value: str(value)[:40])
def test_every_rule_finds_what_misled(language: str, rule: dict[str, Any]) -> None:
    assert rule["use"]
    assert rule["why"]
    assert rule["was"]
    for sentence in rule["was"]:
        assert matched(rule, sentence), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_an_old_code_is_not_told_that_they_deleted(language: str) -> None:
    assert said(language, GONE) != said(language, DELETED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_not_to_be_scolded_is_more_than_to_have_done_no_wrong(language: str) -> None:
    trouble = re.sub(r"[.।។。]$", "", said(language, TROUBLE)).casefold()
    innocent = [
        text for key, text in asked_today(language) if re.match("You (did|have done) nothing", key)
    ]
    assert len(innocent) >= 4
    assert not [text for text in innocent if trouble in text.casefold()]


def test_an_order_in_arabic_is_a_sentence() -> None:
    guidance = load_guidance()
    lines = [line for page in guidance.advice.values() for line in page.now + page.today]
    lines += [line for page in guidance.advice.values() for line in page.week]
    found = {key: bare(said("ar", key)) for key in (*lines, *DANGER_STEPS)}
    assert len(found) > 75
    assert {key: parts for key, parts in found.items() if parts} == {}


@pytest.mark.parametrize("sentence", ORDERS["was"])
def test_an_order_without_a_verb_is_found(sentence: str) -> None:
    assert bare(sentence)


@pytest.mark.parametrize(("language", "sign"), [("fr", "\u00a0:"), ("zh_Hans", "："), ("km", "៖")])
def test_whose_numbers_they_are_has_the_colon_of_its_language(language: str, sign: str) -> None:
    assert sign in said(language, "Numbers for: %(country)s")


def test_no_page_sets_a_colon_after_a_translated_text() -> None:
    """French wants a space before it, and Chinese, Khmer and others a sign of their own."""
    pages = [*(catalogues.ROOT / "templates").glob("public/*.html")]
    pages += [*(catalogues.ROOT / "templates").glob("web/*.html")]
    assert len(pages) > 15
    found = [page.name for page in pages if re.search(r"\}\}(</\w+>)?: ", page.read_text("utf-8"))]
    assert not found
