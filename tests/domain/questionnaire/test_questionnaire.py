"""Questionnaires: what is shown, what is kept, what is wrong; and what every built-in one holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.assessment.assess import assess
from portal.domain.factors import Priority
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import MAX_ROWS, MAX_WHERE, Problem
from portal.domain.questionnaire.questionnaire import load, load_builtin
from portal.domain.report import Audience, Compartment, QuestionType
from tests.builders.answers import ANY_ANSWER, QUESTIONNAIRES, row, threatened_child, with_answers

CHILD = load_builtin(Audience.CHILD)
SAMPLES = Path(__file__).parent / "samples"
every_questionnaire = pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)


def codes(answers, page=None):
    return Answered(CHILD, answers).problems(page)


# Shown and hidden


def test_a_condition_shows_and_hides():
    assert "safe_contact" not in Answered(CHILD, {"contact": "code_only"}).visible
    assert {"safe_contact", "safe_time"} <= Answered(CHILD, {"contact": "contact"}).visible


def test_a_contact_that_was_taken_back_is_dropped():
    answers = threatened_child(contact="code_only", safe_contact="0912 345 678", safe_time="night")
    assert Answered(CHILD, answers).kept.keys().isdisjoint({"safe_contact", "safe_time"})


def test_a_condition_on_a_hidden_question_does_not_hold():
    source = (SAMPLES / "kept.toml").read_bytes()
    chained = load(source, name="kept.toml")
    assert Answered(chained, {"a": "y", "b": "y"}).visible == {"a", "b", "c"}
    assert Answered(chained, {"a": "y", "b": "n"}).visible == {"a", "b", "d", "e"}
    assert Answered(chained, {"a": "n", "b": "y"}).visible == {"a"}
    assert [page.id for page in Answered(chained, {"a": "y", "b": "n"}).pages] == ["one", "two"]
    assert [page.id for page in Answered(chained, {"a": "n", "b": "n"}).pages] == ["one"]
    assert Answered(chained, {"a": "n", "b": "y", "c": "text"}).kept == {"a": "n"}


def test_what_an_earlier_page_told_is_not_asked_again():
    assert "want" in Answered(CHILD, {"happening": ("threat_share",)}).visible
    assert "want" in Answered(CHILD, {"happening": ("dont_know",)}).visible
    told = {"happening": ("threat_share", "want_money")}
    assert "want" not in Answered(CHILD, told).visible
    # Whoever goes back and ticks more on the first page loses nothing that was answered.
    answered = told | {"want": ("other",)}
    assert Answered(CHILD, answered).kept == answered
    assert "want" not in Answered(CHILD, told | {"want": ("no_such_option",)}).visible


def test_only_an_answer_of_the_same_page_opens_a_question_there():
    reach = next(page for page in CHILD.pages if page.id == "reach")
    wish, contact = CHILD.question("contact"), CHILD.question("safe_contact")
    assert reach.opens_here(contact)
    assert not reach.opens_here(wish)
    assert not replace(reach, questions=(contact,)).opens_here(contact)


# Kept


@given(with_answers)
def test_prune_settles_at_once(drawn):
    questionnaire, answers = drawn
    kept = Answered(questionnaire, answers).kept
    assert Answered(questionnaire, kept).kept == kept
    assert (
        kept.keys()
        <= Answered(questionnaire, kept).visible
        == Answered(questionnaire, answers).visible
    )


@given(st.dictionaries(st.sampled_from([q.id for q in CHILD.questions]) | st.text(), ANY_ANSWER))
def test_prune_keeps_only_what_can_be_an_answer(answers):
    kept = Answered(CHILD, answers).kept
    assert Answered(CHILD, kept).kept == kept
    for name, answer in kept.items():
        question = CHILD.question(name)
        assert isinstance(answer, tuple) is question.type.is_many
        if question.options and question.type is not QuestionType.SELECTORS:
            ids = [answer] if isinstance(answer, str) else answer
            assert {option.id for option in question.options} >= set(ids)


def test_what_was_said_stands_against_none_of_these():
    assert Answered(CHILD, {"dangers": ("none", "meeting")}).kept == {"dangers": ("meeting",)}
    assert Answered(CHILD, {"dangers": ("none",)}).kept == {"dangers": ("none",)}


def test_prune_never_cuts_a_text():
    long = "x" * 9000
    assert Answered(CHILD, {"story": long}).kept == {"story": long}
    assert codes({"happening": ("other",), "story": long}) == [Problem("story", "too_long")]


def test_an_empty_row_is_no_row():
    assert Answered(CHILD, {"selectors": (row("zalo", "  "), row())}).kept == {
        "selectors": (row(),)
    }


# Wrong


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({}, Problem("happening", "required")),
        ({"happening": ()}, Problem("happening", "required")),
        ({"happening": ("nonsense",)}, Problem("happening", "required")),
        ({"age": "200"}, Problem("age", "unknown_option")),
        ({"dangers": ("nonsense",)}, Problem("dangers", "unknown_option")),
        ({"country": "Viet Nam"}, Problem("country", "not_a_country")),
        ({"country": "vn"}, Problem("country", "not_a_country")),
        ({"selectors": (row(),) * (MAX_ROWS + 1)}, Problem("selectors", "too_many")),
        ({"selectors": (row(value="x" * 201),)}, Problem("selectors", "too_long")),
        ({"selectors": (row(where="x" * (MAX_WHERE + 1)),)}, Problem("selectors", "too_long")),
        ({"contact": "contact", "safe_time": "x" * 501}, Problem("safe_time", "too_long")),
    ],
    ids=str,
)
def test_problems(answers, problem):
    assert codes({"happening": ("other",), **answers} if answers else answers) == [problem]


def test_a_hidden_answer_is_never_a_problem():
    hidden = {"happening": ("other",), "contact": "code_only", "safe_time": "x" * 501}
    assert codes(hidden) == []


def test_validates_one_page_at_a_time():
    first, second = CHILD.pages[:2]
    assert codes({}, first) == [Problem("happening", "required")]
    assert codes({}, second) == []


def test_whole_report_has_no_problem():
    assert codes(threatened_child()) == []


# What every questionnaire holds


@every_questionnaire
def test_only_the_first_question_is_required(questionnaire):
    required = [q.id for q in questionnaire.questions if q.required and q.show_when is None]
    assert required == [questionnaire.questions[0].id] == ["happening"]


@every_questionnaire
def test_seven_or_eight_pages_with_the_ids_that_the_sites_know(questionnaire):
    assert 7 <= len(questionnaire.pages) <= 8
    assert questionnaire.question("country").type is QuestionType.COUNTRY
    assert questionnaire.question("safe_now").option("no").danger
    assert questionnaire.question("safe_contact").type is QuestionType.SAFE_CONTACT
    assert questionnaire.question("contact").option("code_only")


@pytest.mark.parametrize(
    ("answers", "priority"),
    [
        ({"safe_now": "dont_know"}, Priority.P2),
        ({"did": ("threatened_to_harm",)}, Priority.P2),
        ({"safe_now": "no"}, Priority.P0),
    ],
)
def test_a_child_who_may_be_hurt_sees_the_steps_whatever_the_priority(answers, priority):
    (option,) = (o for name, told in answers.items() for o in CHILD.question(name).chosen(told))
    assert option.danger
    assert assess(Answered(CHILD, answers)).priority is priority


@every_questionnaire
def test_every_other_choice_can_be_left_without_knowing(questionnaire):
    for question in questionnaire.questions:
        if question.options and question.type is not QuestionType.SELECTORS:
            lets_go = any(option.unknown for option in question.options)
            assert lets_go or question.id == "escalate", question.id


@every_questionnaire
def test_compartments(questionnaire):
    where = {question.id: question.compartment for question in questionnaire.questions}
    assert where["selectors"] is where["payments"] is Compartment.INDICATORS
    assert where["safe_contact"] is where["safe_time"] is Compartment.IDENTITY
    assert where["story"] is where["happening"] is Compartment.TRIAGE
    assert where.get("child_identity", Compartment.IDENTITY) is Compartment.IDENTITY
    assert where.get("organisation", Compartment.IDENTITY) is Compartment.IDENTITY


@every_questionnaire
def test_hash_is_of_the_exact_file_and_loads_again(questionnaire):
    assert questionnaire.hash == hashlib.sha256(questionnaire.source).hexdigest()
    assert load(questionnaire.source, name="kept") == questionnaire


@every_questionnaire
def test_msgids_are_every_text_that_a_reporter_reads(questionnaire):
    msgids = set(questionnaire.msgids())
    for question in questionnaire.questions:
        assert {question.text, question.why} <= msgids
        assert {option.text for option in question.options} <= msgids
    assert {page.title for page in questionnaire.pages} <= msgids
    assert all(msgid == msgid.strip() and msgid for msgid in msgids)


def test_an_older_definition_still_reads():
    old = load((SAMPLES / "kept.toml").read_bytes(), name="kept.toml")
    assert old.hash == "672296cc2419d87d1109c19df820884f9f6f0410756b2f1d6960c91e8bbb1ec5"
    assert old.question("a").chosen("y")[0].text == "Yes"
    assert old.question("e").option("zalo").text == "Zalo"


def test_repr_of_a_questionnaire_is_short():
    assert "source" not in repr(CHILD)


def test_an_unknown_place_is_kept_as_it_was_written():
    assert Answered(CHILD, {"selectors": (row("my game"),)}).kept == {
        "selectors": (row("my game"),)
    }
