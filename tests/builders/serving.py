"""A site in a thread of the test, for a real browser; and a neutral place to leave to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.builders.waiting import PATIENCE


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


class _Begun:
    """Counts the requests that an app has begun and not ended: a browser that was closed does not
    wait for its answers, and whose databases are closed meanwhile leaves a connection open."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app, self._count, self._changed = app, 0, threading.Condition()

    def __call__(self, *request: Any) -> Any:
        self._add(1)
        try:
            return self._app(*request)
        finally:
            self._add(-1)

    def wait_for_the_last(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count == 0, PATIENCE)

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()


@contextmanager
def serve(app: Callable[..., Any], port: int = 0) -> Iterator[str]:
    """Serve an app on a free port; gives its address without a slash at the end."""
    begun = _Begun(app)
    server = make_server("127.0.0.1", port, begun, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        begun.wait_for_the_last()


@Request.application
def weather(_: Request) -> Response:
    """An ordinary page of somebody else."""
    return Response("<!doctype html><title>Weather</title><h1>Sunny</h1>", mimetype="text/html")
