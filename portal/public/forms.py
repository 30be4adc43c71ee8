"""A page of a questionnaire as a form, and what was sent as answers."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from portal.domain.blank import is_blank
from portal.domain.questionnaire.question import MAX_ROWS, Page, Question
from portal.domain.report import Answer, QuestionType, SelectorRow

ROWS = 2
"""Rows of handles to begin with."""


def read_form(page: Page, sent: MultiDict[str, str]) -> dict[str, Answer]:
    """Give the answers that were sent for a page; what the page does not ask is not looked at.

    They are given as they were sent: what they are worth is judged by the domain.
    """
    return {question.id: _answer(question, sent) for question in page.questions}


def rows_to_show(answer: Answer, *, more: bool) -> list[SelectorRow]:
    """Give the rows of a question to draw: those filled in, and room for another."""
    rows = [row for row in answer if isinstance(row, SelectorRow)]
    filled = [row for row in rows if row.where or not is_blank(row.value)]
    count = max(ROWS, len(filled) + (1 if more or len(filled) >= ROWS else 0))
    empty = [SelectorRow("", "")] * (min(count, MAX_ROWS) - len(filled))
    return filled + empty


def _answer(question: Question, sent: MultiDict[str, str]) -> Answer:
    if question.type is QuestionType.SELECTORS:
        # Two lists of the same length, as browsers send them: the places, and the handles.
        names = (f"{question.id}-where", f"{question.id}-value")
        rows = (SelectorRow(*row) for row in zip(*map(sent.getlist, names), strict=False))
        return tuple(row for row in rows if not is_blank(row.value))
    if question.type is QuestionType.CHOICES:
        return tuple(sent.getlist(question.id))
    return sent.get(question.id, "")
