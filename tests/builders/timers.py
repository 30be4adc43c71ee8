"""Timers of a page that never go off: what a page does, it does by what a test lets happen."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

HELD = "window.setTimeout = () => 0;"


def hold_timers(context: BrowserContext) -> None:
    """Let no timer of a page go off: leaving waits for the answer of the site, however slow."""
    context.add_init_script(HELD)
