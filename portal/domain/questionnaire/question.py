"""One question: what may be answered, what an answer means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.domain.blank import is_blank
from portal.domain.report import Answer, Compartment, QuestionType, SelectorRow

MAX_ROWS = 20
"""How many handles one question takes."""

MAX_WHERE = 60
"""Characters in the name of a place or an app."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: `factor` and `category` are what it means to the desk.

    `exclusive` stands alone ("none of these"); `unknown` says nothing ("I don't know");
    `danger` calls for the emergency block, at once; every P0 factor has it, and others may.
    """

    id: str
    text: str
    hint: str = ""
    factor: str | None = None
    category: str | None = None
    exclusive: bool = False
    unknown: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """True when the answer to `question` (asked earlier, and shown) has one of `any_of`."""

    question: str
    any_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `text` as it is asked, `label` short for the desk, `why` we ask.

    `skip_when`: an earlier page told it already, so it isn't asked, unless it has been answered.
    `weight` is what an answer adds to completeness. The options of a `selectors` question are the
    places to choose from.
    """

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
    skip_when: Condition | None = None
    max_length: int = 200
    weight: int = 0

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

    @property
    def asks_for_danger(self) -> bool:
        """Tell whether an answer on this page can call for the emergency block."""
        return any(option.danger for question in self.questions for option in question.options)

    def opens_here(self, question: Question) -> bool:
        """Tell whether an answer on this very page decides if the question is shown."""
        when = question.show_when
        return when is not None and any(one.id == when.question for one in self.questions)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in an answer; `code` names the message."""

    question: str
    code: str


def clean(question: Question, answer: Answer) -> Answer:
    """Give the part of the answer that can be one to this question; "" or () if there is none."""
    if question.type.is_one_of:
        return answer if isinstance(answer, str) and question.option(answer) else ""
    if question.type is QuestionType.CHOICES:
        return _settle(question.chosen(answer)) if not isinstance(answer, str) else ()
    if question.type is QuestionType.SELECTORS:
        rows = () if isinstance(answer, str) else answer
        return tuple(r for r in rows if isinstance(r, SelectorRow) and not is_blank(r.value))
    if question.type is QuestionType.COUNTRY:
        return answer if isinstance(answer, str) and is_country(answer) else ""
    return answer if isinstance(answer, str) and not is_blank(answer) else ""


def _settle(chosen: tuple[Option, ...]) -> tuple[str, ...]:
    """Let a statement stand against "none of these": what was said counts, the denial does not."""
    said = tuple(option.id for option in chosen if not option.exclusive)
    return said or tuple(option.id for option in chosen)


NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of the form of a country's that lists such as CLDR's name as well."""


def is_country(code: str) -> bool:
    """Tell whether the text has the form of an ISO 3166-1 alpha-2 code."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def problems(question: Question, answer: Answer) -> Iterator[str]:
    """Give the codes of what is wrong with the answer; the sites hold the words."""
    cleaned = clean(question, answer)
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
