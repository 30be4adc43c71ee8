"""What answers mean is worked out once for each form that comes in, not once for each use."""

from __future__ import annotations

from functools import cached_property

import pytest

from portal.domain.questionnaire.answered import Answered
from tests.builders.sites import CheckedClient
from tests.builders.telling import TOLD, begin

MOST = 2
"""The answers before this page, and those with it."""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was worked out, each time it was."""
    found: list[str] = []

    def counting(name: str) -> cached_property[object]:
        work_out = vars(Answered)[name].func

        def counted(answered: Answered) -> object:
            found.append(name)
            return work_out(answered)

        counting_property = cached_property(counted)
        counting_property.__set_name__(Answered, name)
        return counting_property

    for name in ("visible", "kept"):
        monkeypatch.setattr(Answered, name, counting(name))
    return found


def test_next_and_send_work_out_twice_at_most(client: CheckedClient, counted: list[str]) -> None:
    screen = begin(client)
    for pressed, answers in (("next", TOLD), ("next", {}), ("next", {}), ("send", {})):
        counted.clear()
        screen = client.press(screen, pressed, **answers)
        assert 0 < counted.count("visible") <= MOST, pressed
        assert counted.count("kept") <= MOST, pressed
    assert screen.one("output", id="receipt").text
