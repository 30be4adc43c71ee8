"""Wrong HTML is found wherever an app answers: a wrapper that parses each of its pages strictly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import html5lib
from flask import Flask, template_rendered
from jinja2 import Template
from werkzeug.wrappers import Response


class Strict:
    """Parses every page that an app answers, strictly, and notes its template.

    `wrong` names those with an error.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count from nothing."""
        self.pages = 0
        self.wrong: list[str] = []
        self.shown: set[str] = set()

    def around(self, app: Flask) -> Callable[..., Any]:
        """Give what answers as the app does."""
        template_rendered.connect(self._note, app)
        return lambda environ, start: self._answer(app, environ, start)

    def _note(self, _: Flask, template: Template, context: dict[str, Any], **__: Any) -> None:
        self.shown.add(context["kind"] if template.name == "web/error.html" else template.name)

    def _answer(self, app: Flask, environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        response = Response.from_app(app, environ)
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            self.pages += 1
            try:
                html5lib.HTMLParser(strict=True).parse(response.get_data(as_text=True))
            except html5lib.html5parser.ParseError as error:
                self.wrong.append(f"{environ['PATH_INFO']}: {error}")
        return response(environ, start)
