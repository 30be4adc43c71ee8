"""A deployment for the tests of what operators do."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.deployment import Deployment, copy_deployment, make_deployment


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("demo") / "instance") as made:
        yield made


@pytest.fixture
def deployment(original: Deployment, tmp_path: Path) -> Iterator[Deployment]:
    with copy_deployment(original, tmp_path / "instance") as copied:
        yield copied


@pytest.fixture(autouse=True)
def no_handlers_of_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that another test made writes the log of the whole process: a verb has none."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
