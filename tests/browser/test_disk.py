"""What Chromium writes to disk of what was told: nothing, after leaving and after closing.

It keeps the bodies of forms with the history of each tab, to bring tabs back, unless a form holds
a password. A site without that precaution shows that this test would see them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.test_leaving import TYPED, send_in_the_thread, type_somewhere
from tests.builders.deployment import make_deployment
from tests.builders.serving import serve, weather
from tests.builders.sites import make_public
from tests.builders.walk import press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-1")]

PRECAUTION = b'<input type="password" value="1" autocomplete="off" hidden disabled>'

CODES = ("utf-8", "utf-16-le")


def without_precaution(app: Flask) -> Callable[..., object]:
    @Request.application
    def weak(request: Request) -> Response:
        response = Response.from_app(app, request.environ, buffered=True)
        if response.mimetype == "text/html":
            response.set_data(response.get_data().replace(PRECAUTION, b""))
        return response

    return weak


def on_disk(profile: Path, words: str) -> list[str]:
    """The files of a profile that hold the words."""
    wanted = {form.encode(code) for form in (words, words.replace(" ", "+")) for code in CODES}
    return [
        str(path.relative_to(profile))
        for path in profile.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


def tell_and_leave(
    chromium: Browser, profile: Path, site: str, neutral: str, *, scripts: bool
) -> str:
    """Tell a story, send one, come back, write more, leave, close the browser; gives the code."""
    with chromium.browser_type.launch_persistent_context(
        profile,
        executable_path=next(filter(None, map(shutil.which, CHROMIUM))),
        args=list(ARGUMENTS),
        java_script_enabled=scripts,
    ) as browser:
        page = browser.pages[0]
        type_somewhere(page, site)
        press(page, "next")
        code = send_in_the_thread(page, site)
        page.click("#leave-button")
        page.wait_for_url(f"{neutral}/")
        assert not page.locator("textarea").count()
    return code


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_nothing_that_was_told_is_on_the_disk(
    chromium: Browser, tmp_path: Path, scripts: bool
) -> None:
    with make_deployment(tmp_path / "instance") as deployment, serve(weather) as neutral:
        app = make_public(deployment, exit_url=f"{neutral}/")
        with serve(app) as site, serve(without_precaution(app)) as weak:
            for name, address, is_kept in (("ours", site, False), ("weak", weak, True)):
                profile = tmp_path / name
                code = tell_and_leave(chromium, profile, address, neutral, scripts=scripts)
                assert any(profile.rglob("Session_*"))
                assert bool(on_disk(profile, TYPED)) == is_kept, on_disk(profile, TYPED)
                assert bool(on_disk(profile, code)) == is_kept, on_disk(profile, code)
