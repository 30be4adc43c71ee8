"""What travels through the browser opens only whole, in time, in its session, for its purpose."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from flask import Flask, session
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.receipt import normalise
from portal.public import browser_seal
from portal.public.browser_seal import SealExpired, seal, unseal
from portal.public.draft import Draft, code_for, new_draft, open_draft, seal_draft
from tests.builders.answers import ANY_ANSWER
from tests.builders.deployment import Deployment


@pytest.fixture
def asked(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/a"):
        yield


@pytest.mark.usefixtures("asked")
@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=8), ANY_ANSWER, max_size=4), st.booleans())
def test_a_draft_comes_back_as_it_was(answers: dict[str, object], is_checked: bool) -> None:
    draft = Draft("words", b"s" * 16, answers, is_checked)  # type: ignore[arg-type]
    assert open_draft(seal_draft(draft, door="a"), door="a") == draft


@pytest.mark.usefixtures("asked")
@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_no_changed_bit_opens(at: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(seal("a longer secret", purpose="x") + "=="))
    raw[at // 8 % len(raw)] ^= 1 << at % 8
    with pytest.raises(SealExpired):
        unseal(base64.urlsafe_b64encode(raw).decode("ascii").rstrip("="), purpose="x")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("junk", ["", "A", "é", "AAAA" * 20, "%", "\x00"])
def test_junk_does_not_open(junk: str) -> None:
    with pytest.raises(SealExpired):
        unseal(junk, purpose="x")


@pytest.mark.usefixtures("asked")
def test_another_purpose_or_session_does_not_open() -> None:
    sealed = seal("a secret", purpose="draft:a")
    with pytest.raises(SealExpired):
        unseal(sealed, purpose="draft:b")
    session["sid"] = "0" * 32
    with pytest.raises(SealExpired):
        unseal(sealed, purpose="draft:a")


@pytest.mark.usefixtures("asked")
def test_it_opens_for_an_hour(deployment: Deployment) -> None:
    sealed = seal("a secret", purpose="x")
    deployment.clock.move(seconds=browser_seal.LIVES)
    assert unseal(sealed, purpose="x") == "a secret"
    deployment.clock.move(seconds=1)
    with pytest.raises(SealExpired):
        unseal(sealed, purpose="x")


@pytest.mark.usefixtures("asked")
def test_the_code_belongs_to_the_draft_and_the_session() -> None:
    draft = new_draft("happening")
    code = draft.code
    assert normalise(code) == code == code_for(draft.submission)
    assert new_draft("happening").code != code
    session["sid"] = "0" * 32
    assert draft.code != code
