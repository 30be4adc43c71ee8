"""Templates of the reporter's site, compiled once for each language with its texts in them.

A page has about forty texts. Looked up one by one as a page is drawn, they were a fifth of what the
page cost. A text with a placeholder, and one that is not written in the template, is looked up as
before.

Parts of pages that hold nothing of whoever asks are drawn once, by `once("…", …)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from flask import Flask, before_render_template, current_app, template_rendered
from jinja2 import Environment, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from portal.web import i18n

_ENVIRONMENTS = "portal.templates"

MOST_PARTS = 512
"""Parts of pages that are held: one with the list of countries takes 10 KB."""

OF_A_REQUEST = ("request", "session", "g", "csrf_token", "get_flashed_messages")
"""What no part that is drawn once may know."""


def prepare(app: Flask) -> None:
    """Give templates `once("…", …)`: a part that depends on its language and what is named alone.

    Such a part is shown to everybody. So what is named may only be what we wrote ourselves, never
    what somebody typed; a template that looks for anything else fails.
    """

    @cache
    def apart(language: str) -> Environment:
        found = environment_of(app, language).overlay(undefined=StrictUndefined)
        known = found.globals.items()
        found.globals = {name: value for name, value in known if name not in OF_A_REQUEST}
        return found

    @lru_cache(maxsize=MOST_PARTS)
    def drawn(language: str, name: str, about: tuple[tuple[str, Any], ...]) -> Markup:
        template = apart(language).get_template(name)
        return Markup(template.render(about))  # noqa: S704 - drawn by a template

    app.jinja_env.globals["once"] = lambda name, **about: drawn(
        i18n.current_language(), name, tuple(about.items())
    )


def render_template(name: str, **context: Any) -> str:
    """Draw a template in the language of this answer, as Flask's function of that name does."""
    environment = environment_of(current_app, i18n.current_language())
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.update_template_context(context)
    template = environment.get_template(name)
    before_render_template.send(app, template=template, context=context)
    drawn = template.render(context)
    template_rendered.send(app, template=template, context=context)
    return drawn


def environment_of(app: Flask, language: str) -> Environment:
    """Give the environment of a language; it shares everything but compiled templates."""
    made: dict[str, Environment] = app.extensions.setdefault(_ENVIRONMENTS, {})
    if language not in made:
        overlay = app.jinja_env.overlay(extensions=[_WithTexts])
        with i18n.speaking(language):
            overlay.extend(portal_fixed=_Fixed(language, i18n.texts().ugettext))
        made[language] = overlay
    return made[language]


class _Fixed:
    """What never differs between two pages of a language."""

    def __init__(self, language: str, translate: Callable[[str], str]) -> None:
        self.language, self._translate = language, translate

    def text(self, msgid: str) -> str:
        """Translate, and read `%%` as the sign that it stands for, as the call would."""
        return str(Markup(self._translate(msgid)) % {})  # noqa: S704 - a text of the catalogue


class _WithTexts(Extension):
    """Puts `("…" | safe)` where a template says `_("…")`, and the tag for `current_language()`."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Rewrite the tokens of one template."""
        fixed: _Fixed = self.environment.portal_fixed  # type: ignore[attr-defined]
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            kinds = [token.type for token in tokens[at : at + 4]]
            token, is_attribute = tokens[at], at > 0 and tokens[at - 1].type == "dot"
            if is_attribute or token.type != "name":
                yield token
                at += 1
            elif token.value == "_" and kinds == ["name", "lparen", "string", "rparen"]:
                yield from _safe(fixed.text(tokens[at + 2].value), token.lineno)
                at += 4
            elif token.value == "current_language" and kinds[:3] == ["name", "lparen", "rparen"]:
                yield Token(token.lineno, "string", fixed.language)
                at += 3
            else:
                yield token
                at += 1


def _safe(text: str, line: int) -> Iterator[Token]:
    for kind, value in (
        ("lparen", "("),
        ("string", text),
        ("pipe", "|"),
        ("name", "safe"),
        ("rparen", ")"),
    ):
        yield Token(line, kind, value)
