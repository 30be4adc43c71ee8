"""A page of a questionnaire as a form, and what was sent as answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from portal.domain.blank import is_blank
from portal.domain.questionnaire.question import MAX_ROWS, Page, Question
from portal.domain.report import Answer, QuestionType, SelectorRow

ROWS = 2
"""Rows of handles to begin with."""


class SelectorsField(Field):  # type: ignore[misc]
    """Rows of a place and a handle: two lists of the same length, as browsers send them."""

    data: tuple[SelectorRow, ...]

    def process(self, formdata: Any, *_: Any, **__: Any) -> None:
        """Pair the places with the handles."""
        self.process_errors: list[str] = []
        self.data = ()
        if formdata is not None:
            places = formdata.getlist(f"{self.name}-where")
            values = formdata.getlist(f"{self.name}-value")
            rows = zip(places, values, strict=False)
            self.data = tuple(SelectorRow(where, value) for where, value in rows)


class PageForm(FlaskForm):  # type: ignore[misc]
    """The questions of one page. The token is checked for every POST of the site."""

    class Meta:
        """Settings of the form."""

        csrf = False

    page: Page

    def answers(self) -> dict[str, Answer]:
        """Give what was sent, as it was sent: what it is worth is judged by the domain."""
        return {
            question.id: _answer(question, self[question.id]) for question in self.page.questions
        }


_FIELDS: Mapping[QuestionType, type[Field]] = {
    QuestionType.CHOICE: RadioField,
    QuestionType.AGE_BAND: RadioField,
    QuestionType.CHOICES: SelectMultipleField,
    QuestionType.TEXT: StringField,
    QuestionType.LONG_TEXT: TextAreaField,
    QuestionType.SELECTORS: SelectorsField,
    QuestionType.COUNTRY: SelectField,
    QuestionType.SAFE_CONTACT: TextAreaField,
}


@lru_cache(maxsize=256)
def form_class(page: Page) -> type[PageForm]:
    """Make the form of a page, once."""
    fields = {question.id: _field(question) for question in page.questions}
    return type(f"Form_{page.id}", (PageForm,), {"page": page, **fields})


def read_form(page: Page, formdata: Any) -> dict[str, Answer]:
    """Give the answers that were sent for a page; what the page does not ask is not looked at."""
    return form_class(page)(formdata=formdata).answers()


def rows_to_show(answer: Answer, *, more: bool) -> list[SelectorRow]:
    """Give the rows of a question to draw: those filled in, and room for another."""
    rows = [row for row in answer if isinstance(row, SelectorRow)]
    filled = [row for row in rows if row.where or not is_blank(row.value)]
    count = max(ROWS, len(filled) + (1 if more or len(filled) >= ROWS else 0))
    empty = [SelectorRow("", "")] * (min(count, MAX_ROWS) - len(filled))
    return filled + empty


def _field(question: Question) -> Field:
    kind = _FIELDS[question.type]
    if kind in (RadioField, SelectMultipleField, SelectField):
        choices = {option.id: option.id for option in question.options}
        return kind(choices=choices, validate_choice=False)
    return kind()


def _answer(question: Question, field: Field) -> Answer:
    if question.type is QuestionType.SELECTORS:
        return tuple(row for row in field.data if not is_blank(row.value))
    if question.type is QuestionType.CHOICES:
        return tuple(field.data or ())
    return _text(field.data)


def _text(data: object) -> str:
    return data if isinstance(data, str) else ""
