"""Answers and their one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.report import (
    QuestionType,
    SelectorRow,
    answer_from_text,
    answer_to_text,
    answers_from_json,
    answers_to_json,
)
from tests.builders.answers import ANY_ANSWER, with_answers


@given(with_answers)
def test_every_answer_comes_back_from_its_text(drawn):
    questionnaire, answers = drawn
    for name, answer in answers.items():
        type_ = questionnaire.question(name).type
        assert answer_from_text(type_, answer_to_text(answer)) == answer


@pytest.mark.parametrize("type_", QuestionType)
def test_no_answer_is_the_empty_text(type_):
    assert answer_to_text(answer_from_text(type_, "")) == ""


@given(st.dictionaries(st.text(max_size=10), ANY_ANSWER))
def test_drafts_come_back_as_they_were(answers):
    assert answers_from_json(answers_to_json(answers)) == answers


@given(st.text() | st.sampled_from(["{}", "[]", '{"a":1}', '{"a":[1]}', '{"a":[["x"]]}', "null"]))
def test_reading_a_draft_raises_nothing_but_value_errors(text):
    try:
        answers_from_json(text)
    except ValueError:
        return


def test_a_row_shows_nothing_in_its_repr():
    assert repr(SelectorRow("zalo", "secret")) == "SelectorRow()"


def test_lists_are_compact_json():
    assert answer_to_text((SelectorRow("zalo", "ông k"),)) == '[["zalo","ông k"]]'
    assert answer_to_text(("a", "b")) == '["a","b"]'
