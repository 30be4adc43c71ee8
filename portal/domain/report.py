"""What was told: answers as values, and their one form as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """Who is telling."""

    CHILD = "child"
    CARER = "carer"
    PROFESSIONAL = "professional"
    PLATFORM = "platform"


class Compartment(StrEnum):
    """Which part of a report a field belongs to; each opens with a key of its own."""

    TRIAGE = "triage"
    INDICATORS = "indicators"
    IDENTITY = "identity"


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    LONG_TEXT = "long_text"
    SELECTORS = "selectors"
    COUNTRY = "country"
    AGE_BAND = "age_band"
    SAFE_CONTACT = "safe_contact"

    @property
    def is_one_of(self) -> bool:
        """Tell whether the answer is one option."""
        return self in (QuestionType.CHOICE, QuestionType.AGE_BAND)

    @property
    def is_many(self) -> bool:
        """Tell whether the answer is a list."""
        return self in (QuestionType.CHOICES, QuestionType.SELECTORS)


ASSESSMENT = "@assessment"
"""The system's field in which the judgement is sealed."""

REPORTER_KEY = "@reporter_key"
"""The system's field in which the reporter's public key is sealed, in base64: replies are sealed to
this one, which nobody who can write to the database can exchange."""

SYSTEM_FIELDS = frozenset({ASSESSMENT, REPORTER_KEY})
"""Fields of the portal's own, which are not answers."""

MORE = "@more"
"""The field of a supplement: what the reporter adds, in their own words."""

CONTACT, SAFE_CONTACT, SAFE_TIME = "@contact", "@safe_contact", "@safe_time"
"""The fields of a new safe contact: the wish, how, and when it is safe."""


@dataclass(frozen=True, slots=True)
class SelectorRow:
    """One handle of the offender: where it is used, and what it is."""

    where: str = field(repr=False)
    value: str = field(repr=False)


Answer = str | tuple[str, ...] | tuple[SelectorRow, ...]
Answers = Mapping[str, Answer]


def answer_to_text(answer: Answer) -> str:
    """Give the answer's one text, as it is sealed: a string as it is, a list as compact JSON."""
    if isinstance(answer, str):
        return answer
    if not answer:
        return ""
    return json.dumps(
        [_item_to_json(item) for item in answer], ensure_ascii=False, separators=(",", ":")
    )


def answer_from_text(type: QuestionType, text: str) -> Answer:  # noqa: A002
    """Give back the answer that `answer_to_text` wrote for a question of that type.

    Raises `ValueError` where the text is not of that form.
    """
    if not type.is_many:
        return text
    return _items_from_json(json.loads(text)) if text else ()


def answers_to_json(answers: Answers) -> str:
    """Write answers as JSON text, for the sealed draft."""
    plain = {name: _answer_to_json(answer) for name, answer in answers.items()}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def answers_from_json(text: str) -> dict[str, Answer]:
    """Read what `answers_to_json` wrote; raises `ValueError` for anything else."""
    loaded = json.loads(text)
    if not isinstance(loaded, dict):
        raise ValueError("answers: not an object")
    return {
        name: value if isinstance(value, str) else _items_from_json(value)
        for name, value in loaded.items()
    }


def _answer_to_json(answer: Answer) -> object:
    return answer if isinstance(answer, str) else [_item_to_json(item) for item in answer]


def _item_to_json(item: str | SelectorRow) -> object:
    return item if isinstance(item, str) else [item.where, item.value]


def _items_from_json(items: object) -> Answer:
    if not isinstance(items, list):
        raise ValueError("answers: neither text nor list")
    if all(isinstance(item, str) for item in items):
        return tuple(items)
    rows = []
    for item in items:
        if not (
            isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item)
        ):
            raise ValueError("answers: not a row of two texts")
        rows.append(SelectorRow(item[0], item[1]))
    return tuple(rows)
