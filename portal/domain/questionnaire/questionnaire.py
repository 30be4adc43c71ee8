"""Pages and questions: what is asked, of whom, when, and what an answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources

from portal.domain.errors import QuestionnaireError
from portal.domain.questionnaire.question import Condition, Option, Page, Problem, Question
from portal.domain.questionnaire.reader import Definition, read_definition
from portal.domain.report import Audience, QuestionType
from portal.domain.toml_lines import DataFile

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

FOLDER = "content/questionnaires"
"""Where this release's questionnaires are, in the package."""

EARLIER = "earlier.toml"
"""What earlier releases asked and this one does not."""


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

    def msgids(self) -> Iterator[str]:
        """Give every text that a reporter reads; labels are for the desk."""
        for page in self.pages:
            yield page.title
            yield from page.intro
            for question in page.questions:
                yield from filter(None, (question.text, question.hint, question.why))
                for option in question.options:
                    yield from filter(None, (option.text, option.hint))


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
    source = resources.files("portal").joinpath(FOLDER, name).read_bytes()
    return load(source, name=name)


def shipped(audience: str) -> Questionnaire | None:
    """The questionnaire that this release asks of an audience; None where it asks nothing."""
    asked = {Audience.CHILD, Audience.CARER, Audience.PROFESSIONAL}
    return load_builtin(Audience(audience)) if audience in asked else None


@cache
def texts_of_earlier() -> tuple[str, ...]:
    """Give what earlier releases asked in words that this one asks no more."""
    source = resources.files("portal").joinpath(FOLDER, EARLIER).read_bytes()
    root = DataFile(source, name=EARLIER, error=QuestionnaireError).root
    root.only("asked")
    found: list[str] = []
    for node in root.tables("asked"):
        node.only("id", "version", "texts")
        found.extend(node.texts("texts"))
    return tuple(found)
