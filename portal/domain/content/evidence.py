"""Evidence: who says so, on which day it was read there, and how sure we are.

A child calls a number because we show it. So what has no date, or is of low confidence, is not
shown; what is shown and grows too old fails a test and `python -m portal helplines check`, but
stays: an old number that may still answer is better than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MAX_AGE = timedelta(days=400)
"""How old a date may be: a year, and a month to do the work. It is set here and nowhere else."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Confidence(StrEnum):
    """`FAIR`: its own page, or a register, says so. `MEDIUM`: others say so. `LOW`: not sure."""

    FAIR = "fair"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a row of facts stands on; `checked` is None where nobody knows the day."""

    source: str
    checked: date | None
    confidence: Confidence

    @property
    def is_enough(self) -> bool:
        """Tell whether the row may be shown."""
        return self.checked is not None and self.confidence is not Confidence.LOW

    @property
    def good_until(self) -> date | None:
        """Give the last day on which the date is not too old."""
        return self.checked and self.checked + MAX_AGE


def read_evidence(source: str, checked: str, confidence: str) -> Evidence:
    """Read the three texts; raises `ValueError` with a reason for one that is wrong."""
    if not source:
        raise ValueError("source is missing: who says so?")
    if confidence not in set(Confidence):
        raise ValueError(f"confidence is one of {', '.join(Confidence)}")
    return Evidence(source, _day(checked) if checked else None, Confidence(confidence))


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("a date is written like 2026-11-06")
