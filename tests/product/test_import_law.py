"""The import law can fail: one forbidden import, planted in a copy, breaks its contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
LAW = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
NAMES = {one["id"]: one["name"] for one in LAW["contracts"]}

TAKES_IN = (
    "config", "content", "domain", "followup", "intake", "mailbox", "platform", "public",
    "sealing", "store", "web",
)  # fmt: skip
OPENS = ("vault.keyring", "access.roles", "triage.queue", "staff.guard", "worker.loop")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the law is about, and its text."""
    folder = tmp_path_factory.mktemp("law")
    skipped = shutil.ignore_patterns("translations", "__pycache__", "*.toml", "*.csv")
    shutil.copytree(ROOT / "portal", folder / "portal", ignore=skipped)
    (folder / "tests" / "product").mkdir(parents=True)
    for name in ("pyproject.toml", "config.py", "wsgi.py", "tests/product/import_law.py"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    """The copy with one import more, at the end of a file that is there or in a new one."""
    file, text, contract = request.param
    there = (copy / file).read_text("utf-8") if (copy / file).exists() else None
    (copy / file).write_text(f"{there or ''}\n{text}\n", "utf-8")
    yield copy, contract
    if there is None:
        (copy / file).unlink()
    else:
        (copy / file).write_text(there, "utf-8")


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_copy_keeps_the_law(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(NAMES)} kept, 0 broken." in done.stdout


PLANTS = [
    *((f"portal/{room}/planted.py", f"import portal.{OPENS[i % len(OPENS)]}", "vault")
      for i, room in enumerate(TAKES_IN)),
    ("portal/public/planted.py", "import portal.vault.keyring", "vault"),
    ("portal/config/planted.py", "import portal.access.roles", "vault"),
    ("config.py", "import portal.access.roles", "config"),
    ("config.py", "from portal import vault", "config"),
    ("wsgi.py", "import portal.vault.keyring", "wsgi"),
    ("portal/public/planted.py", "import config", "settings"),
    ("portal/web/planted.py", "import portal.intake.submit", "web"),
    ("portal/intake/planted.py", "import flask", "flask"),
    ("portal/triage/planted.py", "import wtforms", "flask"),
    ("portal/staff/planted.py", "import sqlalchemy", "sqlalchemy"),
    ("portal/domain/planted.py", "import portal.store.engine", "layers"),
    ("portal/newcomer.py", "", "layers"),
    ("portal/staff/planted.py", "import portal.triage.queue", "faces"),
    ("portal/triage/planted.py", "import portal.access.roles", "faces"),
    ("portal/store/planted.py", "import portal.store.tables.base", "faces"),
]  # fmt: skip


@pytest.mark.parametrize(
    "planted", PLANTS, indirect=True, ids=[f"{c}-{f}-{t.split()[-1:]}" for f, t, c in PLANTS]
)
def test_a_forbidden_import_breaks_its_contract(planted: tuple[Path, str]) -> None:
    folder, contract = planted
    names = [NAMES[one] for one in NAMES if one == contract or one.startswith(f"{contract}-")]
    done = lint(folder)
    assert done.returncode == 1, done.stdout
    assert any(f"{name} BROKEN" in done.stdout for name in names), done.stdout


def test_every_room_that_takes_reports_in_is_under_the_law() -> None:
    law = next(one for one in LAW["contracts"] if one["id"] == "vault")
    assert law["source_modules"] == [f"portal.{room}" for room in TAKES_IN]
    opening = ("vault", "access", "triage", "staff", "worker", "operations")
    assert law["forbidden_modules"] == [f"portal.{room}" for room in opening]


def faces() -> list[Path]:
    return sorted((ROOT / "portal").rglob("__init__.py"))


@pytest.mark.parametrize("face", faces(), ids=lambda face: str(face.parent.relative_to(ROOT)))
def test_a_face_is_empty_or_the_only_door(face: Path) -> None:
    package = ".".join(face.parent.relative_to(ROOT).parts)
    doors = [one["allowed_importers"] for one in LAW["contracts"] if one["type"] == "protected"]
    text = face.read_text("utf-8")
    is_empty = text.startswith('"""') and text.rstrip().endswith('"""') and text.count('"""') == 2
    assert is_empty != ([package] in doors)
