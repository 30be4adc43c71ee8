"""Every wrong setting: exit code, one line that names it and says what is right, and no secret."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.config import environment
from portal.operations.command_line import main
from portal.store import engine, schema
from tests.builders.deployment import Deployment

SECRET = "hush-hush"
"""Stands in every address of the table: no line may repeat it."""

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SHRED_DATABASE_URL", *environment.KNOWN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_INSTANCE", str(deployment.folder))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a verb that must fail, and give the one line that it says."""
    capsys.readouterr()
    assert main(list(arguments)) not in (0, 2)
    said = capsys.readouterr().err
    assert said.startswith("chung-tay: "), said
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    assert SECRET not in said
    return said


PG = f"postgresql://me:{SECRET}@"

VARIABLES: dict[str, tuple[str, str]] = {
    "PORTAL_PUBLIC_PORT=http": ("PORTAL_PUBLIC_PORT", "from 1 to 65535"),
    "PORTAL_PUBLIC_PORT=0": ("PORTAL_PUBLIC_PORT", "from 1 to 65535"),
    "PORTAL_PUBLIC_PORT=-1": ("PORTAL_PUBLIC_PORT", "from 1 to 65535"),
    "PORTAL_STAFF_PORT=65536": ("PORTAL_STAFF_PORT", "from 1 to 65535"),
    "PORTAL_STAFF_PORT=80 01": ("PORTAL_STAFF_PORT", "from 1 to 65535"),
    "PORTAL_STAFF_PORT=٨٠٠١": ("PORTAL_STAFF_PORT", "from 1 to 65535"),
    "PORTAL_WORKERS=zwei": ("PORTAL_WORKERS", "a number from 1 to 64"),
    "PORTAL_WORKERS=0": ("PORTAL_WORKERS", "a number from 1 to 64"),
    "PORTAL_WORKERS=1.5": ("PORTAL_WORKERS", "a number from 1 to 64"),
    "PORTAL_WORKERS=1000": ("PORTAL_WORKERS", "a number from 1 to 64"),
    "PORTAL_THREADS=many": ("PORTAL_THREADS", "a number from 1 to 256"),
    "PORTAL_THREADS=-8": ("PORTAL_THREADS", "a number from 1 to 256"),
    "PORTAL_RATE_PAGES=600": ("PORTAL_RATE_PAGES", '"600 per minute"'),
    "PORTAL_RATE_SENDS=many": ("PORTAL_RATE_SENDS", '"1200 per minute"'),
    "PORTAL_RATE_SENDS=0 per minute": ("PORTAL_RATE_SENDS", '"1200 per minute"'),
    "PORTAL_RATE_LOOKUPS=5 per fortnight": ("PORTAL_RATE_LOOKUPS", '"1200 per minute"'),
    "PORTAL_RATE_LOOKUPS=-5 per minute": ("PORTAL_RATE_LOOKUPS", '"1200 per minute"'),
    "PORTAL_DEMO=x": ("PORTAL_DEMO", "0 or 1"),
    "PORTAL_DEMO=true": ("PORTAL_DEMO", "0 or 1"),
    "PORTAL_DEMO=0": ("PORTAL_DEMO", "demo keys"),
    "PORTAL_PUBLC_PORT=8100": ("PORTAL_PUBLC_PORT", "did you mean PORTAL_PUBLIC_PORT?"),
    "PORTAL_WORKER=2": ("PORTAL_WORKER", "did you mean PORTAL_WORKERS?"),
    f"REDIS_URL=http://:{SECRET}@localhost": ("REDIS_URL", "redis://"),
    f"REDIS_URL=redis://:{SECRET}@localhost:99999/0": ("REDIS_URL", "redis://HOST:6379/0"),
    f"REDIS_URL=redis://:{SECRET}@localhost:port/0": ("REDIS_URL", "redis://HOST:6379/0"),
    f"REDIS_URL=redis://localhost/0?{SECRET}=1": ("REDIS_URL", "redis://HOST:6379/0"),
    "REDIS_URL=unix://": ("REDIS_URL", "redis://"),
    f"REDIS_URL=redis://:{SECRET}@127.0.0.1:1/0": ("REDIS_URL", "counts in its own memory"),
    "DATABASE_URL=reports": ("DATABASE_URL", "database address"),
    f"DATABASE_URL=mysql://me:{SECRET}@a/b": ("DATABASE_URL", "postgresql://"),
    f"DATABASE_URL=postgresql+psycopg2://me:{SECRET}@a/b": ("DATABASE_URL", "postgresql://"),
    f"DATABASE_URL={PG}127.0.0.1:port/b": ("DATABASE_URL", "database address"),
    f"DATABASE_URL={PG}[::1/b": ("DATABASE_URL", "database address"),
    f"DATABASE_URL=postgresql://me:word@{SECRET}@a/b": ("DATABASE_URL", "%40"),
    f"DATABASE_URL=postgresql://me/you:{SECRET}@a/b": ("DATABASE_URL", "%2F"),
    f"DATABASE_URL={PG}127.0.0.1:1/b": (
        "DATABASE_URL",
        "does not answer: is PostgreSQL running there?",
    ),
    f"DATABASE_URL={PG}nowhere.invalid/b": ("DATABASE_URL", "unknown host"),
    f"DATABASE_URL={PG}127.0.0.1:1/b?{SECRET}=1": ("DATABASE_URL", "doesn't know"),
    "DATABASE_URL=sqlite://": ("DATABASE_URL", "sqlite:////"),
    "DATABASE_URL=sqlite:///:memory:": ("DATABASE_URL", "sqlite:////"),
    "DATABASE_URL=sqlite:///a.db?timeout=soon": ("DATABASE_URL", "sqlite:////"),
    "DATABASE_URL=sqlite:///{folder}": ("DATABASE_URL", "can't be opened"),
    "DATABASE_URL=sqlite:///{folder}/portal.toml": ("DATABASE_URL", "not an SQLite database"),
    "DATABASE_URL=sqlite:///{folder}/portal.toml/x": ("portal.toml", "can't be made"),
    "DATABASE_URL=sqlite:///{folder}/new.sqlite3": ("python -m portal migrate", "is empty"),
    "SHRED_DATABASE_URL=//": ("SHRED_DATABASE_URL", "database address"),
    "SHRED_DATABASE_URL=sqlite:///{folder}/shred.sqlite3/..": ("SHRED_DATABASE_URL", "can't"),
    f"SHRED_DATABASE_URL={PG}127.0.0.1:1/b": ("SHRED_DATABASE_URL", "PostgreSQL running"),
    "SHRED_DATABASE_URL=sqlite:///{folder}/public/../reports.sqlite3": (
        "SHRED_DATABASE_URL",
        "its own",
    ),
    "PORTAL_INSTANCE={folder}/portal.toml": ("PORTAL_INSTANCE", "should be a folder"),
    "PORTAL_INSTANCE={folder}/nowhere": ("nowhere", "python -m portal demo"),
}


@pytest.mark.parametrize("setting", VARIABLES)
def test_a_wrong_variable_is_one_sentence(
    setting: str,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, _, value = setting.replace("{folder}", str(deployment.folder)).partition("=")
    monkeypatch.setenv(name, value)
    said = refused(capsys, "check")
    for part in VARIABLES[setting]:
        assert part in said


def test_every_variable_of_ours_is_known_and_told() -> None:
    """What the code reads is in the list, so that a mistyped name is found; and in the manual."""
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    read = set()
    for file in (*ROOT.glob("portal/**/*.py"), ROOT / "config.py", ROOT / "wsgi.py"):
        source = file.read_text("utf-8")
        read |= {name for name in environment.KNOWN if f'"{name}"' in source}
        for start in ("environ.get(", "environ[", "getenv("):
            for piece in source.split(f'{start}"PORTAL_')[1:]:
                assert "PORTAL_" + piece.split('"')[0] in environment.KNOWN, file
    assert read == environment.KNOWN, "and nothing is in the list that nobody reads"
    assert all(name in manual for name in environment.KNOWN)


def test_variables_of_others_with_our_prefix_are_let_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kubernetes gives every container those of a service that is called "portal"."""
    monkeypatch.setenv("PORTAL_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PORTAL_PORT_8000_TCP", "tcp://10.0.0.1:8000")
    monkeypatch.setenv("PORTAL_PORT", "tcp://10.0.0.1:8000")
    assert main(["check"]) == 0, capsys.readouterr().err


TOML: dict[str, tuple[str, str, str, str]] = {
    "not TOML": ("https = false", "https = ", "portal.toml", "not TOML"),
    "mistyped": ("https =", "htps =", "htps", "did you mean https?"),
    "unknown": ("https = false", "https = false\ncolour = 1", "colour", "not known"),
    "missing": ("receipt_days = 730", "", "receipt_days", "missing"),
    "flag": ("https = false", 'https = "no"', "https", "true or false"),
    "days a word": ("730", '"two years"', "receipt_days", "from 1 to 36500"),
    "days too many": ("730", "99999999999", "receipt_days", "from 1 to 36500"),
    "days none": ("730", "0", "receipt_days", "from 1 to 36500"),
    "days a flag": ("730", "true", "receipt_days", "from 1 to 36500"),
    "country": ('"VN"', '"Vietnam"', "country", '"VN"'),
    "country a list": ('"VN"', '["VN"]', "country", '"VN"'),
    "exit": ('"https://www', '"javascript:www', "exit_url", "https address"),
    "exit without a host": (
        '"https://www.wikipedia.org/"',
        '"https:///x"',
        "exit_url",
        "https address",
    ),
    "exit a number": ('"https://www.wikipedia.org/"', "3", "exit_url", "https address"),
    "exit a wrong host": (
        '"https://www.wikipedia.org/"',
        '"https://[x/"',
        "exit_url",
        "https address",
    ),
    "languages": ('"vi", "en",', '"V I", "en",', "languages", '["vi", "en"]'),
    "languages numbers": ('"vi", "en",', "1, 2,", "languages", "list"),
    "a language twice": ('"vi", "en",', '"vi", "vi",', "languages", "vi stands twice"),
    "no such language": ('"vi", "en",', '"vi", "tlh",', "languages", "tlh has no compiled"),
    "deletion": ('"decide"', '"never"', "deletion", "decide or at_once"),
    "version": ("manifest_version = 1", "manifest_version = 1.5", "manifest_version", "whole"),
    "newer manifest": ("manifest_version = 1", "manifest_version = 9", "manifest", "too old"),
    "signers": ('ed25519 = "', 'ed25519 = "AAAA', "signers", "base64"),
    "no signers": ("[signers]", "[signer]", "signer", "did you mean signers?"),
}


@pytest.mark.parametrize("case", TOML)
def test_a_wrong_line_of_the_settings_is_one_sentence(
    case: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, *named = TOML[case]
    deployment.write("portal.toml", old, new)
    said = refused(capsys, "check")
    assert "portal.toml" in said or "manifest" in said
    for part in named:
        assert part in said


def test_a_file_of_settings_from_another_system_is_read(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a mark in front and CR LF, as an editor of Windows leaves it."""
    for name in ("portal.toml", "agencies.toml"):
        file = deployment.folder / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check"]) == 0, capsys.readouterr().err


Harm = Callable[[Path], object]


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _shut(file: Path) -> None:
    """Out of reach for every user, root too: a link to itself."""
    file.unlink()
    file.symlink_to(file.name)


HARMS: dict[str, Harm] = {
    "missing": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "a folder": _folder,
    "unreadable": _shut,
    "garbage": lambda file: file.write_bytes(b"\xff\x00garbage\xfe" * 5),
    "deep": lambda file: file.write_bytes(b"[" * 200_000),
    "huge": lambda file: file.write_bytes(b"#" * (5 * 1024 * 1024)),
}

FILES = (
    "portal.toml",
    "agencies.toml",
    "manifest.json",
    "manifest.seen",
    "public/secret.key",
    "public/draft.key",
    "public/pepper.key",
    "public/salt.key",
    "staff/secret.key",
    "staff/audit.key",
    "worker/worker.seed",
    "worker/audit.key",
)

FINE = {("manifest.seen", "missing")}
"""What a start makes by itself."""


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", FILES)
def test_a_harmed_file_is_one_sentence(
    name: str, harm: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    (deployment.folder / "manifest.seen").write_text("1", "ascii")
    HARMS[harm](deployment.folder / name)
    if (name, harm) in FINE:
        assert main(["check"]) == 0
        return
    said = refused(capsys, "check")
    if (name, harm) != ("portal.toml", "missing"):
        assert name.rpartition("/")[2] in said or "the manifest" in said, said


@pytest.mark.parametrize("harm", sorted(HARMS.keys() - {"missing"}))
@pytest.mark.parametrize("name", ["demo-credentials.json", "offline/keys.json"])
def test_a_harmed_file_of_the_demo_is_one_sentence(
    name: str, harm: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    HARMS[harm](deployment.folder / name)
    assert name.rpartition("/")[2] in refused(capsys, "demo")
    if name == "demo-credentials.json":
        assert name in refused(capsys, "demo-code")


def test_lost_credentials_are_not_replaced_by_others_that_open_nothing(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    (deployment.folder / "demo-credentials.json").unlink()
    assert "demo-credentials.json is missing" in refused(capsys, "demo")
    assert not (deployment.folder / "demo-credentials.json").exists()


def test_no_demo_is_made_of_a_real_deployment(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.sign(version=2, demo=False)
    deployment.write("portal.toml", "https = false", "https = true")
    before = {file: file.stat().st_mtime_ns for file in deployment.folder.rglob("*.json")}
    assert "is a real one" in refused(capsys, "demo")
    assert {file: file.stat().st_mtime_ns for file in deployment.folder.rglob("*.json")} == before


@pytest.mark.parametrize("place", ["{folder}/portal.toml", "/proc/nowhere"])
def test_a_demo_that_has_no_place_is_one_sentence(
    place: str,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if place.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("no /proc on this system")
    where = place.replace("{folder}", str(deployment.folder))
    monkeypatch.setenv("PORTAL_INSTANCE", where)
    assert where in refused(capsys, "demo")


@pytest.fixture
def locked(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    other = sqlite3.connect(deployment.folder / "shred.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


@pytest.mark.usefixtures("locked")
def test_a_locked_database_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "check")
    assert "SHRED_DATABASE_URL" in said
    assert "locked by another process" in said


def test_a_damaged_database_is_one_sentence(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("reports.sqlite3-wal", "reports.sqlite3-shm"):
        (deployment.folder / name).unlink(missing_ok=True)
    file = deployment.folder / "reports.sqlite3"
    file.write_bytes(file.read_bytes()[:100] + b"\xff" * 8000)
    said = refused(capsys, "check")
    assert "DATABASE_URL" in said
    assert "damaged" in said or "not an SQLite" in said


def test_a_database_of_a_newer_release_is_one_sentence(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sqlite3.connect(deployment.folder / "reports.sqlite3")
    other.execute("UPDATE alembic_reports SET version_num = 'r9999'")
    other.execute("UPDATE compatible_from SET revision = 'r9999'")
    other.commit()
    other.close()
    for verb in ("migrate", "check"):
        assert "newer release" in refused(capsys, verb)


@pytest.mark.parametrize(
    "verb",
    [
        ["audit", "verify"],
        ["demo-data", "1"],
        ["invite", "lan.anh", "--agency", "vn-hotline", "--role", "analyst"],
        ["grant", "linh.analyst", "--agency", "vn-hotline", "--keys", "{folder}/offline/keys.json"],
    ],
    ids=lambda verb: verb[0],
)
def test_a_verb_on_databases_that_are_not_there_says_what_to_run(
    verb: list[str], deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in deployment.folder.glob("*.sqlite3*"):
        file.unlink()
    arguments = [part.replace("{folder}", str(deployment.folder)) for part in verb]
    assert schema.MIGRATE in refused(capsys, *arguments)


def test_the_worker_that_can_not_start_ends_with_a_code_of_its_own(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(deployment.folder / "worker")
    assert main(["worker"]) == 4
    assert "worker.seed is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("/postgres?", "has no database of that name"),
        ("//postgres:", "doesn't let us in"),
    ],
    ids=["database", "user"],
)
def test_a_postgresql_that_refuses_is_one_sentence(
    wrong: str,
    why: str,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right = {"/postgres?": "/nowhere?", "//postgres:": f"//nobody:{SECRET}"}[wrong]
    assert wrong in postgresql_url
    monkeypatch.setenv("DATABASE_URL", postgresql_url.replace(wrong, right))
    said = refused(capsys, "check")
    assert "DATABASE_URL" in said
    assert why in said
