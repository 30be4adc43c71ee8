"""Bytes that no person types, in every place of a request, over the live URL map of both sites.

None may end as an error of ours, on either engine: PostgreSQL refuses a NUL and half a surrogate
in any text, where SQLite takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from portal.access import PERMISSIONS, Permission
from portal.domain.report import Compartment
from portal.operations import demo
from portal.staff.guard import permission_of
from portal.triage import OPENING_REASONS
from tests.builders.deployment import Deployment
from tests.builders.engines import on_engine
from tests.builders.forms import Form, forms_of, told_to_the_end
from tests.builders.sites import CheckedClient, Screen, make_public, make_staff
from tests.builders.telling import begin, to_page
from tests.staff.conftest import CODE, ROLES, Desk, sign_in, token

ODD: Mapping[str, bytes] = {
    "a NUL": b"a\0b",
    "half a surrogate": b"a\xed\xa0\x80b",
    "no UTF-8": b"caf\xe9 \xc0\x80 \xf4\x90\x80\x80 \xe1\xba",
    "controls": bytes(range(1, 32)) + "\x7f\x80\x85\x9f".encode(),
    "noncharacters": "\ufdd0\ufffe\uffff\U0001ffff\u202e\u2028\ufeff".encode(),
    "digits of another script": "٣²Ⅷ".encode(),
    "a long number": b"-" + b"9" * 400,
    "percents": b"%%zz%u0000%",
    "very long": b"x" * 3000,
    "brackets": b"[]{}()<>'\"\\;:,|&=#?/../",
}
"""Values by what is odd about them."""

ALONE = ("csrf_token", "draft", "thread", "waiting", "go", "language", "elsewhere")
"""Fields that decide what happens to the others, so each is made odd alone."""

SOURCE = Path(__file__).resolve().parents[2] / "portal"
PARAMETERS = sorted(
    {
        name
        for file in SOURCE.rglob("*.py")
        for name in re.findall(r'\bargs\.get\("(\w+)"', file.read_text("utf-8"))
    }
    | {"help_country"}
)
"""Every parameter of an address that the code reads."""

HEADERS = ("HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "HTTP_REFERER",
           "HTTP_USER_AGENT", "HTTP_SEC_FETCH_SITE", "HTTP_X_FORWARDED_FOR", "HTTP_ORIGIN",
           "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_X_CSRFTOKEN", "HTTP_IF_NONE_MATCH")  # fmt: skip

Found = list[tuple[str, str, int]]


@dataclass
class Site:
    """One site on one engine: how to ask it as somebody, and every form it shows."""

    app: Flask
    clients: dict[str, str]
    """The cookies of everybody who may ask."""

    forms: list[tuple[str, Form]] = field(default_factory=list)
    """Whose form it is, and the form."""

    tokens: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def ask(self, who: str, path: bytes, *, form: str | None = None, **environ: str) -> int:
        """Ask with raw bytes, and give the status; each time from another address."""
        self.asked += 1
        builder = EnvironBuilder(
            method="GET" if form is None else "POST",
            data=form,
            content_type=None if form is None else "application/x-www-form-urlencoded",
        )
        raw = builder.get_environ()
        raw["PATH_INFO"] = path.decode("latin-1")
        raw["REMOTE_ADDR"] = f"127.{self.asked >> 16}.{self.asked >> 8 & 255}.{self.asked & 255}"
        raw["HTTP_COOKIE"] = self.clients[who]
        _, status, _ = run_wsgi_app(self.app, raw | environ, buffered=True)
        return int(status.split()[0])

    def rules(self) -> list[Rule]:
        return sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))

    def visitor(self, rule: Rule) -> str:
        """Who is let in there."""
        needed = permission_of(self.app, rule.endpoint)
        if len(self.clients) == 1 or needed not in set(Permission):
            return next(iter(self.clients))
        allowed = {str(role) for role in PERMISSIONS[Permission(needed)]}
        return next(role for role in ROLES if role in allowed)


def cookies_of(client: object) -> str:
    return "; ".join(f"{one.key}={one.value}" for one in client._cookies.values())  # type: ignore[attr-defined]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """A demo with a report, on each engine."""
    url = request.getfixturevalue("postgresql_url")
    with on_engine(request.param, tmp_path_factory.mktemp(f"odd-{request.param}"), url) as made:
        demo.make_demo(made.environ)
        yield made


@pytest.fixture(scope="module")
def public(deployment: Deployment) -> Site:
    """The reporter's site, and the forms of every page that a reporter meets."""
    app = make_public(deployment)
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    pages = [*told_to_the_end(client, "a")]
    code = next(page for page in pages if page.all("output")).one("output", id="receipt").text
    pages.append(client.see("/en/back"))
    pages.append(client.press(pages[-1], "check", code=code))
    pages.append(Screen(client.post("/en/nowhere", data={})))
    forms = {_shape(form): form for page in pages for form in forms_of(page)}
    site = Site(app, {"reporter": cookies_of(client)}, [("reporter", f) for f in forms.values()])
    site.tokens = {"reporter": token(client.get("/en/back"))}
    return site


@pytest.fixture(scope="module")
def staff(deployment: Deployment) -> Site:
    """The desk, and the forms of every page that a member of each role can open."""
    app = make_staff(deployment)
    desk = Desk(deployment, app)
    report = desk.file(0)
    clients = {"stranger": app.test_client()} | {role: desk.client(role) for role in ROLES}
    site = Site(app, {})
    invited = _prepare(desk, report)
    forms: dict[object, tuple[str, Form]] = {}
    for who, client in clients.items():
        for page in (*_pages(site, client, report), invited):
            for form in forms_of(page):
                forms.setdefault(_shape(form), (who, form))
    site.clients = {who: cookies_of(client) for who, client in clients.items()}
    site.forms = list(forms.values())
    site.tokens = {
        who: token(client.get("/sign-in" if who == "stranger" else "/account"))
        for who, client in clients.items()
    }
    return site


def _prepare(desk: Desk, report: str) -> Screen:
    """Open what shows more forms; give the page on which somebody enrols."""
    public = make_public(desk.deployment)
    client = public.test_client()
    assert isinstance(client, CheckedClient)
    thread = client.press(client.see("/en/back"), "check", code=CODE)
    client.press(thread, "delete")
    for role in ("analyst", "supervisor"):
        member = desk.client(role)
        data = {
            "csrf_token": token(member.get("/account")),
            "reason": next(iter(OPENING_REASONS[Compartment.TRIAGE])),
        }
        assert member.post(f"/case/{report}/open/triage", data=data).status_code == 303
    administrator = desk.client("administrator")
    data = {"csrf_token": token(administrator.get("/account")), "name": "new", "role": "analyst"}
    page = Screen(administrator.post("/members/invite", data=data))
    invitation = page.one("output", id="invitation").text
    stranger = desk.app.test_client()
    data = {"csrf_token": token(stranger.get("/welcome")), "invitation": invitation, "go": "look"}
    answer = stranger.post("/welcome", data=data)
    assert answer.status_code == 200, answer.text
    return Screen(answer)


def _shape(form: Form) -> object:
    return form.path, form.method, form.fields.get("go", "").partition(":")[0], *form.fields


def _pages(site: Site, client: object, report: str) -> Iterator[Screen]:
    """Every page behind a GET, and those behind the buttons that only look."""
    for rule in site.rules():
        if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        path = path_of(rule, {"report": report.encode()}).decode()
        answer: TestResponse = client.get(path)  # type: ignore[attr-defined]
        if answer.status_code == 200:
            yield Screen(answer)
            yield from _behind(client, path, answer)


def _behind(client: object, path: str, page: TestResponse) -> Iterator[Screen]:
    for go in ("preview", "warn"):
        if f'value="{go}"' in page.text:
            data = {"csrf_token": token(page), "go": go, "text": "Hello.", "reason": "danger"}
            yield Screen(client.post(path, data=data))  # type: ignore[attr-defined]


def path_of(rule: Rule, values: Mapping[str, bytes]) -> bytes:
    """Give the raw path of a rule, with these values and ordinary ones for the rest."""
    usual = {"language": b"en", "door": b"a", "report": b"0" * 32, "number": b"1",
             "digest": b"0" * 12, "name": b"linh.analyst", "compartment": b"triage"}  # fmt: skip
    known = usual | values
    return re.sub(
        rb"<(?:[^<>:]*:)?(\w+)>", lambda m: known.get(m[1].decode(), b"1"), rule.rule.encode()
    )


def latin(raw: bytes) -> str:
    """Bytes as WSGI hands them on."""
    return raw.decode("latin-1")


@pytest.fixture(params=["public", "staff"])
def site(request: pytest.FixtureRequest, deployment: Deployment) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest) -> bytes:
    return ODD[request.param]


def failures(answers: Iterator[tuple[str, str, int]]) -> Found:
    return [found for found in answers if found[2] >= 500]


def test_the_walk_finds_what_it_is_to_walk(public: Site, staff: Site) -> None:
    names = {name for _, form in (*public.forms, *staff.forms) for name in form.fields}
    assert {"story", "selectors-value", "safe_contact", "draft", "thread", "more", "code"} <= names
    assert {"member", "passphrase", "note", "text", "reason", "scope", "again", "filings"} <= names
    assert {"after", "before", "template", "help_country"} <= set(PARAMETERS)


def test_no_odd_path_is_a_failure(site: Site, odd: bytes) -> None:
    def ask() -> Iterator[tuple[str, str, int]]:
        for rule in site.rules():
            for name in rule.arguments:
                who, path = site.visitor(rule), path_of(rule, {name: odd})
                for form in (None, f"csrf_token={site.tokens[who]}"):
                    yield rule.rule, name, site.ask(who, path, form=form)
        yield "", "", site.ask(next(iter(site.clients)), b"/" + odd)

    assert failures(ask()) == []


def test_no_odd_parameter_is_a_failure(site: Site, odd: bytes) -> None:
    def ask() -> Iterator[tuple[str, str, int]]:
        for rule in site.rules():
            who, path = site.visitor(rule), path_of(rule, {})
            for value in (quote_from_bytes(odd), latin(odd)):
                query = "&".join(f"{name}={value}" for name in (*PARAMETERS, value))
                yield rule.rule, query, site.ask(who, path, QUERY_STRING=query)

    assert failures(ask()) == []


def test_no_odd_field_is_a_failure(site: Site, odd: bytes) -> None:
    def ask() -> Iterator[tuple[str, str, int]]:
        for who, form in site.forms:
            alone = [name for name in form.fields if name in ALONE or len(site.clients) > 1]
            others = [name for name in form.fields if name not in alone]
            for names in (*([name] for name in alone), others):
                fields = {n: quote_from_bytes(v.encode()) for n, v in form.fields.items()}
                fields |= dict.fromkeys(names, quote_from_bytes(odd))
                sent = "&".join(f"{name}={value}" for name, value in fields.items())
                asked = {"form": sent} if form.method == "POST" else {"QUERY_STRING": sent}
                path = form.path.encode()
                yield form.path, " ".join(names), site.ask(who, path, **asked)  # type: ignore[arg-type]

    assert failures(ask()) == []


def test_no_odd_body_is_a_failure(site: Site, odd: bytes) -> None:
    def ask() -> Iterator[tuple[str, str, int]]:
        for rule in site.rules():
            who, path = site.visitor(rule), path_of(rule, {})
            for sent in (odd, quote_from_bytes(odd).encode() + b"=" + odd, b"csrf_token=" + odd):
                answer = site.ask(who, path, form=latin(sent))
                yield rule.rule, "", answer

    assert failures(ask()) == []


def test_no_odd_cookie_or_header_is_a_failure(site: Site, odd: bytes) -> None:
    def ask() -> Iterator[tuple[str, str, int]]:
        value = latin(odd)
        pairs = "; ".join(site.clients.values()).split("; ")
        names = sorted({pair.partition("=")[0] for pair in pairs} | {"c", "x", value})
        for rule in site.rules():
            who, path = site.visitor(rule), path_of(rule, {})
            for form in ("{}={}", '{}="{}"', "{}=a.{}.c"):
                cookies = "; ".join(form.format(name, value) for name in names)
                yield rule.rule, form, site.ask(who, path, HTTP_COOKIE=cookies)
        for name in HEADERS:
            yield path.decode(), name, site.ask(who, path, **{name: value})

    assert failures(ask()) == []


@pytest.mark.parametrize("name", ["linh\0.analyst", "linh.analyst\x01", "\ufffelinh.analyst"])
def test_a_name_with_more_than_letters_is_refused_as_any_wrong_one(
    deployment: Deployment, staff: Site, name: str
) -> None:
    people = Desk(deployment, staff.app).people
    person = next(one for one in people if one["member"] == "linh.analyst")
    assert sign_in(staff.app.test_client(), person, member=name).status_code == 403
    # A browser of its own: what was sent to every address before has signed that one out.
    client = Desk(deployment, staff.app).client("administrator")
    data = {"csrf_token": token(client.get("/members"))}
    assert client.post(f"/members/{quote(name)}/remove", data=data).status_code == 404


def test_a_text_that_was_pasted_with_stray_characters_keeps_its_words(
    deployment: Deployment,
) -> None:
    app = make_public(deployment)
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    screen = to_page(client, "story", begin(client))
    screen = client.press(screen, story="h\0e\0 said\x0bno\r\nand \x07left\ufffe")
    check = client.press(screen, "check")
    assert "he said no and left" in check.main.text
