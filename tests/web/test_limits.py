"""Limits keep no address, and say what happens when their store is down."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from portal.domain.errors import ConfigError
from portal.web import limits
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, make_public

DOWN = "redis://127.0.0.1:1/0"


def key(app: Flask, address: str) -> str:
    with app.request_context(EnvironBuilder(environ_base={"REMOTE_ADDR": address}).get_environ()):
        return limits.address_key()


def test_the_key_holds_no_address_and_changes_every_hour(
    app: Flask, deployment: Deployment
) -> None:
    first = key(app, "192.0.2.7")
    assert first == key(app, "192.0.2.7")
    assert first != key(app, "192.0.2.8")
    assert "192" not in first or len(first) == 24
    deployment.clock.move(seconds=limits.SALT_LIVES)
    assert key(app, "192.0.2.7") != first


def test_another_process_of_the_site_counts_alike(app: Flask, deployment: Deployment) -> None:
    other = make_public(deployment)
    assert key(app, "192.0.2.7") == key(other, "192.0.2.7")


@pytest.mark.usefixtures("limiter_afresh")
def test_reporting_stays_open_when_the_store_is_down(deployment: Deployment) -> None:
    client = make_public(deployment, redis_url=DOWN).test_client()
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, "send", happening=["fake"])
    assert screen.one("output", id="receipt").text


def test_a_wrong_rate_stops_the_start(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_RATE_PAGES", "many")
    with pytest.raises(ConfigError, match="PORTAL_RATE_PAGES"):
        make_public(deployment)


def test_a_class_of_children_behind_one_address_is_let_through(client: CheckedClient) -> None:
    for _ in range(30):
        screen = client.press(client.see("/en/a"), "start")
        for _ in range(6):
            screen = client.press(screen, happening=["fake"])
