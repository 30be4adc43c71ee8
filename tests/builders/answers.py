"""Answers to build reports from: plain ones to read, and strategies for every questionnaire."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from portal.domain.questionnaire.question import Question
from portal.domain.questionnaire.questionnaire import Questionnaire, load_builtin
from portal.domain.report import Answer, Audience, QuestionType, SelectorRow

AUDIENCES = (Audience.CHILD, Audience.CARER, Audience.PROFESSIONAL)
QUESTIONNAIRES = tuple(load_builtin(audience) for audience in AUDIENCES)


def row(where: str = "zalo", value: str = "mr.k") -> SelectorRow:
    """One handle of an offender."""
    return SelectorRow(where, value)


def threatened_child(**more: Answer) -> dict[str, Answer]:
    """A child of 14 in Viet Nam is threatened: P2."""
    return {
        "happening": ("threat_share", "want_money"),
        "safe_now": "yes",
        "age": "13_15",
        "country": "VN",
        "did": ("pretended",),
        "selectors": (row(),),
        "story": "They wrote to me yesterday.",
        "contact": "code_only",
        **more,
    }


def child_with_a_meeting(**more: Answer) -> dict[str, Answer]:
    """A child has a time to meet somebody from the internet: P0."""
    return threatened_child(happening=("adult_contact",), dangers=("meeting",), **more)


def from_plain(plain: dict[str, Any]) -> dict[str, Answer]:
    """Read answers from TOML: lists of texts are choices, lists of pairs are rows."""
    return {name: _from_plain(value) for name, value in plain.items()}


def _from_plain(value: Any) -> Answer:
    if isinstance(value, str):
        return value
    if value and isinstance(value[0], list):
        return tuple(SelectorRow(where, text) for where, text in value)
    return tuple(value)


def answer_to(question: Question) -> st.SearchStrategy[Answer]:
    """Any answer that the question takes."""
    ids = [option.id for option in question.options]
    match question.type:
        case QuestionType.CHOICE | QuestionType.AGE_BAND:
            return st.sampled_from(ids)
        case QuestionType.CHOICES:
            return st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True).map(tuple)
        case QuestionType.SELECTORS:
            rows = st.builds(SelectorRow, st.sampled_from(ids), st.text(min_size=1, max_size=20))
            return st.lists(rows, min_size=1, max_size=3).map(tuple)
        case QuestionType.COUNTRY:
            return st.sampled_from(["VN", "DE", "PH", "BR"])
        case _:
            return st.text(min_size=1, max_size=30)


@st.composite
def answers_to(draw: st.DrawFn, questionnaire: Questionnaire) -> dict[str, Answer]:
    """Answers to some of the questions, hidden ones among them."""
    asked = draw(st.lists(st.sampled_from(questionnaire.questions), unique_by=lambda q: q.id))
    return {question.id: draw(answer_to(question)) for question in asked}


ANY_ANSWER: st.SearchStrategy[Answer] = st.one_of(
    st.text(max_size=30),
    st.lists(st.text(max_size=12), max_size=4).map(tuple),
    st.lists(st.builds(SelectorRow, st.text(max_size=8), st.text(max_size=8)), max_size=3).map(
        tuple
    ),
)
"""An answer of any form, as a hostile browser may send it."""

with_answers = st.sampled_from(QUESTIONNAIRES).flatmap(
    lambda questionnaire: st.tuples(st.just(questionnaire), answers_to(questionnaire))
)
"""A questionnaire with answers to some of it."""
