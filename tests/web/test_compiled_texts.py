"""A page with its texts compiled in is the page that looks each of them up."""

from __future__ import annotations

import flask
import pytest
from flask import Flask
from jinja2 import DictLoader

from portal.domain.content.guidance import load_guidance
from portal.web import templates
from tests.builders.deployment import Deployment
from tests.builders.sites import make_public

PAGES = {
    "public/landing.html": lambda: {"guidance": load_guidance()},
    "public/gone.html": lambda: {"unsent": "<b>50 %</b>"},
    "public/deleted.html": dict,
    "public/followup.html": lambda: {"problem": "receipt.check", "typed": "1", "waiting": ""},
}


@pytest.fixture
def app(deployment: Deployment) -> Flask:
    return make_public(deployment)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_the_same_in_every_language(app: Flask, page: str) -> None:
    drawn = set()
    for tag in app.config["PORTAL_LANGUAGES"]:
        with app.test_request_context(f"/{tag}/"):
            wanted = flask.render_template(page, **PAGES[page]())
            assert templates.render_template(page, **PAGES[page]()) == wanted, tag
            drawn.add(wanted)
    assert len(drawn) == len(app.config["PORTAL_LANGUAGES"]) > 2


def test_what_a_person_typed_is_escaped_and_what_the_catalogue_says_is_not(app: Flask) -> None:
    source = "{{ typed }} {{ _('Show') }} {{ _('100 %% <b>') }} {{ x._('no') }} {{ '_' }}"
    with app.test_request_context("/en/"):
        environment = templates.environment_of(app, "en").overlay(
            loader=DictLoader({"a.html": source})
        )
        context = {"typed": "<i>", "x": {"_": lambda text: f"[{text}]"}}
        drawn = environment.get_template("a.html").render(context)
    assert drawn == "&lt;i&gt; Show 100 % <b> [no] _"


def test_texts_with_a_value_are_still_looked_up(app: Flask) -> None:
    source = "{{ _('Question %(number)s', number=3) }}"
    with app.test_request_context("/vi/"):
        environment = templates.environment_of(app, "vi").overlay(
            loader=DictLoader({"a.html": source})
        )
        assert "3" in environment.get_template("a.html").render()
