"""What a site opens is closed with the deployment that it was made on, whoever asked it."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from flask import Flask

from portal.web.database import connection_of
from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public, make_staff


def held(folder: Path) -> list[str]:
    """The databases of a deployment that this process has open."""
    mine = (Path(file.path) for file in psutil.Process().open_files())
    return [file.name for file in mine if file.parent == folder and ".sqlite3" in file.name]


@pytest.mark.parametrize(
    ("make", "path"), [(make_public, "/en/back"), (make_staff, "/sign-in")], ids=["public", "desk"]
)
def test_a_deployment_leaves_no_database_open(
    original: Deployment, tmp_path: Path, make: Callable[..., Flask], path: str
) -> None:
    with copy_deployment(original, tmp_path / "instance") as deployment:
        app = make(deployment)
        with serve(app) as address:
            urllib.request.urlopen(address + path).close()
        with connection_of(app).begin(write=False) as db:
            db.reports.connection()
        assert held(deployment.folder)
    assert held(deployment.folder) == []
