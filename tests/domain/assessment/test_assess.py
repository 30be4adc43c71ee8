"""Priority: the hand-judged table, and what must hold for every report."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.assessment.assess import Assessment, from_json, raised, to_json
from portal.domain.assessment.assess import assess as judge
from portal.domain.factors import (
    CATEGORIES,
    FACTORS,
    RAISED_BY_SERVER,
    REASONS,
    Priority,
)
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Option, Question
from portal.domain.questionnaire.questionnaire import Questionnaire, load_builtin
from portal.domain.report import Answer, Answers, Audience
from tests.builders.answers import (
    ANY_ANSWER,
    QUESTIONNAIRES,
    child_with_a_meeting,
    from_plain,
    row,
    threatened_child,
    with_answers,
)

GOLDEN = tomllib.loads((Path(__file__).parent / "priority_golden.toml").read_text())["cases"]
CHILD = load_builtin(Audience.CHILD)


def assess(questionnaire: Questionnaire, answers: Answers) -> Assessment:
    return judge(Answered(questionnaire, answers))


def name(case: dict[str, str]) -> str:
    return f"{case['audience']}: {case['about']}"


@pytest.mark.parametrize("case", GOLDEN, ids=name)
def test_golden(case):
    questionnaire = load_builtin(Audience(case["audience"]))
    answers = from_plain(case["answers"])
    assert Answered(questionnaire, answers).kept.keys() == answers.keys(), (
        "the case asks what is asked"
    )
    assessment = assess(questionnaire, answers)
    found = (assessment.priority.name, assessment.factors[0], assessment.category)
    if case["first"] == "undetermined":
        found = (found[0], "undetermined", found[2])
        assert "undetermined" in assessment.factors
    assert found == (case["priority"], case["first"], case["category"])


def test_golden_covers_the_table():
    assert len(GOLDEN) >= 60
    assert len({name(case) for case in GOLDEN}) == len(GOLDEN)
    assert {case["audience"] for case in GOLDEN} == {"child", "carer", "professional"}
    for questionnaire in QUESTIONNAIRES:
        told = {case["priority"] for case in GOLDEN if case["audience"] == questionnaire.id}
        assert told == {"P0", "P1", "P2", "P3", "P4"}


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)
def test_every_form_reaches_every_row(questionnaire):
    reached = {o.factor for q in questionnaire.questions for o in q.chosen(every_option(q))}
    lowest = {"child": {"only_looking"}}.get(questionnaire.id, {"spam", "no_child"})
    everywhere = {
        factor
        for factor, priority in FACTORS.items()
        if priority < Priority.P4 and factor not in {*RAISED_BY_SERVER, "platform_escalated"}
    }
    assert everywhere | lowest <= reached


def every_option(question: Question) -> tuple[str, ...]:
    return tuple(option.id for option in question.options)


# What must hold whatever is answered


def extended(question: Question, answers: dict[str, Answer], option_id: str) -> dict[str, Answer]:
    if question.type.is_one_of:
        return {**answers, question.id: option_id}
    ticked = answers.get(question.id, ())
    return {**answers, question.id: (*ticked, option_id)}


def options_where(questionnaire: Questionnaire, wanted: str) -> st.SearchStrategy[object]:
    return st.sampled_from(
        [
            (question, option)
            for question in questionnaire.questions
            for option in question.options
            if getattr(option, wanted)
        ]
    )


def crises(questionnaire: Questionnaire) -> list[tuple[Question, Option]]:
    return [
        (question, option)
        for question in questionnaire.questions
        for option in question.options
        if option.factor and FACTORS[option.factor] is Priority.P0
    ]


def removed(question: Question, answers: dict[str, Answer]) -> dict[str, Answer]:
    return {key: value for key, value in answers.items() if key != question.id}


@given(with_answers, st.data())
def test_adding_a_crisis_never_lowers_and_is_always_one(drawn, data):
    questionnaire, answers = drawn
    question, option = data.draw(st.sampled_from(crises(questionnaire)))
    assert option.danger
    before = assess(questionnaire, answers).priority
    after = assess(questionnaire, extended(question, answers, option.id)).priority
    assert after <= before
    if question.id in Answered(questionnaire, answers).visible:
        assert after is Priority.P0


@given(with_answers, st.data())
def test_adding_any_factor_that_calls_for_action_never_lowers(drawn, data):
    questionnaire, answers = drawn
    question, option = data.draw(options_where(questionnaire, "factor"))
    if FACTORS[option.factor].lowers:
        return
    base = removed(question, answers) if question.type.is_one_of else answers
    after = assess(questionnaire, extended(question, base, option.id)).priority
    assert after <= assess(questionnaire, base).priority


@given(with_answers, st.data())
def test_not_knowing_never_lowers(drawn, data):
    questionnaire, answers = drawn
    question, option = data.draw(options_where(questionnaire, "unknown"))
    silent = removed(question, answers)
    unsure = assess(questionnaire, extended(question, silent, option.id)).priority
    assert unsure <= assess(questionnaire, silent).priority
    if not question.type.is_one_of:
        beside = assess(questionnaire, extended(question, answers, option.id)).priority
        assert beside <= assess(questionnaire, answers).priority


@given(with_answers, st.data())
def test_not_knowing_is_never_below_the_explicit_no(drawn, data):
    questionnaire, answers = drawn
    question, unknown = data.draw(options_where(questionnaire, "unknown"))
    compare_with_each_no(questionnaire, answers, question, unknown)


def compare_with_each_no(
    questionnaire: Questionnaire, answers: dict[str, Answer], question: Question, unknown: Option
) -> None:
    """Not knowing is no calmer than a no, but for one that itself tells of something graver."""
    silent = removed(question, answers)
    unsure = assess(questionnaire, extended(question, silent, unknown.id)).priority
    for option in question.options:
        is_calm = option.factor is None or FACTORS[option.factor].lowers
        if is_calm and not option.unknown:
            calm = assess(questionnaire, extended(question, silent, option.id))
            if calm.priority < assess(questionnaire, silent).priority:
                assert calm.factors[0] == option.factor, option.id
            else:
                assert unsure <= calm.priority, option.id


def test_spam_after_which_the_contact_has_ended_is_more_than_spam():
    """A contact that has ended was one, so it is read sooner; not knowing says nothing of it."""
    questionnaire, answers = load_builtin(Audience.CARER), {"happening": ("spam",)}
    question = questionnaire.question("contact_now")
    assert assess(questionnaire, answers).priority is Priority.P4
    ended = assess(questionnaire, {**answers, "contact_now": "ended"})
    assert (ended.priority, ended.factors) == (Priority.P3, ("contact_ended", "spam"))
    for option in question.options:
        if option.unknown:
            told = assess(questionnaire, {**answers, "contact_now": option.id})
            assert told.priority is Priority.P4
            compare_with_each_no(questionnaire, answers, question, option)


@given(with_answers, st.dictionaries(st.text(max_size=12), ANY_ANSWER, max_size=4))
def test_what_was_not_asked_changes_nothing(drawn, more):
    questionnaire, answers = drawn
    strange = {key: value for key, value in more.items() if questionnaire.question(key) is None}
    forged = {"priority": "4", "@assessment": '{"priority":4}', "factors": ("spam",)}
    assert assess(questionnaire, {**forged, **strange, **answers}) == assess(questionnaire, answers)


@given(with_answers, st.data())
def test_unknown_options_change_nothing(drawn, data):
    questionnaire, answers = drawn
    choosing = [q for q in questionnaire.questions if q.options and q.type != "selectors"]
    question = data.draw(st.sampled_from(choosing))
    strange = data.draw(st.text(max_size=12).filter(lambda text: question.option(text) is None))
    silent = removed(question, answers)
    assert assess(questionnaire, extended(question, silent, strange)) == assess(
        questionnaire, silent
    )


@given(with_answers)
def test_every_answer_of_a_wrong_form_changes_nothing_but_itself(drawn):
    questionnaire, answers = drawn
    wrong = {key: (row(),) if isinstance(value, str) else "x" for key, value in answers.items()}
    kept = Answered(questionnaire, wrong).kept
    assert assess(questionnaire, wrong) == assess(questionnaire, kept)


@given(with_answers)
def test_always_explains_itself(drawn):
    questionnaire, answers = drawn
    assessment = assess(questionnaire, answers)
    assert assessment.priority in {FACTORS[factor] for factor in assessment.factors}
    ranks = [FACTORS[factor] for factor in assessment.factors]
    assert ranks == sorted(ranks)
    assert assessment.category in CATEGORIES
    if assessment.priority.lowers:
        assert all(rank.lowers for rank in ranks)


@given(with_answers)
def test_is_the_same_after_pruning(drawn):
    questionnaire, answers = drawn
    assert assess(questionnaire, answers) == assess(
        questionnaire, Answered(questionnaire, answers).kept
    )


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)
def test_an_empty_report_stays_in_the_middle(questionnaire):
    assessment = assess(questionnaire, {})
    assert (assessment.priority, assessment.factors) == (Priority.P2, ("undetermined",))


# Completeness


def test_completeness_counts_what_makes_a_report_actionable():
    assert assess(CHILD, {}).completeness == 0
    assert assess(CHILD, {}).missing[0] == "selectors"
    whole = threatened_child(did=("recorded",), deadline="today", shared="no", contact_now="yes")
    assert assess(CHILD, whole).completeness == 100
    assert assess(CHILD, whole).missing == ()


def test_not_knowing_is_not_information():
    known, unknown = threatened_child(age="13_15"), threatened_child(age="rather_not")
    assert assess(CHILD, known).completeness > assess(CHILD, unknown).completeness
    assert "age" in assess(CHILD, unknown).missing


@given(with_answers, st.data())
def test_completeness_never_weighs_in_the_priority(drawn, data):
    questionnaire, answers = drawn
    words = [q for q in questionnaire.questions if q.weight and not q.options]
    question = data.draw(st.sampled_from(words))
    telling = {**answers, question.id: "VN" if question.type == "country" else "words"}
    before, after = assess(questionnaire, answers), assess(questionnaire, telling)
    assert before.completeness <= after.completeness <= 100
    assert after.priority <= before.priority


# Later findings, and the sealed form


def test_a_link_raises_and_never_lowers():
    calm = assess(CHILD, {"happening": ("attempt",)})
    linked = raised(calm, "selector_repeated")
    assert linked.priority is Priority.P1
    assert linked.factors == ("selector_repeated", "attempt_only")
    crisis = assess(CHILD, child_with_a_meeting())
    assert raised(crisis, "selector_repeated", "platform_escalated").priority is Priority.P0
    assert raised(crisis, "spam").priority is Priority.P0
    with pytest.raises(KeyError):
        raised(crisis, "of my own making")


@given(with_answers)
def test_comes_back_from_json(drawn):
    assessment = assess(*drawn)
    assert from_json(to_json(assessment)) == assessment


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"priority":9}', "null"])
def test_json_of_another_form_is_a_value_error(text):
    with pytest.raises(ValueError):
        from_json(text)


def test_tables_agree():
    assert FACTORS.keys() == REASONS.keys()
    assert list(FACTORS.values()) == sorted(FACTORS.values())
    assert {"selector_repeated", "platform_escalated"} <= FACTORS.keys()
    assert isinstance(assess(CHILD, {}), Assessment)
