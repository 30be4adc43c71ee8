"""Answers as they were asked: in order, with the definition that the report was filed under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from portal.domain.errors import QuestionnaireError
from portal.domain.questionnaire import Question, Questionnaire, load
from portal.domain.report import Answer, QuestionType, SelectorRow, answer_from_text
from portal.store import Db, definitions

SYSTEM = "@"
"""Fields whose name begins so are the portal's own, not answers."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question and its answer. `asked`, `label` and `chosen` are msgids to translate."""

    name: str
    label: str
    asked: str = ""
    type: QuestionType = QuestionType.TEXT
    chosen: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    rows: tuple[SelectorRow, ...] = field(default=(), repr=False)
    is_danger: bool = False

    @property
    def is_answered(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.chosen or self.text or self.rows)


@lru_cache(maxsize=64)
def _load(hash: str, source: bytes) -> Questionnaire | None:  # noqa: A002
    try:
        return load(source, name=hash[:12])
    except QuestionnaireError:
        return None


def definition(db: Db, *, hash: str) -> Questionnaire | None:  # noqa: A002
    """Load the definition of that hash; None where this release can no longer read it."""
    source = definitions.get(db, hash=hash)
    return None if source is None else _load(hash, source)


def lines(
    questionnaire: Questionnaire | None, compartment: str, texts: Mapping[str, str]
) -> tuple[Line, ...]:
    """Set the texts of one compartment out as they were asked.

    Nothing is dropped: a field that the definition doesn't know, or can't read, stands as it is.
    """
    return (
        *_asked(questionnaire, compartment, texts),
        *(
            Line(name=name, label=name, text=text)
            for name, text in texts.items()
            if not name.startswith(SYSTEM) and not _knows(questionnaire, name)
        ),
    )


def _asked(
    questionnaire: Questionnaire | None, compartment: str, texts: Mapping[str, str]
) -> Iterator[Line]:
    for question in questionnaire.questions if questionnaire else ():
        if question.compartment == compartment and question.id in texts:
            yield _line(question, texts[question.id])


def _knows(questionnaire: Questionnaire | None, name: str) -> bool:
    return questionnaire is not None and questionnaire.question(name) is not None


def _line(question: Question, text: str) -> Line:
    try:
        answer: Answer = answer_from_text(question.type, text)
    except ValueError:
        answer = text
    options = question.chosen(answer) if question.type is not QuestionType.SELECTORS else ()
    rows = () if isinstance(answer, str) else tuple(r for r in answer if isinstance(r, SelectorRow))
    known = bool(options) or bool(rows) or answer == ()
    return Line(
        name=question.id,
        label=question.label,
        asked=question.text,
        type=question.type,
        chosen=tuple(option.text for option in options),
        text="" if known else text,
        rows=rows,
        is_danger=any(option.danger for option in options),
    )
