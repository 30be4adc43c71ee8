"""A real Chromium, and both sites as they really run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.builders.deployment import make_deployment
from tests.builders.running import Running, start
from tests.builders.waiting import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the machine; the tests say so where there is none."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(
            "no Chromium on this machine: `apt-get install chromium` (make test does as root)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo deployment of its own, and both sites on free ports."""
    folder = tmp_path_factory.mktemp("running")
    sites = start(make_deployment(folder / "instance"), folder / "log")
    yield sites
    sites.stop()
