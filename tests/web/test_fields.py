"""What a form costs: bounded before it is parsed, counted before it is looked at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

import config
from portal.public import create_app as create_public
from portal.staff import create_app as create_staff
from portal.web import body, bounds, fields
from portal.web.fields import FORM, MOST_FIELDS, MOST_STRAY, TooManyFields, parse
from tests.builders.deployment import Deployment
from tests.builders.forms import forms_of, told_to_the_end
from tests.builders.sites import CheckedClient, Screen, make_public
from tests.builders.telling import begin, to_page

HOSTILE = {
    "many names": b"a&",
    "many empty names": b"&",
    "many values": b"=&",
    "no name": b"=",
    "one name": b"a",
    "escapes": b"%41",
    "broken escapes": b"%",
    "escapes of NUL": b"a%00",
    "escapes of controls": b"%C2%80a",
    "no UTF-8": b"%FF",
    "controls": b"\xc2\x80a",
    "plus signs": b"+",
    "deep names": b"a[a]",
    "JSON": b'{"a":[',
    "addresses": b"data:image/x;",
    "base64 in pieces": b"aB3dEfGhIj" * 59 + b",",
    "lines of base64": (b"A" * 40 + b"%0A") * 7 + b"!",
}


def body_of(part: bytes) -> bytes:
    """As long as a body may be."""
    return (part * (bounds.LARGEST // len(part) + 1))[: bounds.LARGEST]


def steps(work: Callable[[], object]) -> int:
    """Count the calls of functions, in Python and in C, that some work takes."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(params=["public", "staff"])
def site(request: pytest.FixtureRequest, deployment: Deployment) -> Iterator[Flask]:
    if request.param == "public":
        made = create_public(config.load_public(deployment.environ))
    else:
        made = create_staff(config.load_staff(deployment.environ))
    yield made
    made.extensions["portal.connection"].close()


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), max_size=20))
def test_what_a_browser_sends_is_read_as_it_was_meant(sent: list[tuple[bytes, bytes]]) -> None:
    found = parse(urlencode(sent).encode())
    assert found == sent


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_as_the_standard_library_reads_it(raw: bytes) -> None:
    pairs = [part.replace(b"+", b" ").partition(b"=") for part in raw.split(b"&") if part]
    assert parse(raw) == [(unquote_to_bytes(n), unquote_to_bytes(v)) for n, _, v in pairs]


def test_the_longest_form_is_far_below_the_bound(client: CheckedClient) -> None:
    screen = to_page(client, "selectors", begin(client))
    for _ in range(30):
        filled = {
            name: ["x"] * len(screen.fields()[name])
            for name in ("selectors-where", "selectors-value")
        }
        screen = client.press(screen, "add_row", **filled)
    forms = [form for page in told_to_the_end(client, "a") for form in forms_of(page)]
    longest = max(
        len(screen.form.all("input", "select", "textarea")), *(len(f.fields) for f in forms)
    )
    assert 40 < longest < MOST_FIELDS / 4


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_takes_no_more_steps_than_an_honest_one(part: bytes) -> None:
    raw = body_of(part)

    def read() -> None:
        try:
            for _, value in parse(raw):
                body.is_material(value)
                body.text_of(value)
                fields.value_of(value)
        except TooManyFields:
            pass

    assert steps(read) < 3 * MOST_FIELDS


def test_too_many_fields_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_unquote", None)
    for raw in (b"a&" * MOST_FIELDS, b"%" * (MOST_STRAY + 1), b"&" * bounds.LARGEST):
        with pytest.raises(TooManyFields):
            parse(raw)


def test_a_few_broken_escapes_are_taken_as_they_are() -> None:
    assert parse(b"a=100% sure&b=%zz%41") == [(b"a", b"100% sure"), (b"b", b"%zzA")]


def test_too_many_fields_are_refused_kindly(client: CheckedClient) -> None:
    answer = client.post("/en/a", data="a&" * 100_000, content_type=FORM)
    assert answer.status_code == 400
    assert Screen(answer).heading == "We could not read that"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "x"])
def test_a_packed_body_is_refused_unread(client: CheckedClient, coding: str) -> None:
    answer = client.post(
        "/en/a", data="a=1", content_type=FORM, headers={"Content-Encoding": coding}
    )
    assert answer.status_code == 415


REFUSED = {
    "without a token": ({"data": b"a=1", "content_type": FORM}, 400),
    "too many fields": ({"data": b"a&" * 9999, "content_type": FORM}, 400),
    "a file": ({"data": {"f": (b"x", "a.jpg")}, "content_type": "multipart/form-data"}, 415),
    "JSON": ({"json": {}}, 415),
    "too large": ({"data": b"a" * (bounds.LARGEST + 1), "content_type": FORM}, 413),
    "far too large": ({"data": b"a" * (bounds.LOOKED_AT + 1), "content_type": FORM}, 413),
    "a picture": ({"data": b"a=data:image/png;base64,", "content_type": FORM}, 415),
}


@pytest.mark.parametrize("path", ["/en/a", "/en/nowhere", "/sign-in", "/queue/next"])
def test_what_is_refused_is_counted(
    site: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.config["PORTAL_RATE_PAGES"] = f"{len(REFUSED)} per day"
    client = site.test_client()
    place = {"REMOTE_ADDR": f"192.0.2.{len(path)}"}
    for ask, status in REFUSED.values():
        found = client.post(path, environ_overrides=place, **ask).status_code  # type: ignore[arg-type]
        # The desk leads a stranger to its sign-in before it looks further.
        assert found in (status, 303, 404, 405), ask
    looked_at: list[object] = []
    monkeypatch.setattr(body, "check", looked_at.append)
    assert client.post(path, environ_overrides=place).status_code == 429
    assert client.get(path, environ_overrides=place).status_code != 429


def test_leaving_is_never_refused(deployment: Deployment) -> None:
    app = make_public(deployment)
    app.config["PORTAL_RATE_PAGES"] = "1 per day"
    client: FlaskClient = app.test_client()
    assert [client.post("/en/leave").status_code for _ in range(4)] == [303] * 4
    app.extensions["portal.connection"].close()
