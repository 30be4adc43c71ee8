"""Words that hurt are in no text of ours, and words that must be said stand on their pages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from portal.domain.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.operations import catalogues

RULES = tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))
CHILD_PLACES = ("templates/public", "templates/web", "portal/questionnaires/child.toml")

LONGEST = {"en": 20, "vi": 30}
"""Words in a sentence of a child's text. Vietnamese writes each syllable apart: about 1.5 times as
many as English words."""


def texts(language: str) -> dict[str, list[str]]:
    """Every text in that language, by its English, with the places where it stands."""
    if language == "en":
        found = catalogues.template()
        return {key: catalogues._texts(m.id) for m in found if m.id and (key := catalogues._key(m))}
    found = catalogues.read(language)
    return {catalogues._key(m): catalogues._texts(m.string) for m in found if m.id}


def for_children() -> set[str]:
    """The English of every text that a child can see."""
    return {
        catalogues._key(message)
        for message in catalogues.template()
        if message.id and any(place.startswith(CHILD_PLACES) for place, _ in message.locations)
    }


def broken(language: str, text: str) -> list[str]:
    lower = text.casefold()
    return [word for rule in RULES[language] for word in rule["avoid"] if word in lower]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_text_says_what_we_never_say(language: str) -> None:
    found = {
        text: words
        for forms in texts(language).values()
        for text in forms
        if (words := broken(language, text))
    }
    assert not found


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Why did you answer?"), ("en", "Child pornography"), ("vi", "Tại sao bạn trả lời?")],
)
def test_the_rules_can_fail(language: str, text: str) -> None:
    assert broken(language, text)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_sentences_for_children_are_short(language: str) -> None:
    children = for_children()
    assert len(children) > 150
    long = [
        sentence
        for key, forms in texts(language).items()
        if key in children
        for text in forms
        for sentence in re.split(r"(?<=[.!?:;”])\s+", text)
        if len(sentence.split()) > LONGEST[language]
    ]
    assert not long


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
        ("You are not in trouble", "portal/questionnaires/child.toml"),
        ("This is not your fault", "portal/questionnaires/child.toml"),
        ("You don't have to know everything", "portal/questionnaires/child.toml"),
        ("You did the right thing by telling us", "templates/public/code.html"),
    ],
)
def test_what_must_be_said_is_said(sentence: str, place: str) -> None:
    file = catalogues.ROOT / place
    assert sentence in file.read_text("utf-8").replace("\\'", "'")
