"""Answers as they were asked: in order, with the definition that the report was filed under."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from portal.domain.errors import QuestionnaireError
from portal.domain.questionnaire.question import Question
from portal.domain.questionnaire.questionnaire import Questionnaire, load, shipped
from portal.domain.report import (
    CONTACT,
    MORE,
    SAFE_CONTACT,
    SAFE_TIME,
    SYSTEM_FIELDS,
    Answer,
    QuestionType,
    SelectorRow,
    answer_from_text,
)
from portal.domain.texts import desk_text
from portal.triage.proofs import Proof

LATER: Mapping[str, str] = {
    CONTACT: "contact",
    SAFE_CONTACT: "safe_contact",
    SAFE_TIME: "safe_time",
}
"""Fields of a safe contact that was changed later, with the questions that they answer anew."""


@dataclass(frozen=True, slots=True)
class Handle:
    """One handle of the offender; `where` is a msgid, or what the reporter wrote."""

    where: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One question and its answer. `asked`, `label` and `chosen` are msgids to translate."""

    name: str
    label: str
    asked: str = ""
    type: QuestionType = QuestionType.TEXT
    chosen: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    rows: tuple[Handle, ...] = field(default=(), repr=False)
    is_danger: bool = False
    replaced_at: datetime | None = None

    @property
    def is_answered(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.chosen or self.text or self.rows)


@dataclass(frozen=True, slots=True)
class Words:
    """What one compartment says, in one filing (revision 0) or supplement."""

    revision: int
    at: datetime
    lines: tuple[Line, ...] = field(repr=False)
    is_definition_known: bool = True
    proof: Proof = Proof.REPORTER
    is_replacing: bool = True


_LABELS = {
    MORE: desk_text("Added by the reporter"),
    CONTACT: desk_text("Wish for contact"),
    SAFE_CONTACT: desk_text("Safe contact"),
    SAFE_TIME: desk_text("When contact is safe"),
}


def is_definition(hash: str, source: bytes | None) -> bool:  # noqa: A002
    """Tell whether this is the definition of that hash: whoever can write to the database can
    change its text, and not the hash that was signed.
    """
    return source is not None and hashlib.sha256(source).hexdigest() == hash


def load_definition(
    hash: str,  # noqa: A002
    source: bytes | None,
    *,
    audience: str,
) -> Questionnaire | None:
    """Load the definition of that hash; None where nothing that this release can read has it.

    Where the stored text is gone or changed, the one that this release ships serves, if it is that.
    """
    if is_definition(hash, source):
        return _load(hash, source or b"")
    found = shipped(audience)
    return found if found and found.hash == hash else None


@lru_cache(maxsize=64)
def _load(hash: str, source: bytes) -> Questionnaire | None:  # noqa: A002
    try:
        return load(source, name=hash[:12])
    except QuestionnaireError:
        return None


def lines(
    questionnaire: Questionnaire | None, compartment: str, texts: Mapping[str, str]
) -> tuple[Line, ...]:
    """Set the texts of one compartment out as they were asked.

    Nothing is dropped: a field that the definition doesn't know, or can't read, stands as it is.
    """
    return (
        *_asked(questionnaire, compartment, texts),
        *(
            _added(questionnaire, name, text)
            for name, text in texts.items()
            if name not in SYSTEM_FIELDS and not _knows(questionnaire, name)
        ),
    )


def _added(questionnaire: Questionnaire | None, name: str, text: str) -> Line:
    question = questionnaire.question(LATER.get(name, "")) if questionnaire else None
    if question is not None:
        return replace(_line(question, text), name=name)
    return Line(name=name, label=_LABELS.get(name, name), text=text)


def _asked(
    questionnaire: Questionnaire | None, compartment: str, texts: Mapping[str, str]
) -> Iterator[Line]:
    for question in questionnaire.questions if questionnaire else ():
        if question.compartment == compartment and question.id in texts:
            yield _line(question, texts[question.id])


def _knows(questionnaire: Questionnaire | None, name: str) -> bool:
    return questionnaire is not None and questionnaire.question(name) is not None


def _handles(question: Question, answer: Iterable[str | SelectorRow]) -> Iterator[Handle]:
    for row in answer:
        if isinstance(row, SelectorRow):
            place = question.option(row.where)
            yield Handle(place.text if place else row.where, row.value)


def _line(question: Question, text: str) -> Line:
    try:
        answer: Answer = answer_from_text(question.type, text)
    except ValueError:
        answer = text
    options = question.chosen(answer) if question.type is not QuestionType.SELECTORS else ()
    rows = () if isinstance(answer, str) else tuple(_handles(question, answer))
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
