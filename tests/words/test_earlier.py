"""What was ever asked stays in the catalogues, so that old reports can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.domain.questionnaire.questionnaire import texts_of_earlier
from portal.operations import catalogues
from tests.builders.answers import QUESTIONNAIRES
from tests.words.test_wording import texts

EVER = Path(__file__).with_name("asked.txt").read_text("utf-8").splitlines()
"""Every question and every answer to tick of every version, one a line."""


def asked() -> Iterator[str]:
    """Give what the desk shows of today's questionnaires: questions, and answers to tick."""
    for questionnaire in QUESTIONNAIRES:
        for question in questionnaire.questions:
            yield question.text
            yield from (option.text for option in question.options)


def test_every_text_that_is_asked_is_noted() -> None:
    assert sorted(set(asked()) - set(EVER)) == [], "add these lines to tests/words/asked.txt"
    assert sorted(set(EVER)) == EVER


def test_what_was_ever_asked_can_still_be_read() -> None:
    lost = sorted(set(EVER) - set(asked()) - set(texts_of_earlier()))
    assert lost == [], (
        "move these to portal/content/questionnaires/earlier.toml, and raise the version"
    )


def test_nothing_is_earlier_that_is_asked_today() -> None:
    assert not set(texts_of_earlier()) & set(asked())
    assert set(texts_of_earlier()) <= set(EVER)


@pytest.mark.parametrize("language", catalogues.languages())
def test_what_was_asked_earlier_reads_in_every_language(language: str) -> None:
    found = texts(language)
    for english in texts_of_earlier():
        assert found[english] != [english]
