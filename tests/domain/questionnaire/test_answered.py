"""A questionnaire and its answers are one value, and what follows from them is one thing."""

from __future__ import annotations

from hypothesis import given

from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import Questionnaire
from portal.domain.report import Answers
from tests.builders.answers import with_answers


@given(with_answers)
def test_what_is_dropped_changes_nothing(drawn: tuple[Questionnaire, Answers]) -> None:
    answered = Answered(*drawn)
    again = Answered(answered.questionnaire, answered.kept)
    assert (again.kept, again.visible, again.pages) == (
        answered.kept,
        answered.visible,
        answered.pages,
    )
    assert answered.problems_of_filing() == again.problems()


@given(with_answers)
def test_what_was_chosen_was_asked_and_kept(drawn: tuple[Questionnaire, Answers]) -> None:
    answered = Answered(*drawn)
    for question, option in answered.chosen:
        assert question.id in answered.visible
        assert option in question.chosen(answered.kept[question.id])
    assert answered.told == {(question.id, option.id) for question, option in answered.chosen}
    assert answered.is_in_danger() == any(option.danger for _, option in answered.chosen)
    on_pages = [answered.is_in_danger(page) for page in answered.questionnaire.pages]
    assert any(on_pages) == answered.is_in_danger()
