"""Words that hurt are in no text of ours, and words that must be said stand on their pages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.operations import catalogues

FOLDER = Path(__file__).with_name("wording")
LANGUAGES = ["en", *catalogues.languages()]
CHILD_PLACES = (
    "templates/public", "templates/web", "portal/content/questionnaires/child.toml",
    "portal/content/guidance/advice.toml",
)  # fmt: skip

ENDS = re.compile(r"(?<=[.!?:;”»。！？；：।؟؛។៕])\s*(?=\S)")
"""Where a sentence ends, in every script; some write no space after it."""


@cache
def rules(language: str) -> dict[str, Any]:
    """The word list of a language."""
    return tomllib.loads((FOLDER / f"{language.replace('_', '-')}.toml").read_text("utf-8"))


def texts(language: str) -> dict[str, list[str]]:
    """Every text in that language, by its English."""
    if language == "en":
        found = catalogues.template()
        return {
            key: catalogues.texts_of(m.id)
            for m in found
            if m.id and (key := catalogues.msgid_of(m))
        }
    names = [name for tag, name in catalogues.catalogues() if tag == language]
    return {
        catalogues.msgid_of(message): catalogues.texts_of(message.string)
        for name in names
        for message in catalogues.read(language, name)
        if message.id
    }


@cache
def for_children() -> frozenset[str]:
    """The English of every text that a child can see."""
    return frozenset(
        catalogues.msgid_of(message)
        for message in catalogues.template()
        if message.id and any(place.startswith(CHILD_PLACES) for place, _ in message.locations)
    )


def broken(language: str, text: str) -> list[str]:
    """The words of a text that the language's list forbids."""
    return [word for rule in rules(language)["rule"] for word in matched(rule, text)]


def matched(rule: dict[str, Any], text: str) -> list[str]:
    """The words of one rule in a text, whichever way its letters are composed."""
    lower = unicodedata.normalize("NFC", text).casefold()
    for right in rule.get("unless", ()):
        lower = lower.replace(right.casefold(), " ")
    found = [word for word in rule.get("avoid", ()) if word.casefold() in lower]
    wholes = rule.get("words", ())
    return found + [word for word in wholes if re.search(rf"\b{re.escape(word)}\b", lower)]


def too_long(language: str, text: str) -> list[str]:
    """The sentences of a text that are longer than a child should have to read."""
    rule = rules(language)
    sentences = [part for part in ENDS.split(text) if part]
    if "longest_characters" in rule:
        return [one for one in sentences if len(one) > rule["longest_characters"]]
    return [one for one in sentences if len(one.split()) > rule["longest_words"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_what_we_never_say(language: str) -> None:
    assert len(rules(language)["rule"]) >= 5
    found = {
        text: words
        for forms in texts(language).values()
        for text in forms
        if (words := broken(language, text))
    }
    assert not found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Why did you answer?"), ("en", "Child pornography"), ("en", "a minor was hurt"),
        ("vi", "Tại sao bạn trả lời?"), ("fr", "de la pornographie infantile"),
    ],
)  # fmt: skip
def test_the_rules_can_fail(language: str, text: str) -> None:
    assert broken(language, text)


@pytest.mark.parametrize("rule", rules("vi")["rule"], ids=lambda rule: rule["avoid"][0])
def test_every_vietnamese_rule_is_proved(rule: dict[str, Any]) -> None:
    assert rule["samples"]
    for sample in rule["samples"]:
        assert matched(rule, sample), sample
        assert matched(rule, unicodedata.normalize("NFD", sample)), sample


def test_right_sentences_of_vietnamese_are_let_through() -> None:
    fine = rules("vi")["fine"]
    assert len(fine) >= 8
    assert {sentence: words for sentence in fine if (words := broken("vi", sentence))} == {}


def test_vietnamese_forbids_whatever_english_forbids() -> None:
    english = {
        word
        for rule in rules("en")["rule"]
        for word in (*rule.get("avoid", ()), *rule.get("words", ()))
    }
    assert len(english) > 40
    assert {word for rule in rules("vi")["rule"] for word in rule.get("english", ())} == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_says_what_to_use_and_why(language: str) -> None:
    for rule in rules(language)["rule"]:
        assert rule["use"]
        assert rule["why"]
        assert rule.get("avoid") or rule.get("words")


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_for_children_are_short(language: str) -> None:
    children = for_children()
    assert len(children) > 350
    long = [
        sentence
        for key, forms in texts(language).items()
        if key in children
        for text in forms
        for sentence in too_long(language, text)
    ]
    assert not long


def test_a_long_sentence_is_found() -> None:
    assert too_long("en", "word " * 21)
    assert not too_long("en", "word " * 19 + "word. " + "word " * 20)
    assert too_long("th", "ก" * 200)


def test_no_child_is_asked_for_reasons() -> None:
    child = load_builtin(Audience.CHILD)
    asked = [question.text for question in child.questions]
    assert not [text for text in asked if re.search(r"\bwhy\b", text, re.IGNORECASE)]
    english = {key for key in for_children() if re.match(r"why\b", key, re.IGNORECASE)}
    assert english == {"Why do we ask?"}, "only we give reasons"


def test_the_search_word_stands_once() -> None:
    found = [key for key in for_children() if "sextortion" in key.casefold()]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("This is not your fault", "templates/public/landing.html"),
        ("You are not in trouble", "templates/public/landing.html"),
        ("You are not in trouble", "portal/content/questionnaires/child.toml"),
        ("This is not your fault", "portal/content/questionnaires/child.toml"),
        ("You don't have to know everything", "portal/content/questionnaires/child.toml"),
        ("You did the right thing by telling us", "templates/public/code.html"),
        (
            "Thank you for telling me. This is not your fault.",
            "portal/content/guidance/circle.toml",
        ),
    ],
)
def test_what_must_be_said_is_said(sentence: str, place: str) -> None:
    file = catalogues.ROOT / place
    assert sentence in file.read_text("utf-8").replace("\\'", "'")


def test_every_page_of_advice_takes_the_blame_away() -> None:
    kind = re.compile(
        r"not your fault|never your fault|did nothing wrong|You matter", re.IGNORECASE
    )
    for page in load_guidance().advice.values():
        assert kind.search(" ".join(page.lead)), page.id
