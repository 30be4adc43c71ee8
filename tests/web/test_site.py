"""What the application does once instead of for every request stays right."""

from __future__ import annotations

import inspect
from itertools import chain

import pytest
from flask import Flask
from itsdangerous import BadSignature

from portal.web.site import SignedSessions
from tests.builders.deployment import Deployment
from tests.builders.sites import make_public, make_staff


@pytest.mark.parametrize("make", [make_public, make_staff])
def test_no_function_of_a_site_is_a_coroutine(deployment: Deployment, make) -> None:  # type: ignore[no-untyped-def]
    app: Flask = make(deployment)
    around = chain.from_iterable(
        group[None]
        for group in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
        if None in group
    )
    functions = [*app.view_functions.values(), *around]
    assert len(functions) > 10
    assert not any(map(inspect.iscoroutinefunction, functions))


def test_sessions_are_signed_under_the_key_of_their_own_site() -> None:
    one, other = Flask("one"), Flask("other")
    sessions = SignedSessions()
    one.secret_key, other.secret_key = "a" * 32, "b" * 32
    for app in (one, other, one):
        signed = sessions.get_signing_serializer(app).dumps({"sid": "1"})
        stranger = other if app is one else one
        with pytest.raises(BadSignature):
            sessions.get_signing_serializer(stranger).loads(signed)
        assert sessions.get_signing_serializer(app).loads(signed) == {"sid": "1"}


def test_a_key_that_is_changed_counts_at_once() -> None:
    app, sessions = Flask("one"), SignedSessions()
    app.secret_key = "a" * 32
    signed = sessions.get_signing_serializer(app).dumps({})
    app.secret_key = "b" * 32
    with pytest.raises(BadSignature):
        sessions.get_signing_serializer(app).loads(signed)
    app.config["SECRET_KEY_FALLBACKS"] = ["a" * 32]
    assert sessions.get_signing_serializer(app).loads(signed) == {}
