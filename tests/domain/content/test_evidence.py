"""Evidence: shown with a date and some confidence, fresh for as long as it is set."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.domain.content.evidence import MAX_AGE, read_evidence


@pytest.mark.parametrize(
    ("checked", "confidence", "is_enough"),
    [
        ("2026-11-06", "fair", True),
        ("2026-11-06", "medium", True),
        ("2026-11-06", "low", False),
        ("", "fair", False),
        ("", "low", False),
    ],
)
def test_no_date_or_low_confidence_is_not_enough(checked, confidence, is_enough):
    assert read_evidence("a page", checked, confidence).is_enough is is_enough


def test_it_is_good_for_a_year_and_a_month_and_no_longer():
    assert timedelta(days=365) < MAX_AGE <= timedelta(days=400)
    assert read_evidence("a page", "2026-01-01", "fair").good_until == date(2026, 1, 1) + MAX_AGE
    assert read_evidence("a page", "", "fair").good_until is None
