"""Tries to sign in: guessing is slowed, by name and network, and never closed to the real member.

Wrong tries are counted for one name from one network. When they are too many, further ones from
there are checked one at a time, every few seconds, and the others are sent away unchecked, with the
word to wait: no thread ever sleeps for them. A browser in which this member has signed in before
is counted alone (OWASP, "device cookies"), so that no stranger fills its counter. Checking a
passphrase costs 64 MiB and a fifth of a second (Argon2id), so tries go through lanes of bounded
width; known browsers have one of their own. Wrong codes *with the right passphrase* are counted by
name alone, which no stranger can fill: beyond them, codes from browsers that are not known are not
looked at for a while.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import Flask, current_app, request
from limits import parse
from werkzeug.wrappers import Response

from portal.access import REFUSED, SLOWED, Claim
from portal.domain.errors import SignInRefused, TooManyTries
from portal.staff.forms import form_seal
from portal.staff.guard import desk, now
from portal.web.factory import cookie_name
from portal.web.limits import key_of, network, tries

FREE = parse("10 per 5 minutes")
"""Tries that may fail for one name from one network (or known browser) before they are slowed."""

OF_NETWORK = parse("60 per 5 minutes")
"""Tries that may fail from one network, for whatever names, before all of it is slowed."""

OF_CODE = parse("10 per 15 minutes")
"""Wrong codes with the right passphrase, by name (or known browser): 3 codes of a million fit at a
time, so guessing them takes a year."""

PACE = TooManyTries.retry_after
"""Seconds in which one try is checked where guessing is slowed. The page says this number."""

_ONE = parse("1 per minute")
"""What is taken in a stretch of `PACE` seconds; each stretch has a key of its own."""

_ONCE = parse("1 per 5 minutes")
"""How often the audit log tells of one source that is slowed."""

KNOWN_LIVES = timedelta(days=180)

MOST_KNOWN = 8
"""Members who may be known in one browser."""

_NAME = "portal.lanes"


class Lane:
    """Lets some tries in at once, fewer of them from one network, and the others come again."""

    def __init__(self, *, places: int, of_one: int) -> None:
        self._places, self._of_one = places, of_one
        self._inside: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, who: str) -> Iterator[None]:
        """Hold a place; raises `TooManyTries` where there is none."""
        with self._lock:
            if self._inside.total() >= self._places or self._inside[who] >= self._of_one:
                raise TooManyTries
            self._inside[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= Counter([who])  # which keeps nobody who has left


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of one process: together fewer than its threads, so that pages stay fast."""

    known: Lane = field(default_factory=lambda: Lane(places=4, of_one=1))
    strangers: Lane = field(default_factory=lambda: Lane(places=3, of_one=2))
    checking: threading.Lock = field(default_factory=threading.Lock)
    """Strangers are checked one at a time: half of what a process can do is for known browsers."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in, and the counters that it touches."""

    name: str
    browser: str | None
    network: str

    @property
    def slowed(self) -> tuple[str, ...]:
        """Name what shares one pace because too many failed before; empty where nothing does."""
        if self.browser is None and tries().are_spent(OF_NETWORK, key_of(*self._of_network)):
            return self._of_network
        return self._of_name if tries().are_spent(FREE, key_of(*self._of_name)) else ()

    @property
    def are_codes_spent(self) -> bool:
        """Tell whether too many codes were tried with the right passphrase."""
        return tries().are_spent(OF_CODE, key_of(*self._of_code))

    def looked_at(self, claim: Claim) -> Claim:
        """Give what is checked: after too many wrong codes, none that a guesser could hit."""
        return replace(claim, code="") if self.are_codes_spent else claim

    def failed(self, refused: SignInRefused, *, slowed: tuple[str, ...]) -> None:
        """Count it."""
        tries().add(FREE, key_of(*self._of_name))
        if slowed:
            tries().add(_ONCE, key_of("told", *slowed))
        if self.browser is None:
            tries().add(OF_NETWORK, key_of(*self._of_network))
        if refused.is_code_wrong:
            tries().add(OF_CODE, key_of(*self._of_code))

    @property
    def _of_name(self) -> tuple[str, ...]:
        if self.browser is None:
            return "name", self.name, self.network
        return "browser", self.name, self.browser

    @property
    def _of_network(self) -> tuple[str, ...]:
        return "network", self.network

    @property
    def _of_code(self) -> tuple[str, ...]:
        return "codes", self.name, self.browser or ""


def prepare(app: Flask) -> None:
    """Make the lanes of this process."""
    app.extensions[_NAME] = Lanes()


@contextmanager
def turn(one: Try, *, slowed: tuple[str, ...]) -> Iterator[None]:
    """Hold a place among those that are checked; raises `TooManyTries` where there is none."""
    lanes: Lanes = current_app.extensions[_NAME]
    if one.browser is not None:
        with lanes.known.place(one.browser):
            yield
        return
    with lanes.strangers.place(one.network):
        _keep_pace(slowed)
        with lanes.checking:
            yield


def _keep_pace(slowed: tuple[str, ...]) -> None:
    """Let one try through in each stretch of `PACE` seconds; raises `TooManyTries` for the others.

    A try that is sent away counts for nothing, so that coming too early costs nobody anything.
    """
    stretch = str(int(now().timestamp()) // PACE)
    if slowed and not tries().add(_ONE, key_of("pace", stretch, *slowed)):
        raise TooManyTries


def told_as(slowed: tuple[str, ...]) -> str | None:
    """Say how the audit log tells of a refusal: one by one, and of what is slowed once."""
    if not slowed:
        return REFUSED
    return None if tries().are_spent(_ONCE, key_of("told", *slowed)) else SLOWED


def of_request(name: str) -> Try:
    """Say who tries: for which name, from which browser or network.

    A known browser that guesses is a stranger's for a while: a cookie that was stolen slows its
    thief, and the browser that it was copied from is never worse off than a new one.
    """
    one = Try(name, _known().get(name), network())
    if one.browser is not None and (one.slowed or one.are_codes_spent):
        return replace(one, browser=None)
    return one


def remember(response: Response, name: str) -> None:
    """Let this browser be known as one in which that member has signed in.

    The cookie opens nothing. It is sealed, so it names nobody to whoever looks at the browser, and
    it is another one after every sign-in: whoever copied an earlier one shares no counter with it.
    """
    others = [(member, browser) for member, browser in _known().items() if member != name]
    newest = [*others, (name, desk().random(16).hex())][-MOST_KNOWN:]
    response.set_cookie(
        _cookie(),
        form_seal.seal(newest, purpose=_NAME),
        max_age=KNOWN_LIVES,
        secure=desk().is_https,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def _known() -> dict[str, str]:
    """Read which members have signed in with this browser."""
    sealed = request.cookies.get(_cookie(), "")
    found = form_seal.unseal(sealed, purpose=_NAME, lives=KNOWN_LIVES)
    return dict(found or [])


def _cookie() -> str:
    return cookie_name("desk-known", https=desk().is_https)
