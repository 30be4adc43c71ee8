"""A questionnaire and the answers to it, as one value: what was asked, kept and chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from portal.domain.questionnaire.question import (
    Condition,
    Option,
    Page,
    Problem,
    Question,
    clean,
    problems,
)
from portal.domain.questionnaire.questionnaire import Questionnaire
from portal.domain.report import Answer, Answers


@dataclass(frozen=True, eq=False)
class Answered:
    """Everything that follows from answers, worked out at most once.

    `answers` may hold anything; only `kept` and `chosen` say what counts.
    """

    questionnaire: Questionnaire
    answers: Answers = field(repr=False)

    @cached_property
    def visible(self) -> frozenset[str]:
        """The ids of the questions shown to someone who answered so.

        A condition holds only on a question that was itself shown.
        """
        shown: set[str] = set()
        for page in self.questionnaire.pages:
            if not self._holds(page.show_when, shown):
                continue
            for question in page.questions:
                if self._is_asked(question, shown):
                    shown.add(question.id)
        return frozenset(shown)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages with at least one question to show."""
        shown = self.visible
        return tuple(
            page
            for page in self.questionnaire.pages
            if any(question.id in shown for question in page.questions)
        )

    @cached_property
    def kept(self) -> Mapping[str, Answer]:
        """What was asked and can be an answer: hidden and unknown things are dropped."""
        kept: dict[str, Answer] = {}
        for question in self.questionnaire.questions:
            if question.id in self.visible and (answer := self._clean(question)):
                kept[question.id] = answer
        return MappingProxyType(kept)

    @cached_property
    def chosen(self) -> tuple[tuple[Question, Option], ...]:
        """The options that were chosen, each with its question, in the order they are asked."""
        return tuple(
            (question, option)
            for question in self.questionnaire.questions
            for option in question.chosen(self.kept.get(question.id, ""))
        )

    @cached_property
    def told(self) -> frozenset[tuple[str, str]]:
        """The same by their ids, as (question, option)."""
        return frozenset((question.id, option.id) for question, option in self.chosen)

    def problems(self, page: Page | None = None) -> list[Problem]:
        """Name every problem with what was typed for the questions shown (on `page`, or on all)."""
        return self._problems(
            page.questions if page else self.questionnaire.questions, self.answers
        )

    def problems_of_filing(self) -> list[Problem]:
        """Name what stands in the way of filing `kept`; what is dropped is no problem."""
        return self._problems(self.questionnaire.questions, self.kept)

    def is_in_danger(self, page: Page | None = None) -> bool:
        """Tell whether an answer (on `page`, or on any) calls for the emergency block."""
        return any(
            page is None or question in page.questions
            for question, option in self.chosen
            if option.danger
        )

    def _problems(self, questions: Sequence[Question], answers: Answers) -> list[Problem]:
        return [
            Problem(question.id, code)
            for question in questions
            if question.id in self.visible
            for code in problems(question, answers.get(question.id, ""))
        ]

    def _clean(self, question: Question) -> Answer:
        return clean(question, self.answers.get(question.id, ""))

    def _is_asked(self, question: Question, shown: set[str]) -> bool:
        # What was answered stays, also when an earlier page is changed afterwards.
        if (
            question.skip_when
            and not self._clean(question)
            and self._holds(question.skip_when, shown)
        ):
            return False
        return self._holds(question.show_when, shown)

    def _holds(self, condition: Condition | None, shown: set[str]) -> bool:
        if condition is None:
            return True
        question = self.questionnaire.question(condition.question)
        if question is None or question.id not in shown:
            return False
        chosen = question.chosen(self._clean(question))
        return any(option.id in condition.any_of for option in chosen)
