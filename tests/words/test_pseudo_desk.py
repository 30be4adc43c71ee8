"""The made-up language at the desk: no plain English on any of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from shutil import copyfile
from xml.etree.ElementTree import Element

import html5lib
import pytest
from babel import Locale
from werkzeug.test import TestResponse

import config
from portal.operations import demo_data
from portal.store import reports
from portal.store.tables import Tombstone
from portal.web import i18n
from portal.web.database import connection_of
from tests.builders.deployment import make_deployment
from tests.builders.sites import make_staff
from tests.staff.conftest import Desk, token
from tests.words.test_pseudo_locale import ALLOWED, write_pseudo

OF_PEOPLE = ("code", "bdi", "kbd", "time", "textarea", "output", "svg", "script", "style")
"""Elements that hold ids, names, handles, keys and times, which no language changes."""

WRITTEN = {"ref", "told", "paper", "handle", "secret"}
"""Classes of elements that hold what somebody wrote."""

WORDS = re.compile(r"[A-Za-z]{2}")


def spoken(answer: TestResponse) -> Iterator[str]:
    """Every text of a page, but for what people wrote and what has a language of its own."""
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    body = page.find("body")
    assert body is not None
    yield from _spoken(body)


def _spoken(element: Element) -> Iterator[str]:
    yield element.tail or ""
    classes = set((element.get("class") or "").split())
    if element.tag in OF_PEOPLE or element.get("lang") or classes & WRITTEN:
        return
    yield element.text or ""
    for name in ("aria-label", "placeholder", "alt", "title", "data-on", "data-off"):
        yield element.get(name) or ""
    for child in element:
        yield from _spoken(child)


def plain_english(answer: TestResponse, names: set[str]) -> list[str]:
    texts = {" ".join(text.split()) for text in spoken(answer)}
    return sorted(t for t in texts if WORDS.search(t) and t not in ALLOWED and not _named(t, names))


def _named(text: str, names: set[str]) -> bool:
    rest = re.sub(r"P[0-4]|UTC|[0-9A-Z]{4}(-[0-9A-Z]{4}){2}|[0-9a-f]{64}", "", text)
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    return not WORDS.search(rest)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("catalogue")
    write_pseudo(folder)
    place = folder / "vi" / "LC_MESSAGES"
    (place / "desk.po").touch()  # the desk speaks what has such a file
    copyfile(place / "messages.mo", place / "desk.mo")  # the last catalogue says how plurals go
    with make_deployment(tmp_path_factory.mktemp("pseudo-desk") / "instance") as deployment:
        demo_data.fill(
            config.load_public(deployment.environ), count=60, seed=3, now=deployment.clock()
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(i18n, "TRANSLATIONS", folder)
            app = make_staff(deployment)
        yield Desk(deployment, app)


def pages(desk: Desk) -> Iterator[TestResponse]:
    stranger = desk.app.test_client()
    yield stranger.get("/sign-in")
    yield stranger.get("/welcome")
    data = {"csrf_token": token(stranger.get("/welcome")), "invitation": "x", "go": "look"}
    yield stranger.post("/welcome", data=data)
    yield stranger.get("/recover")
    csrf = token(stranger.get("/recover"))
    for lost in ("phone", "passphrase"):
        for go in ("look", "recover"):
            data = {"csrf_token": csrf, "member": "linh.analyst", "lost": lost, "go": go}
            yield stranger.post("/recover", data=data)
    analyst = desk.client("analyst")
    csrf = token(analyst.get("/account"))
    for path in ("/queue", "/queue?scope=mine", "/queue?scope=closed", "/account", "/audit"):
        yield analyst.get(path)
    for part in ("passphrase", "phone", "codes"):
        yield analyst.get(f"/account/{part}")
        yield analyst.post(f"/account/{part}", data={"csrf_token": csrf})
    place = analyst.post("/queue/next", data={"csrf_token": csrf}).headers["Location"]
    yield analyst.get(place)
    for part in ("triage", "indicators"):
        data = {"csrf_token": csrf, "reason": "working"}
        yield analyst.post(f"{place}/open/{part}", data=data, follow_redirects=True)
    note = {"csrf_token": csrf, "note": "…"}
    yield analyst.post(f"{place}/note", data=note, follow_redirects=True)
    move = {"csrf_token": csrf, "from": "in_review", "to": "closed"}
    yield analyst.post(f"{place}/move", data=move, follow_redirects=True)
    yield from deletion(desk, place)
    for role, paths in (
        ("supervisor", ("/members", "/queue", "/deleted", place)),
        ("administrator", ("/members",)),
        ("custodian", (place,)),
        ("auditor", ("/audit", "/queue")),
    ):
        for path in paths:
            yield desk.client(role).get(path)


def deletion(desk: Desk, place: str) -> Iterator[TestResponse]:
    """A reporter's wish: the choice, its mistakes, what is read, the warning, and what stays."""
    report_id = bytes.fromhex(place.rsplit("/", maxsplit=1)[1])
    with connection_of(desk.app).begin(write=True) as db:
        reports.ask_deletion(db, report_id=report_id, at=desk.clock())
    client = desk.client("supervisor")
    csrf = token(client.get("/account"))
    yield client.get(f"{place}/deletion")
    for data in (
        {"go": "preview"},
        {"go": "preview", "reason": "law"},
        {"go": "warn"},
        {"go": "delete"},
        {"go": "keep", "reason": "law"},
    ):
        data |= {"csrf_token": csrf}
        yield client.post(f"{place}/deletion", data=data, follow_redirects=True)
    with connection_of(desk.app).begin(write=True) as db:
        db.reports.add(Tombstone(report_id=b"r" * 16, agency="vn-hotline", deleted_by="reporter",
                                 deleted_at=desk.clock()))  # fmt: skip
    yield client.get(f"/case/{(b'r' * 16).hex()}")


def test_no_plain_english_at_the_desk(desk: Desk) -> None:
    people = {person["member"] for person in desk.people} | {"operator", "vn-hotline", "sea-desk"}
    people |= set(Locale("vi").languages.values()) | set(Locale("vi").territories.values())
    looked, found = 0, set()
    for page in pages(desk):
        looked += 1
        found |= set(plain_english(page, people))
    assert looked == 39
    assert found == set()


def test_the_look_can_fail(desk: Desk) -> None:
    client = desk.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Passphrase" in plain_english(client.get("/sign-in"), set())
