"""The operator's verbs: what they do, say and return."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import config
from portal import access
from portal.access import totp
from portal.access.membership import fingerprint as fingerprint_of
from portal.access.membership import key_of
from portal.operations import demo, log_signers
from portal.operations.command_line import main
from portal.store.engine import connect
from tests.builders.deployment import Deployment


@pytest.fixture(autouse=True)
def here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in deployment.environ.items():
        monkeypatch.setenv(name, value)
    for name in ("DATABASE_URL", "REDIS_URL", "SHRED_DATABASE_URL", "PORTAL_DEMO"):
        monkeypatch.delenv(name, raising=False)


def test_check_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "databases: good" in capsys.readouterr().out


def test_demo_again_changes_nothing(deployment: Deployment) -> None:
    before = (deployment.folder / "demo-credentials.json").read_bytes()
    manifest = (deployment.folder / "manifest.json").read_bytes()
    assert main(["demo"]) == 0
    assert (deployment.folder / "demo-credentials.json").read_bytes() == before
    assert (deployment.folder / "manifest.json").read_bytes() == manifest


def test_no_demo_where_it_is_forbidden(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_DEMO", "0")
    for verb in (["demo"], ["check"], ["demo-data", "1"]):
        assert main(verb) == 1
        assert "PORTAL_DEMO=0" in capsys.readouterr().err


def test_demo_data_is_varied(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-data", "60"]) == 0
    assert "60 synthetic reports were filed" in capsys.readouterr().out
    with closing(sqlite3.connect(deployment.folder / "reports.sqlite3")) as plain:
        assert plain.execute("SELECT count(*) FROM reports").fetchone() == (60,)
        for column, least in (("priority", 4), ("locale", 3), ("audience", 3), ("agency", 2)):
            found = plain.execute(f"SELECT count(DISTINCT {column}) FROM reports").fetchone()
            assert found[0] >= least, column


def test_the_audit_log_is_verified(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "verify"]) == 0
    assert "holds" in capsys.readouterr().out
    with closing(sqlite3.connect(deployment.folder / "reports.sqlite3")) as plain:
        plain.execute("DROP TRIGGER audit_refuse_update")
        plain.execute("UPDATE audit SET actor = 'someone' WHERE sequence = 3")
        plain.commit()
    assert main(["audit", "verify"]) == 1
    assert "BROKEN at entry 3" in capsys.readouterr().err


def test_the_manifest_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "show"]) == 0
    out = capsys.readouterr().out
    assert "vn-hotline triage epoch 1" in out
    assert "recovery" in out


def test_a_demo_member_is_told_how_to_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-code"]) == 0
    assert "linh.analyst" in capsys.readouterr().out
    assert main(["demo-code", "nobody"]) == 1
    assert "linh.analyst" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["demo-data", "0"], ["audit", "burn"]])
def test_a_wrong_call_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_a_real_deployment_is_made_by_commands(
    tmp_path: Path,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ceremony offline, secrets on the server: then it starts with PORTAL_DEMO=0."""
    offline, server = tmp_path / "offline", tmp_path / "server"
    server.mkdir()
    agencies = server / "agencies.toml"
    agencies.write_bytes((deployment.folder / "agencies.toml").read_bytes())
    monkeypatch.setenv("PORTAL_INSTANCE", str(server))
    assert main(["log-signers"]) == 1
    assert "portal secrets" in capsys.readouterr().err
    assert main(["secrets"]) == 0
    capsys.readouterr()
    assert main(["log-signers"]) == 0
    signers = tmp_path / "log-signers.toml"
    signers.write_text(capsys.readouterr().out, "ascii")
    ceremony = ["ceremony", "--agencies", str(agencies), "--into", str(offline)]
    ceremony += ["--log-signers", str(signers)]
    assert main([*ceremony, "--version", "1"]) == 0
    keys = (offline / "keys.json").read_bytes()
    assert (offline / "keys.json").stat().st_mode & 0o077 == 0
    assert main([*ceremony, "--version", "2"]) == 0
    assert (offline / "keys.json").read_bytes() == keys, "keys that are there stay"

    monkeypatch.setenv("PORTAL_DEMO", "0")
    assert main(["check"]) == 1
    settings = demo.SETTINGS.replace("https = false", "https = true")
    pins = (offline / "signers.toml").read_text("ascii")
    (server / "portal.toml").write_text(settings + pins, "utf-8")
    (server / "manifest.json").write_bytes((offline / "manifest.json").read_bytes())
    assert main(["migrate"]) == 0
    assert main(["check"]) == 0
    who = ["lan.supervisor", "--agency", "vn-hotline"]
    assert main(["invite", *who, "--role", "supervisor"]) == 0
    token = capsys.readouterr().out.split()[-1]
    fingerprint = enrol(token)
    given = ["--keys", str(offline / "keys.json"), "--fingerprint", fingerprint]
    assert main(["grant", *who, *given]) == 0
    assert "holds 2 keys" in capsys.readouterr().out
    assert main(["invite", "x.y", "--agency", "nowhere", "--role", "analyst"]) == 1


def enrol(token: str) -> str:
    """What the member does at the desk; gives the fingerprint of their key."""
    settings = config.load_staff(os.environ)
    secret = b"s" * 20
    now = datetime.now(UTC)
    enrolment = access.Enrolment(token, "bốn từ thật là dài", secret, totp.code_at(secret, now))
    log = log_signers.trusted_log(settings)
    with connect(settings.database_url, settings.shred_url) as connection:
        made = access.prepare_enrolment(connection, enrolment=enrolment, now=now, random=os.urandom)
        with connection.begin(write=True) as db:
            access.accept_invitation(db, invitation=token, enrolled=made, now=now, log=log)
    return fingerprint_of(key_of(made.row))
