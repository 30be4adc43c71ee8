"""The headers of every answer, walked from the live URL map of both sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portal.staff.guard import OPEN
from portal.web import headers
from tests.builders.deployment import Deployment
from tests.builders.sites import EXIT, CheckedClient, make_public, make_staff

EXAMPLES = {"language": "en", "door": "a", "report": "0" * 32, "digest": "0" * 12, "name": "x.css"}


@pytest.fixture(params=["public", "staff"])
def site(request: pytest.FixtureRequest, deployment: Deployment) -> Flask:
    if request.param == "public":
        made = make_public(deployment)
    else:
        made = make_staff(deployment, exit_url=EXIT)
    made.test_client_class = CheckedClient

    @made.get("/en/breaks")
    def breaks() -> str:
        raise RuntimeError

    breaks.needs_permission = OPEN  # type: ignore[attr-defined]
    return made


def addresses(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        values = {name: EXAMPLES.get(name, "1") for name in rule.arguments}
        if "report" in values:
            values["report"] = bytes(16)  # type: ignore[assignment]
        built = rule.build(values, append_unknown=False)
        if built is None:
            built = rule.build({n: EXAMPLES.get(n, "x") for n in rule.arguments})
        assert built is not None, rule.rule
        yield rule, built[1]


def test_every_route_answers_every_method_with_every_header(site: Flask) -> None:
    client = site.test_client()
    seen = set()
    for _, address in addresses(site):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            seen.add(client.open(address, method=method).status_code)
    assert {200, 303, 405, 500} <= seen


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (404, {"path": "/en/nowhere"}),
        (404, {"path": "/s/000000000000/public.css"}),
        (415, {"path": "/en/x", "method": "POST", "data": "x", "content_type": "image/png"}),
        (413, {"path": "/en/x", "method": "POST", "data": {"f": "a b " * 400_000}}),
        (400, {"path": "/en/back", "method": "POST", "data": {"f": "x"}}),
    ],
)
def test_every_status_has_every_header(site: Flask, status: int, ask: dict[str, object]) -> None:
    if status == 400 and site.name != "portal.public":
        ask = {**ask, "path": "/sign-in"}
    response = site.test_client().open(**ask)  # type: ignore[arg-type]
    assert response.status_code == status


def test_a_host_whose_punycode_is_none_is_no_failure(app: Flask) -> None:
    for host in ("xn--a", "xn--a.example"):
        # Not by the test client, which fails at such a host by itself.
        environ = EnvironBuilder(path="/en/1", headers={"Host": host}).get_environ()
        assert run_wsgi_app(app, environ)[1] == "200 OK"


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "x..y", "."])
def test_a_host_that_is_none_is_refused_with_a_page(site: Flask, host: str) -> None:
    response = site.test_client().get("/en/1", headers={"Host": host})
    assert response.status_code == 400
    assert "could not read that" in response.text


def test_a_flood_is_told_kindly_with_every_header(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_RATE_PAGES", "1 per day")
    client = make_public(deployment).test_client()
    screen = client.see("/en/a")
    draft = client.press(screen, "start").fields()
    data = draft | {"happening": ["fake"], "go": ["next"]}
    response = client.post("/en/a", data=data)
    assert response.status_code == 429
    assert response.headers["Retry-After"]
    assert 'name="draft"' in response.text


def test_https_adds_transport_security_and_host_cookies(deployment: Deployment) -> None:
    client = make_public(deployment, https=True).test_client()
    response = client.get("/en/a", base_url="https://portal.example")
    assert "max-age=" in response.headers["Strict-Transport-Security"]
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_over_plain_http_there_is_no_transport_security(client: CheckedClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/en/").headers


def test_the_exit_is_where_forms_may_lead() -> None:
    policy = headers.policy("https://weather.example/today?x=1")
    assert "form-action 'self' https://weather.example;" in policy
