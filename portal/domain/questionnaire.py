"""Pages and questions: what is asked, of whom, when, and what an answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from portal.domain.report import Answer, Answers, Audience, Compartment, SelectorRow

MAX_ROWS = 20
"""How many handles one report may name."""

MAX_WHERE = 60
"""Characters in the name of a place or an app."""


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    LONG_TEXT = "long_text"
    SELECTORS = "selectors"
    COUNTRY = "country"
    AGE_BAND = "age_band"
    SAFE_CONTACT = "safe_contact"

    @property
    def is_one_of(self) -> bool:
        """Tell whether the answer is one option."""
        return self in (QuestionType.CHOICE, QuestionType.AGE_BAND)

    @property
    def is_many(self) -> bool:
        """Tell whether the answer is a list."""
        return self in (QuestionType.CHOICES, QuestionType.SELECTORS)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: `factor` and `category` are what it means to the desk."""

    id: str
    text: str
    hint: str = ""
    factor: str | None = None
    category: str | None = None
    exclusive: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """True when the answer to `question` (asked earlier, and shown) has one of `any_of`."""

    question: str
    any_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `text` as it is asked, `label` short for the desk, `why` we ask."""

    id: str
    type: QuestionType
    text: str
    label: str
    compartment: Compartment
    hint: str = ""
    why: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    show_when: Condition | None = None
    max_length: int = 200

    def option(self, option_id: str) -> Option | None:
        """Find the option of that id."""
        return next((option for option in self.options if option.id == option_id), None)

    def chosen(self, answer: Answer) -> tuple[Option, ...]:
        """Give the known options that the answer names, in the order of the questionnaire."""
        ids = {answer} if isinstance(answer, str) else {x for x in answer if isinstance(x, str)}
        return tuple(option for option in self.options if option.id in ids)


@dataclass(frozen=True, slots=True)
class Page:
    """One theme: what a reporter sees at once."""

    id: str
    title: str
    intro: tuple[str, ...]
    questions: tuple[Question, ...]
    show_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in an answer; `code` names the message."""

    question: str
    code: str


@dataclass(frozen=True)
class Questionnaire:
    """One definition, from which form, validation, sealed fields and case view all come."""

    id: str
    version: int
    audience: Audience
    pages: tuple[Page, ...]
    source: bytes = field(repr=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the exact file, in hex: what a report is filed under."""
        return hashlib.sha256(self.source).hexdigest()

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order they are asked."""
        return tuple(question for page in self.pages for question in page.questions)

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def question(self, question_id: str) -> Question | None:
        """Find a question by its id."""
        return self._by_id.get(question_id)

    def visible(self, answers: Answers) -> frozenset[str]:
        """Give the ids of the questions shown to someone who answered so.

        A condition holds only on a question that was itself shown.
        """
        shown: set[str] = set()
        for page in self.pages:
            if not self._holds(page.show_when, answers, shown):
                continue
            for question in page.questions:
                if self._holds(question.show_when, answers, shown):
                    shown.add(question.id)
        return frozenset(shown)

    def visible_pages(self, answers: Answers) -> tuple[Page, ...]:
        """Give the pages with at least one question to show."""
        shown = self.visible(answers)
        return tuple(p for p in self.pages if any(q.id in shown for q in p.questions))

    def prune(self, answers: Answers) -> dict[str, Answer]:
        """Keep only what was asked and can be an answer: hidden and unknown things are dropped."""
        shown = self.visible(answers)
        kept: dict[str, Answer] = {}
        for question in self.questions:
            if question.id in shown and question.id in answers:
                answer = _clean(question, answers[question.id])
                if answer:
                    kept[question.id] = answer
        return kept

    def validate(self, answers: Answers, page: Page | None = None) -> list[Problem]:
        """Name every problem with the answers to the questions shown (on `page`, or on all)."""
        shown = self.visible(answers)
        asked = page.questions if page else self.questions
        return [
            Problem(question.id, code)
            for question in asked
            if question.id in shown
            for code in _problems(question, answers.get(question.id, ""))
        ]

    def msgids(self) -> Iterator[str]:
        """Give every text that has to be translated."""
        for page in self.pages:
            yield page.title
            yield from page.intro
            for question in page.questions:
                yield from filter(
                    None, (question.text, question.label, question.hint, question.why)
                )
                for option in question.options:
                    yield from filter(None, (option.text, option.hint))

    def _holds(self, condition: Condition | None, answers: Answers, shown: set[str]) -> bool:
        if condition is None:
            return True
        question = self._by_id.get(condition.question)
        if question is None or question.id not in shown:
            return False
        chosen = question.chosen(answers.get(question.id, ""))
        return any(option.id in condition.any_of for option in chosen)


def _clean(question: Question, answer: Answer) -> Answer:
    if question.type.is_one_of:
        return answer if isinstance(answer, str) and question.option(answer) else ""
    if question.type is QuestionType.CHOICES:
        return _settle(question.chosen(answer)) if not isinstance(answer, str) else ()
    if question.type is QuestionType.SELECTORS:
        rows = () if isinstance(answer, str) else answer
        return tuple(r for r in rows if isinstance(r, SelectorRow) and r.value.strip())
    if question.type is QuestionType.COUNTRY:
        return answer if isinstance(answer, str) and is_country(answer) else ""
    return answer if isinstance(answer, str) and answer.strip() else ""


def _settle(chosen: tuple[Option, ...]) -> tuple[str, ...]:
    """Let a statement stand against "none of these": what was said counts, the denial does not."""
    said = tuple(option.id for option in chosen if not option.exclusive)
    return said or tuple(option.id for option in chosen)


def is_country(code: str) -> bool:
    """Tell whether the text has the form of an ISO 3166-1 alpha-2 code."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def _problems(question: Question, answer: Answer) -> Iterator[str]:
    cleaned = _clean(question, answer)
    if question.required and not cleaned:
        yield "required"
    elif answer and not cleaned and question.type is QuestionType.COUNTRY:
        yield "not_a_country"
    elif answer and not cleaned and question.options:
        yield "unknown_option"
    if question.type is QuestionType.SELECTORS and not isinstance(answer, str):
        if len(answer) > MAX_ROWS:
            yield "too_many"
        rows = [row for row in answer if isinstance(row, SelectorRow)]
        if any(len(r.value) > question.max_length or len(r.where) > MAX_WHERE for r in rows):
            yield "too_long"
    elif isinstance(answer, str) and len(answer) > question.max_length:
        yield "too_long"
