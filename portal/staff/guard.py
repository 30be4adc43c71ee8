"""Deny by default: a route that names no permission answers nobody."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, current_app, g, request

from portal import access
from portal.access import Act, Permission, Principal, SignedIn, TrustedLog
from portal.domain.errors import LogBroken, PermissionRefused, PortalError, PowerChanged
from portal.sealing.manifest import Manifest
from portal.store.engine import Connection, Db
from portal.vault.keyring import Keyring
from portal.web import clock
from portal.web.factory import cookie_name

P = ParamSpec("P")
R = TypeVar("R")

OPEN = "open"
"""What a route names that answers strangers as well."""


class SessionOver(PortalError):
    """There is no session, or none any more."""

    code = "session.over"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the process holds: both databases, the audit log, and how long a session lasts."""

    connection: Connection
    audit: TrustedLog
    manifest: Manifest
    lifetime: timedelta
    idle: timedelta
    is_https: bool
    random: Callable[[int], bytes] = os.urandom

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the session's key."""
        return cookie_name("desk", https=self.is_https)


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Name the one permission that a route takes."""
    return _mark(permission.value)


def answers_strangers(view: Callable[P, R]) -> Callable[P, R]:
    """Let a route answer without a session: sign-in and enrolment."""
    return _mark(OPEN)(view)


def permission_of(app: Flask, endpoint: str | None) -> str | None:
    """Give what a route names: a permission, `OPEN`, or None, which is refused."""
    view = app.view_functions.get(endpoint or "")
    return None if view is None else getattr(view, "needs_permission", None)


def check() -> None:
    """Before every request: find the session, and hold the route's permission against the role."""
    if request.endpoint is None or request.endpoint == "static":
        return
    wanted = permission_of(current_app, request.endpoint)
    g.signed_in = None
    if wanted == OPEN:
        return
    if recognise() is None:
        raise SessionOver
    if wanted is None or not me().can(Permission(wanted)):
        raise PermissionRefused
    if request.method == "POST" and not desk().audit.has_verified:
        # A long log is verified before an act begins, not while it holds others up. What comes of
        # it is for the acts that want a whole log.
        with suppress(LogBroken):
            desk().audit.catch_up(desk().connection)


def recognise() -> SignedIn | None:
    """Find the session of this request, and keep it for the request."""
    g.signed_in = _resume()
    found: SignedIn | None = g.signed_in
    return found


def desk() -> Desk:
    """Give what the process holds."""
    held: Desk = current_app.extensions["desk"]
    return held


@contextmanager
def current_unit() -> Iterator[Db]:
    """Give a unit of work: a GET reads, a POST writes.

    It is committed before the answer is made, and if an action is refused part-way,
    everything rolls back, even when the view handles the error. What a form
    does goes through `once.act_once`.
    """
    with desk().connection.begin(write=request.method == "POST") as db:
        yield db


@contextmanager
def reading_unit() -> Iterator[Db]:
    """Give a unit of work that only reads, also where a form asked for it: nobody waits for it."""
    with desk().connection.begin(write=False) as db:
        yield db


def signed_in() -> SignedIn:
    """Give the session of this request; the guard has made sure that there is one."""
    found: SignedIn | None = g.get("signed_in")
    if found is None:
        raise PermissionRefused
    return found


def me() -> Principal:
    """Give who asks."""
    return signed_in().principal


def now() -> datetime:
    """Give the time of this request."""
    if "now" not in g:
        g.now = clock.now()
    at: datetime = g.now
    return at


def act() -> Act:
    """Give the action that this request is."""
    return Act(me(), now(), desk().audit)


def keys(db: Db) -> Keyring:
    """Open the member's keyring for this request; raises `OpenFailed`."""
    return access.keyring(db, member=me().member, seed=signed_in().seed, log=desk().audit)


def _mark(value: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        guarded.needs_permission = value  # type: ignore[attr-defined]
        return guarded

    return wrap


def _resume() -> SignedIn | None:
    token = request.cookies.get(desk().cookie)
    if not token:
        return None
    try:
        found = _find(token)
    except (LogBroken, PowerChanged):
        # A reading that began before the newest entry which this process has seen lacks it.
        found = _find(token)
    if found is not None:
        access.touch(desk().connection, signed_in=found, now=now())
    return found


def _find(token: str) -> SignedIn | None:
    with desk().connection.begin(write=False) as db:
        return access.resume(db, token=token, idle=desk().idle, now=now(), log=desk().audit)


def blueprint(name: str) -> Blueprint:
    """Make a blueprint of the desk."""
    return Blueprint(name, __name__)
