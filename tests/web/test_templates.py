"""Every filter and test that a template names is there: in a branch, Jinja says so only when it
comes to it, which may be the day somebody makes a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.builders.deployment import Deployment
from tests.builders.sites import make_public, make_staff

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ROOMS = {"public": ("public", "web"), "staff": ("staff", "web")}


@pytest.fixture(params=["public", "staff"])
def site(request: pytest.FixtureRequest, deployment: Deployment) -> tuple[str, Flask]:
    if request.param == "public":
        return request.param, make_public(deployment)
    return request.param, make_staff(deployment)


def test_every_filter_exists(site: tuple[str, Flask]) -> None:
    name, app = site
    env = app.jinja_env
    files = [file for room in ROOMS[name] for file in sorted((TEMPLATES / room).glob("*.html"))]
    assert len(files) > 5
    missing = {
        (file.name, node.name)
        for file in files
        for node in env.parse(file.read_text("utf-8")).find_all((nodes.Filter, nodes.Test))
        if node.name not in (env.filters if isinstance(node, nodes.Filter) else env.tests)
    }
    assert missing == set()
