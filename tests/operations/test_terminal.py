"""Every verb on every kind of output: none of them ever ends in a traceback."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

import pytest

import config
from portal import access
from portal.config import environment
from portal.operations import log_signers
from portal.operations.command_line import main, make_parser
from portal.store.engine import connect
from tests.builders.deployment import Deployment

ROOT = Path(__file__).resolve().parents[2]

KEYS = "{folder}/offline/keys.json"

SIGNERS = "{folder}/log-signers.toml"
CEREMONY = ["--agencies", "{folder}/agencies.toml", "--log-signers", SIGNERS, "--version", "1"]
READ_OUT = ["--fingerprint", "{fingerprint}"]

CALLS: dict[str, list[str] | None] = {
    "migrate": [],
    "demo": [],
    "secrets": [],
    "check": [],
    "demo-data": ["1"],
    "demo-code": [],
    "audit": ["verify"],
    "manifest": ["show"],
    "helplines": ["check", "--on", "2026-11-24"],
    "log-signers": [],
    "ceremony": [*CEREMONY, "--into", "{folder}/c"],
    "invite": ["lan.anh", "--agency", "vn-hotline", "--role", "analyst"],
    "grant": ["linh.analyst", "--agency", "vn-hotline", "--keys", KEYS, *READ_OUT],
    "catalogues": ["check", "vi"],
    "restored": [],
    "upgrade-seals": None,
    "worker": None,
    "run": None,
}
"""A call of each verb that works; None for one that goes on until it is stopped, or that works once
in the life of a deployment (tests/operations/test_upgrading.py)."""

SHORT = [verb for verb, call in CALLS.items() if call is not None]

FILES = {
    "agencies": ("ceremony", "{folder}/agencies.toml"),
    "log_signers": ("ceremony", SIGNERS),
    "keys": ("grant", KEYS),
}
"""The options that name a file, of which verb, and which one."""


@pytest.fixture(autouse=True)
def here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SHRED_DATABASE_URL", *environment.KNOWN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_INSTANCE", str(deployment.folder))
    signers = log_signers.to_toml(log_signers.of_host(deployment.folder))
    (deployment.folder / "log-signers.toml").write_text(signers, "ascii")


def call(verb: str, deployment: Deployment) -> list[str]:
    given = CALLS[verb]
    assert given is not None
    shown = read_out(deployment, "linh.analyst") if READ_OUT[1] in given else ""
    filled = (part.replace(READ_OUT[1], shown) for part in given)
    return [verb, *(part.replace("{folder}", str(deployment.folder)) for part in filled)]


def read_out(deployment: Deployment, name: str) -> str:
    """What a member of the demo reads out: of the seed that their passphrase opens."""
    file = deployment.folder / "demo-credentials.json"
    people = json.loads(file.read_text("utf-8"))["members"]
    (passphrase,) = (one["passphrase"] for one in people if one["member"] == name)
    settings = config.load_staff(deployment.environ)
    with (
        connect(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=False) as db,
    ):
        seed = access.open_seed(db, member=name, passphrase=passphrase)
    return access.own_fingerprint(seed)


def verbs() -> dict[str, argparse.ArgumentParser]:
    (found,) = (
        action.choices for action in make_parser()._actions if isinstance(action.choices, dict)
    )
    return found


def test_every_verb_is_tried_here() -> None:
    assert set(verbs()) == set(CALLS)


@pytest.mark.parametrize("verb", SHORT)
def test_a_verb_works(verb: str, deployment: Deployment) -> None:
    assert main(call(verb, deployment)) == 0


Streams = Callable[[pytest.MonkeyPatch], tuple[IO[Any] | None, int]]


def _ascii(monkeypatch: pytest.MonkeyPatch) -> tuple[IO[Any] | None, int]:
    return TextIOWrapper(BytesIO(), encoding="ascii", errors="strict"), 0


def _left(monkeypatch: pytest.MonkeyPatch) -> tuple[IO[Any] | None, int]:
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w"), 141


def _full(monkeypatch: pytest.MonkeyPatch) -> tuple[IO[Any] | None, int]:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    return open("/dev/full", "w"), 1


STREAMS = {"ascii": _ascii, "reader left": _left, "full": _full}


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("verb", SHORT)
def test_a_verb_on_another_output(
    verb: str,
    kind: str,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream, code = STREAMS[kind](monkeypatch)
    monkeypatch.setattr(sys, "stdout", stream)
    says_nothing = verb == "catalogues"
    assert main(call(verb, deployment)) == (0 if says_nothing else code)
    said = capsys.readouterr().err
    monkeypatch.undo()
    assert stream is not None
    stream.close()
    if kind == "full" and not says_nothing:
        assert said.endswith("chung-tay: the output can't be written: No space left on device\n")
    elif verb != "demo-data":
        assert said == ""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("verb", SHORT)
def test_a_verb_whose_stream_was_closed_before_it_began(
    verb: str, stream: str, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, stream, None)
    assert main(call(verb, deployment)) == 0


HARMS: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "empty": lambda file: file.write_bytes(b""),
    "garbage": lambda file: file.write_bytes(b"\xffnothing\x00"),
    "another form": lambda file: file.write_bytes(b'{"roles": [1, 2], "signers": {}}'),
    "unreadable": lambda file: (file.unlink(), file.symlink_to(file.name)),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("option", FILES)
def test_a_file_that_will_not_do_is_one_sentence(
    option: str, harm: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, name = FILES[option]
    file = Path(name.replace("{folder}", str(deployment.folder)))
    HARMS[harm](file)
    assert main(call(verb, deployment)) == 1
    said = capsys.readouterr().err
    assert file.name in said
    assert said.startswith("chung-tay: ")
    assert said.count("\n") == 1


def test_every_verb_that_takes_a_file_is_among_those() -> None:
    taking = {
        action.dest
        for verb, parser in verbs().items()
        for action in parser._actions
        if action.type is Path and action.dest != "into" and verb != "run"
    }
    assert taking == {*FILES}


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_ceremony_that_has_no_place_is_one_sentence(
    place: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    where = deployment.folder / ("portal.toml" if place == "a file" else "portal.toml/x")
    given = [part.replace("{folder}", str(deployment.folder)) for part in CEREMONY]
    assert main(["ceremony", *given, "--into", str(where)]) == 1
    assert "portal.toml" in capsys.readouterr().err


@pytest.mark.parametrize("verb", CALLS)
def test_a_call_with_too_much_is_refused_with_the_usage(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([verb, "--no-such-option"])
    assert caught.value.code == 2
    assert "usage: python -m portal" in capsys.readouterr().err


MEMBERS: dict[str, tuple[list[str], str]] = {
    "blanks": (["invite", "Lân Anh", "--role", "analyst"], "such as lan.anh"),
    "capitals": (["invite", "LAN", "--role", "analyst"], "such as lan"),
    "nothing": (["invite", "", "--role", "analyst"], "small letters"),
    "taken": (["invite", "linh.analyst", "--role", "analyst"], "is taken"),
    "unknown": (["grant", "nobody", "--keys", KEYS], "no member nobody at vn-hotline"),
    "of another agency": (["grant", "maya.analyst", "--keys", KEYS], "no member maya.analyst"),
    "no keys for the role": (["grant", "thu.auditor", "--keys", KEYS], "holds no keys"),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_a_member_who_will_not_do_is_one_sentence(
    case: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, why = MEMBERS[case]
    given = [part.replace("{folder}", str(deployment.folder)) for part in arguments]
    assert main([*given, "--agency", "vn-hotline"]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


def test_keys_before_enrolment_are_one_sentence(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call("invite", deployment)) == 0
    keys = str(deployment.folder / "offline" / "keys.json")
    assert main(["grant", "lan.anh", "--agency", "vn-hotline", "--keys", keys]) == 1
    assert "enrol at the desk with their invitation first" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "give it with --fingerprint"),
        (["--fingerprint", "0123"], "give it with --fingerprint"),
        (["--fingerprint", "0" * 20], "has another fingerprint"),
    ],
)
def test_a_key_that_nobody_read_out_is_granted_nothing(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], given: list[str], why: str
) -> None:
    keys = str(deployment.folder / "offline" / "keys.json")
    who = ["linh.analyst", "--agency", "vn-hotline", "--keys", keys]
    assert main(["grant", *who, *given]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


def test_keys_of_another_ceremony_are_one_sentence(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call("ceremony", deployment)) == 0
    keys = str(deployment.folder / "c" / "keys.json")
    assert main(["grant", "linh.analyst", "--agency", "vn-hotline", "--keys", keys]) == 1
    assert "no key of vn-hotline that stands in manifest.json" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["invite", "grant"])
def test_an_agency_that_is_not_there_is_one_sentence(
    verb: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [part.replace("vn-hotline", "nowhere") for part in call(verb, deployment)]
    assert main(given) == 1
    assert "there are: vn-hotline, sea-desk" in capsys.readouterr().err


def run(script: str, deployment: Deployment, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `portal` is the command line."""
    whole = f'set -o pipefail; portal() {{ "{sys.executable}" -m portal "$@"; }}; {script}'
    return subprocess.run(
        ["bash", "-c", whole],
        cwd=ROOT,
        env=deployment.clean_environ(**environ),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

LINES: dict[str, tuple[str, dict[str, str], int]] = {
    "a reader that leaves": ("portal helplines check | head -1 || test $? = 141", {}, 0),
    "a reader that leaves the help": ("portal --help | true || test $? = 141", {}, 0),
    "an ASCII stream": (
        "portal helplines check --on 2026-11-24",
        {"PYTHONIOENCODING": "ascii"},
        0,
    ),
    "an ASCII system": ("portal helplines check --on 2026-11-24", ASCII, 0),
    "an argument that is no UTF-8": (
        "portal invite $'\\xff' --agency vn-hotline --role analyst || test $? = 1",
        ASCII,
        0,
    ),
    "no output": ("portal check >&-", {}, 0),
    "nothing at all": ("portal check <&- >&- 2>&-", {}, 0),
    "a full disk": ("portal helplines check > /dev/full", {}, 1),
    "a full disk for the help": ("portal --help > /dev/full", {"PYTHONUNBUFFERED": ""}, 1),
    "both full": ("portal helplines check > /dev/full 2>&1", {}, 1),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_of_the_shell(case: str, deployment: Deployment) -> None:
    script, environ, code = LINES[case]
    done = run(script, deployment, **environ)
    assert done.returncode == code, done.stderr
    for word in ("Traceback", "Exception", "Error"):
        assert word not in done.stderr
    assert done.stderr.count("\n") <= 1


def test_a_closed_stream_is_no_place_for_a_database(deployment: Deployment) -> None:
    """A file that is opened next would get the number of the closed stream, and the lines."""
    done = run("portal check >&- && portal check", deployment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("good") == 4


def test_ctrl_c_ends_a_verb_without_a_traceback(deployment: Deployment) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "demo-data", "5000"],
        cwd=ROOT,
        env=deployment.clean_environ(),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # A runner that is in the background hands on a SIGINT that does nothing.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    begun = process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert begun
    assert process.returncode == -signal.SIGINT
    assert b"Traceback" not in said


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_worker_ends_when_it_is_told_to(name: str, deployment: Deployment) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "worker"],
        cwd=ROOT,
        env=deployment.clean_environ(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"worker:start" in process.stdout.readline()
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == b""
