"""Parts of pages that are drawn once hold nothing of whoever asked for them first."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, make_public
from tests.builders.telling import TOLD, begin

CANARY = "canary-of-one-reporter"

Part = tuple[str, dict[str, Any], Markup]


@pytest.fixture
def parts(app: Flask) -> list[Part]:
    """Every part that a page asks for: its name, what it depends on, and what it is."""
    found: list[Part] = []
    once = app.jinja_env.globals["once"]

    def noting(name: str, **about: Any) -> Markup:
        part: Markup = once(name, **about)  # type: ignore[operator]
        found.append((name, about, part))
        return part

    app.jinja_env.globals["once"] = noting
    return found


def _everything(screen: Screen) -> dict[str, Any]:
    """Something odd in everything that can be typed or chosen on a page."""
    asked = {node.get("name") for node in screen.form.all("input", "textarea", "select")}
    return dict.fromkeys(asked - {"csrf_token", "draft", "go", "help_country", ""}, CANARY)


def _words(screen: Screen) -> dict[str, Any]:
    """The same where words are asked for, so that the page is passed."""
    typed = [n for n in screen.form.all("input", "textarea") if n.get("type", "text") == "text"]
    words = {node.get("name"): CANARY for node in typed}
    return words | (TOLD if "happening" in _everything(screen) else {})


def test_no_part_holds_what_somebody_typed(client: CheckedClient, parts: list[Part]) -> None:
    client.set_cookie("c", CANARY)
    client.raw(f"/en/?help_country={CANARY}")
    screen, seen = begin(client), 0
    for _ in range(12):
        if not _everything(screen):
            break
        odd = client.press(screen, "stay", **_everything(screen))
        words = _words(odd)
        told = client.press(odd, "stay", **words)
        seen += CANARY in str(told.fields())
        screen = client.press(told, "next", **words)
    assert seen >= 2
    names = {name for name, _, _ in parts}
    assert names == {"public/help.html", "public/languages.html", "public/empty_field.html"}
    for name, about, part in parts:
        assert CANARY not in f"{about}{part}", name
        assert 'name="csrf_token"' not in part, name


def test_a_part_that_looks_at_the_request_is_not_drawn(deployment: Deployment) -> None:
    app = make_public(deployment)
    sources = {
        name: "{{ " + name + " }}"
        for name in ("session", "request", "g", "csrf_token()", "draft", "help_country")
    }
    app.jinja_env.loader = DictLoader(sources)
    with app.test_request_context("/en/?help_country=LA"):
        for name in sources:
            with pytest.raises(UndefinedError):
                app.jinja_env.globals["once"](name)  # type: ignore[operator]


def test_each_language_and_each_value_has_a_part_of_its_own(deployment: Deployment) -> None:
    app = make_public(deployment)
    drawn: dict[str, set[str]] = {"en": set(), "vi": set()}
    for _ in range(2):
        for language, kept in drawn.items():
            with app.test_request_context(f"/{language}/"):
                for country in ("VN", "LA"):
                    for on_form in (True, False):
                        about = {"country": country, "on_form": on_form}
                        kept.add(app.jinja_env.globals["once"]("public/help.html", **about))  # type: ignore[operator]
    assert len(drawn["en"]) == len(drawn["vi"]) == 4
    assert not drawn["en"] & drawn["vi"]


def test_two_deployments_share_no_part(deployment: Deployment) -> None:
    for language in ("en", "vi"):
        app = make_public(deployment, languages=(language,))
        app.jinja_env.loader = DictLoader({"a.html": "{{ languages()|length }} {{ name }}"})
        app.jinja_env.globals["name"] = language
        with app.test_request_context(f"/{language}/"):
            assert str(app.jinja_env.globals["once"]("a.html")).endswith(language)  # type: ignore[operator]
