"""A run of tests: what may not be skipped fails it, and what was measured stands at its end."""

from __future__ import annotations

import os

import pytest

FIGURE = "figure"
"""The property under which a test records what it measured: (what, where, amount)."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # noqa: ARG001
    """Turn a skip into a failure when PORTAL_TESTS_NO_SKIP=1."""
    report = yield
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("PORTAL_TESTS_NO_SKIP")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be skipped here: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of all tests: what a test writes is shown of failed ones only."""
    figures: dict[str, dict[str, float]] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == FIGURE:
                what, where, amount = value
                figures.setdefault(what, {})[where] = amount
    if figures:
        terminalreporter.section("figures", "=")
    for what, amounts in sorted(figures.items()):
        terminalreporter.line(f"{what}: {told(amounts)}")


def told(amounts: dict[str, float]) -> str:
    """Tell the sum of what was counted, or the highest of what was measured, then each by place."""
    each = ", ".join(f"{where} {amount}" for where, amount in sorted(amounts.items()))
    is_count = all(isinstance(amount, int) for amount in amounts.values())
    whole = f"{sum(amounts.values())} in all" if is_count else f"{max(amounts.values())} at most"
    return f"{whole} ({each})"
