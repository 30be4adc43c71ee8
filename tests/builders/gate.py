"""A site whose answers wait until they are let through: a slow line in the hand of a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request, Response

PATIENCE = 30
"""Seconds after which a test that waits in vain fails."""


class Held:
    """One request whose answer is ready, and waits."""

    def __init__(self, fits: Callable[[Request], bool]) -> None:
        self.fits = fits
        self._arrived, self._let_go = threading.Event(), threading.Event()

    def wait_until_asked(self) -> None:
        """Wait until a browser has asked."""
        assert self._arrived.wait(PATIENCE), "nobody asked"

    def let_go(self) -> None:
        """Answer now."""
        self._let_go.set()

    def keep(self) -> None:
        """Hold the answer, on the side of the site."""
        self._arrived.set()
        assert self._let_go.wait(PATIENCE), "never let go"


class Gate:
    """An app that answers at once, except what is held."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._held: list[Held] = []

    @contextmanager
    def hold(self, method: str, end: str) -> Iterator[Held]:
        """Hold the first answer to such a request whose path ends so."""
        held = Held(lambda asked: asked.method == method and asked.path.endswith(end))
        self._held.append(held)
        try:
            yield held
        finally:
            held.let_go()
            if held in self._held:
                self._held.remove(held)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request; what the app does and says is settled before it is held."""
        request = Request(environ)
        held = next((one for one in self._held if one.fits(request)), None)
        if held is None:
            return self._app(environ, start_response)
        self._held.remove(held)
        response = Response.from_app(self._app, environ, buffered=True)
        held.keep()
        return response(environ, start_response)
