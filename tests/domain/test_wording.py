"""The words of the built-in questionnaires: short, warm, first person, and never blaming."""

from __future__ import annotations

import re

import pytest

from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from tests.builders.answers import QUESTIONNAIRES

CHILD = load_builtin(Audience.CHILD)
every_questionnaire = pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)

MUST_BE_SAID = (
    "This is not your fault.",
    "You are not in trouble.",
    "You don't have to know everything.",
    "You did the right thing by telling us.",
)
NEVER_ASKED_FOR = ("upload", "attach", "date of birth", "birthday", "your name is", "password")
HARD_WORDS = (
    *("sextortion", "extortion", "grooming", "coerc", "perpetrator", "offender", "victim"),
    *("incident", "indicat", "provide", "regarding", "sexual abuse", "identif"),
)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!:])\s+", text) if part]


def spoken(questionnaire) -> list[str]:
    """All words that a reporter reads: everything but the labels of the desk."""
    labels = {question.label for question in questionnaire.questions}
    asked = {question.text for question in questionnaire.questions}
    return [text for text in questionnaire.msgids() if text not in labels or text in asked]


@every_questionnaire
def test_sentences_have_at_most_twenty_words(questionnaire):
    for text in spoken(questionnaire):
        for sentence in sentences(text):
            assert len(sentence.split()) <= 20, sentence


def test_a_childs_sentences_are_shorter_still_and_plain():
    words = [word for text in spoken(CHILD) for word in re.findall(r"[A-Za-z']+", text)]
    assert sum(len(word) for word in words) / len(words) < 4.5
    assert not [text for text in spoken(CHILD) for hard in HARD_WORDS if hard in text.lower()]


@every_questionnaire
def test_nobody_is_asked_why(questionnaire):
    for text in spoken(questionnaire):
        assert not re.search(r"\b(why|how come)\b", text, re.IGNORECASE), text


@every_questionnaire
def test_nothing_is_asked_for_that_we_refuse(questionnaire):
    for text in spoken(questionnaire):
        assert not [word for word in NEVER_ASKED_FOR if word in text.lower()], text


@every_questionnaire
def test_every_question_says_what_the_answer_is_for(questionnaire):
    for question in questionnaire.questions:
        assert question.why.endswith("."), question.id
        assert question.text.endswith("?"), question.id
        assert len(question.label.split()) <= 6, question.id


@pytest.mark.parametrize("sentence", MUST_BE_SAID)
def test_a_child_is_told(sentence):
    said = [part for page in CHILD.pages for text in page.intro for part in sentences(text)]
    assert sentence in said


@pytest.mark.parametrize("audience", [Audience.CHILD, Audience.CARER])
def test_keeps_the_chat_and_never_asks_for_intimate_pictures(audience):
    who = next(page for page in load_builtin(audience).pages if page.id == "who")
    told = " ".join(who.intro)
    assert "take screenshots of the chat" in told
    assert re.search(r"Never .* send", told)
    assert "don't delete the chat" in told


def test_a_child_speaks_in_the_first_person():
    for text in (option.text for option in CHILD.question("happening").options):
        assert re.search(r"\b(I|me|my)\b|^Something else", text), text
