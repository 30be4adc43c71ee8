"""What is material and what is a text, told apart from the raw bytes."""

from __future__ import annotations

import base64
import os
import random
import time

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st

from portal.web import body
from portal.web.body import is_material, without_material

PICTURE = base64.b64encode(random.Random(1).randbytes(3000)).decode("ascii")


@given(st.binary(min_size=450, max_size=3000))
def test_a_picture_in_base64_is_found(raw: bytes) -> None:
    whole = base64.b64encode(os.urandom(40) + raw + os.urandom(40))
    assert is_material(whole)
    assert is_material(b"look at " + whole + b" please")
    assert is_material(base64.encodebytes(os.urandom(40) + raw))


@given(st.text(max_size=4000))
def test_a_text_with_spaces_is_no_picture(text: str) -> None:
    spaced = " ".join(text[i : i + 30] for i in range(0, len(text), 30))
    assert not is_material(spaced.replace("data:", "").encode("utf-8"))


@given(
    st.lists(
        st.sampled_from(
            [
                "em không biết ",
                "data:",
                "image/png",
                ";base64,",
                ",",
                "B",
                "\n",
                PICTURE,
                PICTURE[:70],
                "x " * 30,
                "AAAAHHHH" * 90,
            ]
        ),
        max_size=20,
    )
)
def test_what_is_left_holds_no_material(parts: list[str]) -> None:
    whole = "".join(parts).encode()
    rest = without_material(whole)
    assert not is_material(rest)
    if not is_material(whole):
        assert rest == whole


@given(st.lists(st.binary(min_size=16, max_size=64), min_size=9, max_size=40), st.booleans())
def test_a_list_of_hashes_or_wallets_is_no_picture(found: list[bytes], is_wallet: bool) -> None:
    lines = [("0x" if is_wallet else "") + one.hex() for one in found]
    assert not is_material("\n".join(lines).encode())
    assert not is_material("\r\n".join(lines).encode())
    assert not is_material(" ".join(lines).upper().encode())


def test_the_words_around_a_picture_stay() -> None:
    for picture in (
        PICTURE,
        "data:image/png;base64,iVBORw0KGgo=",
        f"data:image/png;base64,{PICTURE}",
    ):
        text = f"nó nói: {picture} rồi dọa em"
        assert without_material(text.encode()).decode().split() == [
            "nó",
            "nói:",
            "rồi",
            "dọa",
            "em",
        ]


def test_the_rule_is_linear() -> None:
    hostile = [b"aB3dEfGhIjKlMnOp" * 37 + b",", b"aB3 ", b"aBcD" * 12 + b" ", b"data:" + b"a" * 80]
    for part in hostile:
        # What this process works, not how long it takes: some hundredths of a second. A rule that
        # looked at each place again from every other one would work for many minutes.
        began = time.process_time()
        is_material(part * (500_000 // len(part)))
        without_material(part * (500_000 // len(part)))
        assert time.process_time() - began < 60


ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", ENDS)
def test_every_form_is_read_with_plain_line_ends(app: Flask, end: str) -> None:
    text = f"one{end}two{end}{end}three"
    with app.test_request_context("/", method="POST", data={"more": text}):
        assert request.form["more"] == "one\ntwo\n\nthree"


@pytest.mark.parametrize("end", ENDS)
def test_what_stood_beside_a_picture_has_plain_line_ends(app: Flask, end: str) -> None:
    data = {"more": f"one{end}two", "story": "data:image/png;base64,AAAA"}
    with app.test_request_context("/", method="POST", data=data):
        with pytest.raises(body.PictureRefused):
            body.check(request)
        assert body.typed()["more"] == "one\ntwo"
