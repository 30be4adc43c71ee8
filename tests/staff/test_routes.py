"""Every route × every role × every method, walked from the live URL map: denied unless allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from portal.access import PERMISSIONS, Permission
from portal.staff.guard import OPEN, permission_of
from tests.staff.conftest import ROLES, Desk, token

VALUES = {"name": "minh.analyst", "compartment": "triage", "digest": "0" * 12, "handle": "0" * 32}
"""What stands in the addresses; `report` comes from the fixture."""


def routes(desk: Desk) -> Iterator[tuple[Rule, str]]:
    for rule in desk.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def path_of(desk: Desk, rule: Rule, report: str) -> str:
    values = {**VALUES, "report": bytes.fromhex(report)}
    wanted = {name: values[name] for name in rule.arguments}
    with desk.app.test_request_context():
        return rule.build({**wanted}, append_unknown=False)[1]  # type: ignore[index]


def test_every_route_names_what_it_needs(desk: Desk) -> None:
    for rule, _ in routes(desk):
        if rule.endpoint == "static":
            continue
        needed = permission_of(desk.app, rule.endpoint)
        assert needed == OPEN or needed in set(Permission), rule.endpoint


def test_only_these_answer_strangers(desk: Desk) -> None:
    found = {r.endpoint for r, _ in routes(desk) if permission_of(desk.app, r.endpoint) == OPEN}
    assert found == {
        "sign_in.form",
        "sign_in.enter",
        "sign_in.welcome",
        "sign_in.enrol",
        "account.language",
        "recovery.ask",
        "recovery.recover",
    }


def test_a_stranger_is_led_to_the_door(desk: Desk, report: str) -> None:
    stranger = desk.app.test_client()
    for rule, method in routes(desk):
        if rule.endpoint == "static" or permission_of(desk.app, rule.endpoint) == OPEN:
            continue
        page = token(stranger.get("/sign-in"))
        answer = stranger.open(
            path_of(desk, rule, report), method=method, data={"csrf_token": page}
        )
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/sign-in"), rule


@pytest.mark.parametrize("role", ROLES)
def test_what_the_table_refuses_is_refused(desk: Desk, report: str, role: str) -> None:
    client = desk.client(role)
    csrf = token(client.get("/account"))
    refused = 0
    for rule, method in routes(desk):
        needed = permission_of(desk.app, rule.endpoint)
        if rule.endpoint == "static" or needed == OPEN:
            continue
        if role in {str(one) for one in PERMISSIONS[Permission(needed)]}:
            continue
        answer = client.open(path_of(desk, rule, report), method=method, data={"csrf_token": csrf})
        assert answer.status_code == 403, f"{role} {method} {rule}"
        assert "<form" not in answer.text.split("<main")[1].split("</main")[0]
        refused += 1
    assert refused, "the table refuses something to every role"


@pytest.mark.parametrize("role", ROLES)
def test_what_the_table_allows_is_shown(desk: Desk, report: str, role: str) -> None:
    client = desk.client(role)
    for rule, method in routes(desk):
        needed = permission_of(desk.app, rule.endpoint)
        if method != "GET" or rule.endpoint == "static" or needed in (OPEN, None):
            continue
        if role in {str(one) for one in PERMISSIONS[Permission(needed)]}:
            answer = client.get(path_of(desk, rule, report))
            assert answer.status_code in (200, 303, 409), f"{role} {rule}"


def test_no_post_works_without_its_token(desk: Desk, report: str) -> None:
    client = desk.client("supervisor")
    for rule, method in routes(desk):
        if method == "POST":
            answer = client.post(path_of(desk, rule, report), data={"member": "x"})
            assert answer.status_code == 400, rule


def test_another_agency_sees_nothing_of_a_report(desk: Desk, report: str) -> None:
    other = desk.client("analyst", place=2)
    assert other.get(f"/case/{report}").status_code == 404
    csrf = token(other.get("/account"))
    for deed in ("take", "open/triage", "open/indicators", "note", "move"):
        answer = other.post(f"/case/{report}/{deed}", data={"csrf_token": csrf, "reason": "x"})
        assert answer.status_code in (404, 422), deed
    assert report not in other.get("/queue").text
