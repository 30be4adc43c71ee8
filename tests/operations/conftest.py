"""A deployment for the tests of what operators do."""

from pathlib import Path

import pytest

from tests.builders.deployment import Deployment, copy_deployment, make_deployment


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return make_deployment(tmp_path_factory.mktemp("demo") / "instance")


@pytest.fixture
def deployment(original: Deployment, tmp_path: Path) -> Deployment:
    return copy_deployment(original, tmp_path / "instance")
