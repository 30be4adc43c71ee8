"""Sign-in: passphrase and one-time code, then a session that only the cookie can open."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from portal.access.factors import open_by_passphrase, totp_step
from portal.access.leaving import SIGNED_OUT, lock_member, put_back
from portal.access.membership import is_active
from portal.access.principal import Act, Principal
from portal.access.roles import Role
from portal.access.trusted_log import TrustedLog
from portal.domain.canon import canon
from portal.domain.errors import KeyDiffers, OpenFailed, SignInRefused
from portal.sealing.suite import public_from_seed
from portal.store import factors, members, sessions
from portal.store.engine import Connection, Db
from portal.store.members import MemberRow
from portal.store.sessions import SessionRow
from portal.vault.member import open_session, seal_session

_BYTES = 32
_TOUCH = timedelta(minutes=1)

REFUSED, SLOWED = "session:refused", "session:slowed"
"""Actions in the audit log: one refused sign-in, and many refused ones from the same network."""

WRONG_CODE = "session:code_refused"
"""Action in the audit log: the passphrase was right and the code was wrong. An auditor who reads it
should ask the member whether it was them."""

KEY_DIFFERS = "session:key_differs"
"""Action in the audit log: all was right, and the public key in the database was another one.
Somebody has written to the database; an auditor must hear of it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody typed to sign in."""

    member: str = field(repr=False)
    passphrase: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member's session, for the length of one request."""

    principal: Principal
    id_hash: bytes
    seen_at: datetime
    expires_at: datetime
    seed: bytes = field(repr=False)


def sign_in(
    connection: Connection,
    *,
    claim: Claim,
    lifetime: timedelta,
    now: datetime,
    random: Callable[[int], bytes],
    log: TrustedLog,
    refusal: str | None = REFUSED,
) -> str:
    """Check all three things and start a session; give the cookie's value.

    Raises `SignInRefused` in one way, after the same work, whichever was wrong, and `KeyDiffers`
    where all was right and the stored public key is not the one of the seed. A one-time code
    that was accepted once is never accepted again, in whatever process; one that comes with a wrong
    passphrase is not used up. Raises `PowerChanged` or `LogBroken`, to the one who proved to be the
    member, where the member's rows or the log can't be trusted. `refusal` is how a refusal is told
    in the audit log, None for not at all: a flood must not fill it. A wrong code with the right
    passphrase is always told.
    """
    with connection.begin(write=False) as db:
        row = members.get(db, name=claim.member)
        sets = factors.of_member(db, member=claim.member)
    seed = open_by_passphrase(row, sets, claim.passphrase)
    step = totp_step(row, seed, claim.code, now)
    if row is not None and seed is not None and step is not None:
        token = _let_in(connection, _Proved(row, seed, step), lifetime, now, random, log)
        if token is not None:
            return token
    is_code_wrong = seed is not None and step is None
    told = WRONG_CODE if is_code_wrong and claim.code else refusal
    if told is not None:
        with connection.begin(write=True) as db:
            _record(db, row, told, now, log)
    raise SignInRefused(is_code_wrong=is_code_wrong)


def resume(
    db: Db, *, token: str, idle: timedelta, now: datetime, log: TrustedLog
) -> SignedIn | None:
    """Find the session that a cookie belongs to; None where it ended, idled away or never was.

    Raises `PowerChanged` or `LogBroken` where the member's rows or the log can't be trusted.
    """
    parts = _parse(token)
    if parts is None:
        return None
    seen = log.seen
    found = sessions.find(db, id_hash=_hash(parts[0]), sequence=seen[0])
    if found is None:
        return None
    row, member = found.session, found.member
    if row.expires_at <= now or row.seen_at + idle <= now or not is_active(member):
        return None
    log.require_member(found, seen=seen)
    seed = _opened(row, parts[1], member)
    if seed is None:
        return None
    principal = Principal(member.name, Role(member.role), member.agency)
    return SignedIn(principal, row.id_hash, row.seen_at, row.expires_at, seed)


def _opened(row: SessionRow, cookie_key: bytes, member: MemberRow) -> bytes | None:
    """Open the member's seed with the cookie; None where it is another seed, or none.

    Only who had the seed could seal it there: a row that somebody put into the database, for a
    cookie of their own making, is nobody's session.
    """
    try:
        seed = open_session(row.sealed_seed, cookie_key, member=member.name, session=_named(row))
        is_theirs = public_from_seed(seed) == member.public_key
    except (OpenFailed, ValueError):
        return None
    return seed if is_theirs else None


def _named(row: SessionRow) -> bytes:
    """Say which session it is, and how long it lives."""
    times = int(row.created_at.timestamp()), int(row.expires_at.timestamp())
    return canon("session", row.id_hash, *(str(one) for one in times))


def touch(connection: Connection, *, signed_in: SignedIn, now: datetime) -> None:
    """Note that a session is in use; at most one write a minute."""
    if signed_in.seen_at + _TOUCH <= now:
        with connection.begin(write=True) as db:
            sessions.touch(db, id_hash=signed_in.id_hash, seen_at=now)


def sign_out(db: Db, *, act: Act, id_hash: bytes) -> None:
    """End a session: its row goes, and with it the only copy of the sealed seed.

    If it was the member's last one, what the member holds is free at once.
    """
    name = act.by.member
    lock_member(db, agency=act.by.agency, name=name)
    sessions.remove(db, id_hash=id_hash)
    if not sessions.is_signed_in(db, member=name, now=act.now):
        put_back(db, act=act, member=name, why=SIGNED_OUT)
    act.record(db, "session:ended", f"member:{name}")


@dataclass(frozen=True, slots=True)
class _Proved:
    """A member who has proved all three things."""

    row: MemberRow
    seed: bytes = field(repr=False)
    step: int


def _let_in(
    connection: Connection,
    proved: _Proved,
    lifetime: timedelta,
    now: datetime,
    random: Callable[[int], bytes],
    log: TrustedLog,
) -> str | None:
    """Use the one-time code up and start a session; None where the code was used before."""
    row = proved.row
    log.catch_up(connection)
    with connection.begin(write=True) as db:
        log.require_whole(db)
        members.lock(db, name=row.name)
        is_own_key = row.public_key == public_from_seed(proved.seed)
        if is_own_key:
            log.require_as_logged(db, member=row.name)
            checked = members.get(db, name=row.name)
            if checked is None or not members.use_totp_step(db, name=row.name, step=proved.step):
                return None
            token = _start(db, row, proved.seed, now, lifetime, random)
            act = Act(Principal(row.name, Role(row.role), row.agency), now, log)
            as_left = replace(checked, totp_last_step=proved.step)
            act.record_member(db, "session:started", row.name, changed=(), row=as_left)
            return token
        # The code is not used up: that would change a row which the log does not know.
        _record(db, row, KEY_DIFFERS, now, log)
    raise KeyDiffers


def _start(
    db: Db,
    row: MemberRow,
    seed: bytes,
    now: datetime,
    lifetime: timedelta,
    random: Callable[[int], bytes],
) -> str:
    session_id, cookie_key = random(_BYTES), random(_BYTES)
    made = SessionRow(_hash(session_id), row.name, b"", now, now, now + lifetime)
    sealed = seal_session(seed, cookie_key, member=row.name, session=_named(made), random=random)
    sessions.insert(db, row=replace(made, sealed_seed=sealed))
    return base64.urlsafe_b64encode(session_id + cookie_key).decode("ascii")


def _record(db: Db, row: MemberRow | None, action: str, now: datetime, log: TrustedLog) -> None:
    """Write who it was; never what was typed, which may be a passphrase in the wrong field."""
    name, agency = (row.name, row.agency) if row else ("unknown", "")
    # The role is that of nobody in particular: of the row's, nothing is known yet.
    Act(Principal(name, Role.AUDITOR, agency), now, log).record(db, action, f"member:{name}")


def _parse(token: str) -> tuple[bytes, bytes] | None:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return (raw[:_BYTES], raw[_BYTES:]) if len(raw) == 2 * _BYTES else None


def _hash(session_id: bytes) -> bytes:
    return hashlib.sha256(session_id).digest()
