"""A signed statement is taken only from the key that it names."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.domain.envelope import SignedStatement
from portal.domain.statement import Columns, report_id_of, state
from portal.sealing.receipt import receipt_tag
from portal.sealing.statement import StatementKey, key_without_code, read_signed
from tests.builders.envelopes import Case

KEY = StatementKey(bytes(range(32)))
STATEMENT = state(Case().seal(), Columns("a", "child", "h", datetime(2026, 1, 1, tzinfo=UTC)))
SIGNED = KEY.sign(STATEMENT)


def test_what_was_signed_is_read() -> None:
    assert read_signed(SIGNED) == STATEMENT


@pytest.mark.parametrize(
    "change",
    [
        {"verify_key": StatementKey(b"o" * 32).verify_key},
        {"verify_key": b"short"},
        {"statement": SIGNED.statement + b"\0"},
        {"statement": SIGNED.statement.replace(b"child", b"carer")},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
)
def test_what_was_changed_is_not(change: dict[str, bytes]) -> None:
    assert read_signed(replace(SIGNED, **change)) is None


def test_a_signature_over_what_is_no_statement_counts_for_nothing() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    other = SignedStatement(KEY.verify_key, b"something else", private.sign(b"something else"))
    assert read_signed(other) is None


def test_the_id_of_a_report_is_of_its_key() -> None:
    assert KEY.report_id == report_id_of(KEY.verify_key)
    assert KEY.report_id != StatementKey(b"o" * 32).report_id


def test_without_a_code_pepper_platform_and_submission_make_the_key() -> None:
    about = {"platform": "zalo", "submission": b"a submission"}
    same = key_without_code(b"p" * 32, **about).verify_key  # type: ignore[arg-type]
    assert same == key_without_code(b"p" * 32, **about).verify_key  # type: ignore[arg-type]
    others = {
        key_without_code(b"q" * 32, **about).verify_key,  # type: ignore[arg-type]
        key_without_code(b"p" * 32, platform="zal", submission=b"oa submission").verify_key,
        key_without_code(b"p" * 32, platform="", submission=b"a submission").verify_key,
    }
    assert len(others | {same}) == 4


ROW = {
    "token_hash": b"t" * 32,
    "report_id": b"r" * 16,
    "agency": "hotline",
    "audience": "child",
    "expires_at": datetime(2026, 1, 1, tzinfo=UTC),
    "verify_key": None,
}


@pytest.mark.parametrize(
    "change",
    [
        {"token_hash": b"x" * 32},
        {"report_id": b"x" * 16},
        {"agency": "other"},
        {"audience": "carer"},
        {"expires_at": datetime(2027, 1, 1, tzinfo=UTC)},
        {"verify_key": b"k" * 32},
    ],
)
def test_every_part_of_a_receipt_is_in_its_tag(change: dict[str, object]) -> None:
    tag = receipt_tag(b"p" * 32, **ROW)  # type: ignore[arg-type]
    assert tag != receipt_tag(b"p" * 32, **(ROW | change))  # type: ignore[arg-type]
    assert tag != receipt_tag(b"q" * 32, **ROW)  # type: ignore[arg-type]
