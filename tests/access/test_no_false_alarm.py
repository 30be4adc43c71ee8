"""Everything at once, and nobody's act is taken for an attack."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from portal import access
from portal.access import Act, Claim, Role, TrustedLog
from portal.access.membership import fingerprint
from portal.domain.errors import LogBroken, PowerChanged, SignInRefused
from portal.domain.report import Compartment
from portal.store import authority, members
from portal.store.engine import Connection
from tests.builders import desk

SIGN_INS = 3
LONG = timedelta(days=900)


@dataclass
class Everybody:
    """Members who sign in, ask for pages and grant keys, and the worker's look at their rows."""

    connection: Connection
    hoa: Act
    steps: Iterator[int] = field(default_factory=lambda: count(1))
    is_over: threading.Event = field(default_factory=threading.Event)
    tokens: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def sign_in(self, member: str, log: TrustedLog) -> None:
        for _ in range(SIGN_INS):
            at = desk.NOW + timedelta(seconds=30 * next(self.steps))
            claim = Claim(member, desk.PASSPHRASE, desk.code(member, at))
            try:
                token = access.sign_in(
                    self.connection,
                    claim=claim,
                    lifetime=LONG,
                    now=at,
                    random=os.urandom,
                    log=log,
                )
            except SignInRefused:
                continue  # the same member, signing in elsewhere, has spent a later code
            self.tokens.append(token)
            self.done["signed in"] += 1

    def ask(self, log: TrustedLog) -> None:
        if self.tokens:
            try:
                self._resume(log)
            except (LogBroken, PowerChanged):
                self._resume(log)  # as the desk does: the first one may lack the newest entry
            self.done["resumed"] += 1

    def _resume(self, log: TrustedLog) -> None:
        token = self.tokens[-1]
        with self.connection.begin(write=False) as db:
            found = access.resume(db, token=token, idle=LONG, now=desk.NOW, log=log)
        if found is not None:
            with self.connection.begin(write=False) as db:
                member = found.principal.member
                access.keyring(db, member=member, seed=found.seed, log=log)

    def give(self, log: TrustedLog) -> None:
        act, part = Act(self.hoa.by, desk.NOW, log), Compartment.TRIAGE
        with self.connection.begin(write=True) as db:
            access.withdraw(db, act=act, member="linh", compartment=part)
        with self.connection.begin(write=True) as db:
            row = members.get(db, name="linh")
            assert row
            access.grant(
                db,
                act=act,
                keys=desk.keys_of(db, self.hoa),
                member="linh",
                compartment=part,
                fingerprint=fingerprint(access.key_of(row)),
            )
        self.done["granted"] += 1

    def check(self, _: TrustedLog) -> None:
        with self.connection.begin(write=False) as db:
            for name in ("linh", "hoa"):
                assert authority.is_as_logged(db, member=name, verify=desk.AUDIT.verify), name
        self.done["checked"] += 1

    def over_and_over(self, one: Callable[[TrustedLog], None], log: TrustedLog) -> None:
        while not self.is_over.is_set():
            one(log)


def test_sign_ins_grants_and_requests_at_once_are_no_tampering(connection: Connection) -> None:
    """Two processes, as far as their memory of the log goes, and one member who signs in twice."""
    with connection.begin(write=True) as db:
        desk.add_member(db, "linh", Role.ANALYST)
        all_ = Everybody(connection, desk.add_member(db, "hoa", Role.SUPERVISOR))
    one, other = TrustedLog(desk.AUDIT), TrustedLog(desk.AUDIT)
    with ThreadPoolExecutor(8) as pool:
        beside = [
            pool.submit(all_.over_and_over, what, log)
            for what, log in (
                *((all_.ask, one), (all_.ask, other)),
                *((all_.give, one), (all_.check, other)),
            )
        ]
        signing = [
            pool.submit(all_.sign_in, member, log)
            for member, log in (("linh", one), ("linh", other), ("hoa", one))
        ]
        try:
            for work in signing:
                work.result()
        finally:
            all_.is_over.set()
        for work in beside:
            work.result()
    assert {"signed in", "resumed", "granted", "checked"} == {*all_.done}
