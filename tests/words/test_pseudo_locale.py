"""A made-up language on every page: whatever is still plain English there was never translated."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask.testing import FlaskClient
from limits.errors import StorageError
from redis.exceptions import RedisError
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from portal.domain.content.guidance import load_guidance
from portal.domain.content.service import load_services
from portal.operations import catalogues
from portal.public import landing
from portal.public.browser_seal import LIVES
from portal.public.external_sites import places
from portal.public.help_block import by_country, country_names
from portal.web import i18n
from portal.web.i18n import own_name
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.sites import make_public

LANGUAGE = "vi"
"""The language whose catalogue is replaced: the site has to think that it is offered."""

MARK = "\u0337"
"""A combining stroke after each letter of a translated text; plain text has none."""

_KEEP = re.compile(r"(%\([a-z_]+\)[sd]|%%|</?[a-z]+[^>]*>)")


def pseudo(text: str) -> str:
    """Mark every letter, but for placeholders and tags."""
    parts = _KEEP.split(text)
    return "".join(
        part if _KEEP.fullmatch(part) else re.sub(r"([A-Za-z])", rf"\1{MARK}", part)
        for part in parts
    )


def write_pseudo(folder: Path) -> None:
    made = Catalog(locale=LANGUAGE)
    for message in catalogues.template():
        if message.id:
            ids = catalogues.texts_of(message.id)
            made.add(message.id, pseudo(ids[0]) if len(ids) == 1 else (pseudo(ids[-1]),))
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as out:
        write_mo(out, made)


def names() -> set[str]:
    """Words that are the same in every language, each kind with its reason."""
    own = {"Chung Tay"} | set(catalogues.SAME)  # our name, and the names of services
    own |= {one.name for one in load_services()}
    own |= {place.host for place in places().values()}
    languages = {own_name(tag) for tag in tags()}  # each language names itself
    countries = {name for _, name in country_names(LANGUAGE)}  # CLDR translates them
    lines = {
        part for rows in by_country().values() for row in rows for part in (row.name, row.phone)
    }
    sites = {row.url.split("/")[2] for rows in by_country().values() for row in rows if row.url}
    return own | languages | countries | lines | sites


def tags() -> list[str]:
    return ["en", *(name.replace("_", "-") for name in catalogues.languages())]


ALLOWED = names()

READ = ["/vi/", "/vi/n/", *(f"/vi/n/{n}" for n in load_guidance().advice)]
READ += [*(f"/vi/{n}" for n in load_guidance().sheets), *(f"/vi/go/{key}" for key in places())]
"""Every page that is only read, with the way to every other site."""

WRITTEN_BY_CLDR = re.compile(r"\d+ (phút|giờ|ngày)|(?<=: )Việt Nam(?=\.|$)")
"""Inside a sentence: how soon a person reads a report, and whose numbers to call are shown."""

ADDRESS = re.compile(r"localhost/vi/\d?")
"""Of a sheet, as it is typed."""


def spoken(answer: TestResponse) -> Iterator[str]:
    """Every text of a page that somebody sees or hears."""
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "textarea"):
            continue
        yield element.text or ""
        for name in ("aria-label", "placeholder", "alt", "title", "content", "data-done"):
            if name != "content" or element.get("name") == "description":
                yield element.get(name) or ""
    for element in page.iter():
        yield element.tail or ""


def plain_english(answer: TestResponse) -> list[str]:
    texts = {" ".join(WRITTEN_BY_CLDR.sub("", text.strip()).split()) for text in spoken(answer)}
    return sorted(
        text
        for text in texts
        if re.search(r"[A-Za-z]{2}", text) and text not in ALLOWED and not _is_data(text)
    )


def _is_data(text: str) -> bool:
    """Dates and lengths of time are written by CLDR, in Vietnamese here."""
    if ADDRESS.fullmatch(text):
        return True
    return bool(re.fullmatch(r"\d{1,2} tháng \d{1,2}, \d{4}", text))


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with make_deployment(tmp_path_factory.mktemp("pseudo") / "instance") as made:
        yield made


@pytest.fixture(scope="module")
def app(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("catalogue")
    write_pseudo(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "TRANSLATIONS", folder)
        app = make_public(deployment)
    app.test_client_class = FlaskClient
    return app


def hidden(answer: TestResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in found}


def press(client: FlaskClient, answer: TestResponse, path: str, **data: object) -> TestResponse:
    return client.post(path, data={**hidden(answer), **data}, follow_redirects=True)


def journey(client: FlaskClient, door: str) -> Iterator[TestResponse]:
    """Every page of one door, with its errors, up to coming back."""
    path = f"/vi/{door}"
    page = client.get(path)
    yield page
    page = press(client, page, path, go="start")
    yield page
    yield press(client, page, path, go="next")
    answers: dict[str, object] = {"happening": ["want_money", "shared", "threat_share"]}
    danger = {"dangers": ["suicide"], "safe_now": "no"}
    more = {"want": ["dont_know"], "paid": "more", "contact": "contact", "escalate": "yes"}
    for _ in range(12):
        page = press(client, page, path, go="next", **answers)
        yield page
        yield press(client, page, path, go="stay", country="xx", story="x" * 20_000)
        if "edit:" in page.text:
            break
        answers = {**danger, **more, "escalate_reason": "…", "safe_contact": "…", "age": "18_plus"}
    page = press(client, page, path, go="send")
    yield page
    yield press(client, page, page.request.path, go="saved")
    code = re.search(r"<output[^>]*>([\d ]+)<", page.text)
    assert code, "the journey ends with a code"
    page = client.get("/vi/back")
    yield page
    page = press(client, page, "/vi/back", code=code[1])
    yield page
    yield press(client, page, "/vi/back", go="add", more="")
    yield press(client, page, "/vi/back", go="add", more="…")
    for wrong in ({"csrf_token": "x"}, {"thread": "x"}):
        yield press(client, page, "/vi/back", go="add", more="…", **wrong)
    yield press(client, page, "/vi/back", go="contact")
    yield press(client, page, "/vi/back", go="contact", contact="contact", safe_time="x" * 501)
    yield press(client, page, "/vi/back", go="contact", contact="contact", safe_contact="…")
    yield press(client, page, "/vi/back", go="delete")


@pytest.mark.parametrize("door", ["a", "b", "c", "d"])
def test_no_plain_english_on_any_page_of_a_journey(app: Flask, door: str) -> None:
    pages = list(journey(app.test_client(), door))
    assert len(pages) > 20
    assert {text for page in pages for text in plain_english(page)} == set()


def test_no_plain_english_where_reporters_delete_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = replace(app.extensions["portal.intake"], deletes_at_once=True)
    monkeypatch.setitem(app.extensions, "portal.intake", held)
    client = app.test_client()
    *_, thread, asked = journey(client, "a")
    assert 'value="delete_now"' in asked.text
    done = press(client, asked, "/vi/back", go="delete_now")
    assert done.status_code == 200
    gone = press(client, thread, "/vi/back", go="add", more="…")
    assert gone.status_code == 410
    assert {text for page in (thread, asked, done, gone) for text in plain_english(page)} == set()


def test_no_plain_english_where_a_thread_waited_too_long(
    app: Flask, deployment: Deployment
) -> None:
    client = app.test_client()
    *_, thread = journey(client, "a")
    deployment.clock.move(seconds=LIVES + 1)
    asked = press(client, thread, "/vi/back", go="add", more="…")
    assert 'name="waiting"' in asked.text
    assert plain_english(asked) == []


def errors(app: Flask) -> Iterator[tuple[int, TestResponse]]:
    client = app.test_client()
    page = client.get("/vi/a")
    back = client.get("/vi/back")
    yield 404, client.get("/vi/nothing")
    yield 405, client.put("/vi/sent")
    yield 400, client.post("/vi/a", data={"go": "next"})
    yield 400, press(client, page, "/vi/a", go="next", draft="changed")
    yield 413, client.post("/vi/a", data={"x": "long " * 300_000})
    yield 415, client.post("/vi/a", data="{}", content_type="application/json")
    yield 415, press(client, page, "/vi/a", story="data:image/png;base64,iVBORw0KGgo=")
    for code in ("1", "1" * 20, "45475983699794406713"):
        yield 422, press(client, back, "/vi/back", code=code)


def test_no_plain_english_on_any_error_page(app: Flask) -> None:
    seen = set()
    for status, answer in errors(app):
        assert answer.status_code == status, answer.text
        assert plain_english(answer) == []
        seen.add(status)
    assert seen == {400, 404, 405, 413, 415, 422}


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadRequest()), (500, RuntimeError()), (503, StorageError(RedisError()))],
    ids=["unreadable", "a fault", "the counters down"],
)
def test_a_failure_speaks_the_language_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch, status: int, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(landing, "render_template", fail)
    answer = app.test_client().get("/vi/")
    assert answer.status_code == status
    assert plain_english(answer) == []


@pytest.mark.parametrize(
    ("path", "rate", "go", "kept"),
    [
        ("/vi/a", "PORTAL_RATE_PAGES", "next", "draft"),
        ("/vi/a", "PORTAL_RATE_SENDS", "send", "draft"),
        ("/vi/back", "PORTAL_RATE_PAGES", "add", "thread"),
    ],
)
def test_no_plain_english_where_too_many_came(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, rate: str, go: str, kept: str
) -> None:
    client = app.test_client()
    *_, page = journey(client, "a")
    if path == "/vi/a":
        page = press(client, client.get(path), path, go="start")
    monkeypatch.setitem(app.config, rate, "0 per day")
    answer = press(client, page, path, go=go, happening="fake", more="…")
    assert answer.status_code == 429
    assert f'name="{kept}"' in answer.text
    assert plain_english(answer) == []


def test_no_plain_english_where_a_report_was_sent_already(app: Flask) -> None:
    client = app.test_client()
    page = press(client, client.get("/vi/a"), "/vi/a", go="start")
    page = press(client, page, "/vi/a", go="next", happening="fake")
    press(client, page, "/vi/a", go="send", safe_now="yes")
    again = press(client, page, "/vi/a", go="send", safe_now="no")
    assert 'href="/vi/sent/' in again.text
    assert plain_english(again) == []


@pytest.mark.parametrize("path", READ)
def test_no_plain_english_on_pages_to_read(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert plain_english(answer) == []


def test_the_walk_can_fail(app: Flask) -> None:
    answer = app.test_client().get("/en/")
    assert "Come back with your code" in plain_english(answer)
