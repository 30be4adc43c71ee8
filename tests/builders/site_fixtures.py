"""Fixtures of the tests of sites: a deployment made once in a run, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.builders.deployment import Deployment, copy_deployment, make_deployment
from tests.builders.sites import CheckedClient, make_public


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("sites") / "instance") as made:
        yield made


@pytest.fixture
def deployment(original: Deployment, tmp_path: Path) -> Iterator[Deployment]:
    with copy_deployment(original, tmp_path / "instance") as copied:
        yield copied


@pytest.fixture
def app(deployment: Deployment) -> Flask:
    return make_public(deployment)


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    found = app.test_client()
    assert isinstance(found, CheckedClient)
    return found
