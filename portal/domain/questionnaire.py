"""Pages and questions: what is asked, of whom, when, and what an answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources

from portal.domain.datafile import DataFile
from portal.domain.definition import Definition, read_definition
from portal.domain.errors import QuestionnaireError
from portal.domain.question import Condition, Option, Page, Problem, Question, clean, problems
from portal.domain.report import Answer, Answers, Audience, QuestionType

__all__ = [
    "Condition",
    "Option",
    "Page",
    "Problem",
    "Question",
    "QuestionType",
    "Questionnaire",
    "load",
    "load_builtin",
    "texts_of_earlier",
]


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
                if self._is_asked(question, answers, shown):
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
                answer = clean(question, answers[question.id])
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
            for code in problems(question, answers.get(question.id, ""))
        ]

    def msgids(self) -> Iterator[str]:
        """Give every text that a reporter reads; labels are for the desk."""
        for page in self.pages:
            yield page.title
            yield from page.intro
            for question in page.questions:
                yield from filter(None, (question.text, question.hint, question.why))
                for option in question.options:
                    yield from filter(None, (option.text, option.hint))

    def _is_asked(self, question: Question, answers: Answers, shown: set[str]) -> bool:
        # What was answered stays, also when an earlier page is changed afterwards.
        if clean(question, answers.get(question.id, "")):
            return self._holds(question.show_when, answers, shown)
        if question.skip_when and self._holds(question.skip_when, answers, shown):
            return False
        return self._holds(question.show_when, answers, shown)

    def _holds(self, condition: Condition | None, answers: Answers, shown: set[str]) -> bool:
        if condition is None:
            return True
        question = self._by_id.get(condition.question)
        if question is None or question.id not in shown:
            return False
        answer = clean(question, answers.get(question.id, ""))
        return any(option.id in condition.any_of for option in question.chosen(answer))


def load(source: bytes, *, name: str) -> Questionnaire:
    """Read a definition, today's or one that old reports were filed under.

    Raises `QuestionnaireError(name, line, reason)` for anything that is not exactly right.
    """
    definition: Definition = read_definition(source, name=name)
    return Questionnaire(
        id=definition.id,
        version=definition.version,
        audience=definition.audience,
        pages=definition.pages,
        source=source,
    )


@cache
def load_builtin(audience: Audience) -> Questionnaire:
    """Load the questionnaire that this release asks of `audience`."""
    name = f"{audience.value}.toml"
    source = resources.files("portal").joinpath("questionnaires", name).read_bytes()
    return load(source, name=name)


@cache
def texts_of_earlier() -> tuple[str, ...]:
    """Give what earlier releases asked in words that this one asks no more."""
    name = "earlier.toml"
    source = resources.files("portal").joinpath("questionnaires", name).read_bytes()
    root = DataFile(source, name=name, error=QuestionnaireError).root
    root.only("asked")
    found: list[str] = []
    for node in root.tables("asked"):
        node.only("id", "version", "texts")
        found.extend(node.texts("texts"))
    return tuple(found)
