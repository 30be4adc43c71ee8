"""Who signs the audit log is carried to the ceremony as text, and read there as it was written."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import ConfigError
from portal.domain.log_signers import LogSigner, SignerKind
from portal.operations import log_signers

NAMES = st.text(string.ascii_lowercase + string.digits + "-", max_size=29).map(lambda x: f"d{x}")
SIGNERS = st.builds(
    LogSigner, NAMES, st.sampled_from(SignerKind), st.binary(min_size=32, max_size=32)
)


WRONG = ["last = -1", "last = true", f"last = {2**63}", "more = 1", 'kind = "x"', "[more]"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signers") / "log-signers.toml"


@given(st.lists(SIGNERS, min_size=1, max_size=4))
def test_what_is_written_is_read(file: Path, signers: list[LogSigner]) -> None:
    file.write_text(log_signers.to_toml(signers), "ascii")
    assert log_signers.read(file) == tuple(signers)


def test_a_key_that_signs_no_more_has_a_last_entry(file: Path) -> None:
    one = LogSigner("desk-1", SignerKind.DESK, b"d" * 32)
    file.write_text(log_signers.to_toml([one]) + "last = 70\n", "ascii")
    (found,) = log_signers.read(file)
    assert found.last == 70


@given(st.text(max_size=120))
def test_anything_else_is_refused_with_a_sentence(file: Path, text: str) -> None:
    one = LogSigner("desk-1", SignerKind.DESK, b"d" * 32)
    file.write_text(f"{log_signers.to_toml([one])}{text}\n", "utf-8", newline="")
    try:
        found = log_signers.read(file)
    except ConfigError:
        return
    assert found == (one,), "a comment or a blank"


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_told_with_a_sentence(file: Path, line: str) -> None:
    one = LogSigner("desk-1", SignerKind.DESK, b"d" * 32)
    file.write_text(f"{log_signers.to_toml([one])}{line}\n", "utf-8")
    with pytest.raises(ConfigError, match="portal log-signers"):
        log_signers.read(file)
