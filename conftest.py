"""A run of tests: what may not be skipped fails it, and what was measured stands at its end."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import pytest

FIGURE = "figure"
"""The property under which a test records what it measured: (what, where, amount)."""


MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108
"""Where Linux keeps files in memory, and the bytes that a run may want there."""


def has_memory() -> bool:
    """Tell whether files can be kept in memory here: enough of them, programs too."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return False
    found = os.statvfs(MEMORY)
    return found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC


# Every commit waits for the disk, and tests commit many thousand times. TMPDIR says otherwise.
if "TMPDIR" not in os.environ and has_memory():
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

TESTS = Path(__file__).parent / "tests"

LAYERS: Mapping[str, tuple[str, ...]] = {
    "unit": ("domain", "mailbox", "sealing", "vault", "vectors"),
    "data": ("access", "followup", "intake", "migrations", "store", "triage", "worker"),
    "site": ("config", "operations", "product", "public", "staff", "web"),
    "words": ("words",),
    "browser": ("browser",),
}
"""What each folder of tests needs: nothing, databases, whole sites, catalogues, a browser."""


def layer_of(file: Path) -> str:
    """Name the layer of a file of tests, by its folder."""
    folder = file.relative_to(TESTS).parts[0]
    return next((layer for layer, folders in LAYERS.items() if folder in folders), "site")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its layer: `pytest -m unit` runs one."""
    for item in items:
        if item.path.is_relative_to(TESTS):
            item.add_marker(layer_of(item.path))


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
    """Print the figures of all tests, and the time: a test that passes can't show its own."""
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
    minutes = spent(chain.from_iterable(terminalreporter.stats.values()))
    if len(minutes) > 1:
        terminalreporter.section("where the minutes go", "=")
        for layer, seconds in minutes.most_common():
            terminalreporter.line(f"{layer}: {seconds / 60:.1f} minutes of one worker")


def spent(reports: Iterable[object]) -> Counter[str]:
    """Sum up the seconds of tests and their fixtures, by layer."""
    seconds: Counter[str] = Counter()
    for report in reports:
        if isinstance(report, pytest.TestReport):
            file = TESTS.parent / report.location[0]
            if file.is_relative_to(TESTS):
                seconds[layer_of(file)] += report.duration
    return seconds


def told(amounts: dict[str, float]) -> str:
    """Tell the sum of what was counted, or the highest of what was measured, then each by place."""
    each = ", ".join(f"{where} {amount}" for where, amount in sorted(amounts.items()))
    is_count = all(isinstance(amount, int) for amount in amounts.values())
    whole = f"{sum(amounts.values())} in all" if is_count else f"{max(amounts.values())} at most"
    return f"{whole} ({each})"
