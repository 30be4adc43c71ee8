"""Counters in memory: right in each window, forgotten after it, and without a thread."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerHour
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from portal.web import counters
from portal.web.counters import CounterStorage

keys = st.sampled_from(["a", "b", "c"])


@given(st.lists(keys, max_size=60), st.integers(1, 5))
def test_as_many_are_let_through_as_are_allowed(asked: list[str], allowed: int) -> None:
    limiter = FixedWindowRateLimiter(CounterStorage())
    limit = RateLimitItemPerHour(allowed)
    for key in set(asked):
        answers = [limiter.hit(limit, one) for one in asked if one == key]
        assert answers.count(True) == min(allowed, len(answers))
        assert answers == sorted(answers, reverse=True)


def test_it_is_found_by_its_name() -> None:
    assert isinstance(storage_from_string("counters://"), CounterStorage)


def test_a_hit_starts_no_thread() -> None:
    storage = CounterStorage()
    storage.timer.join()
    before = threading.active_count()
    for number in range(50):
        storage.incr(f"key {number}", 60)
        assert threading.active_count() == before


def test_what_is_over_is_counted_anew_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = CounterStorage()
    for number in range(counters.SWEPT_AFTER - 2):
        storage.incr(f"key {number}", 60)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert storage.incr("key 0", 60) == 1
    assert storage.incr("key 0", 60) == 2
    assert set(storage.storage) == set(storage.expirations) == {"key 0"}
    assert set(storage.locks) <= {"key 0"}
