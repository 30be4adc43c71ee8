"""Members: invite, enrol, remove. An administrator does it, and holds no key for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from portal.access import passphrase as rule
from portal.access import totp
from portal.access.factors import RecoveryCodes, new_codes, new_passphrase_set
from portal.access.leaving import MEMBER_REMOVED, lock_member, put_back
from portal.access.principal import Act, Principal
from portal.access.roles import Permission, Role
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import Conflict, NotFound, PortalError
from portal.sealing.suite import SEED_BYTES, public_from_seed
from portal.store import factors, members, sessions
from portal.store.authority import FACTORS
from portal.store.engine import Connection, Db
from portal.store.factors import FactorRow
from portal.store.members import MemberRow
from portal.vault.member import seal_totp

INVITED, ACTIVE, REMOVED = "invited", "active", "removed"

INVITATION_LASTS = timedelta(days=3)

_TOKEN_BYTES = 32
_NAME = re.compile(r"[a-z][a-z0-9.\-]{1,30}[a-z0-9]")


class MembershipError(PortalError):
    """A name, an invitation, a passphrase or a code that will not do; `code` says which."""

    code = "membership"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an invited member brings: the invitation, a passphrase, and the phone's proof."""

    invitation: str = field(repr=False)
    passphrase: str = field(repr=False)
    totp_secret: bytes = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A member with new keys: the row, what opens its seed, and the codes to be shown once."""

    row: MemberRow
    passphrase: FactorRow
    recovery: RecoveryCodes

    @property
    def sets(self) -> tuple[FactorRow, ...]:
        """Every factor set, recovery codes too."""
        return (self.passphrase, *self.recovery.rows)


def is_active(row: MemberRow) -> bool:
    """Tell whether the member has enrolled and was not removed."""
    return row.status == ACTIVE


def key_of(row: MemberRow) -> bytes:
    """Give the member's public key as it is stored; raises `NotFound` before enrolment."""
    if row.public_key is None:
        raise NotFound
    return row.public_key


def fingerprint(public: bytes) -> str:
    """Give 80 bits of the key's hash, for a member to read out before a grant."""
    text = hashlib.sha256(b"member-key-v1" + public).hexdigest()[:20]
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def own_fingerprint(seed: bytes) -> str:
    """Give the fingerprint of the key that a member's own seed gives, whatever is stored."""
    return fingerprint(public_from_seed(seed))


def invite(db: Db, *, act: Act, name: str, role: Role, random: Callable[[int], bytes]) -> str:
    """Invite somebody to the agency; give the invitation, which is shown once and then gone.

    An invitation that was never taken up is replaced. Raises `MembershipError("name")` or
    `Conflict("conflict.name")`.
    """
    act.require(Permission.MEMBERS_MANAGE)
    if not _NAME.fullmatch(name):
        raise MembershipError("name")
    token = base64.urlsafe_b64encode(random(_TOKEN_BYTES)).decode("ascii").rstrip("=")
    row = MemberRow(
        name=name,
        role=role.value,
        agency=act.by.agency,
        status=INVITED,
        invite_hash=_hash(token),
        invite_expires_at=act.now + INVITATION_LASTS,
        created_at=act.now,
    )
    members.lock(db, name=name)
    act.log.require_as_logged(db, member=name)
    known = members.get(db, name=name)
    if known is None:
        members.insert(db, row=row)
    elif known.status == INVITED and known.agency == act.by.agency:
        members.replace(db, row=row)
    else:
        raise Conflict("conflict.name")
    act.record_member(db, "member:invited", name, role.value, changed=(), row=row)
    return f"{name}.{token}"


def invited(db: Db, *, invitation: str, now: datetime) -> MemberRow:
    """Find whom an invitation is for; raises `MembershipError("invitation")`."""
    name, _, token = invitation.strip().rpartition(".")
    row = members.get(db, name=name)
    expected = row.invite_hash if row and row.status == INVITED and row.invite_hash else bytes(32)
    if not hmac.compare_digest(expected, _hash(token)) or row is None:
        raise MembershipError("invitation")
    if row.invite_expires_at is None or row.invite_expires_at <= now:
        raise MembershipError("invitation")
    return row


def prepare_enrolment(
    connection: Connection,
    *,
    enrolment: Enrolment,
    now: datetime,
    random: Callable[[int], bytes],
) -> Enrolled:
    """Make the keys of an invited member once phone and passphrase are proved to work.

    Nothing is stored: the slow part (Argon2id) is done outside any transaction. Raises
    `MembershipError`: `invitation`, `code`, or `passphrase.…` with the rule that it breaks.
    """
    with connection.begin(write=False) as db:
        row = invited(db, invitation=enrolment.invitation, now=now)
    problem = rule.problem(enrolment.passphrase, member=row.name, agency=row.agency)
    if problem:
        raise MembershipError(f"passphrase.{problem}")
    step = totp.matching_step(enrolment.totp_secret, enrolment.code, now)
    if step is None:
        raise MembershipError("code")
    enrolled = enrol(row, enrolment.passphrase, enrolment.totp_secret, now, random)
    return replace(enrolled, row=replace(enrolled.row, totp_last_step=step))


def accept_invitation(
    db: Db, *, invitation: str, enrolled: Enrolled, now: datetime, log: TrustedLog
) -> None:
    """Enrol whom `prepare_enrolment` made keys for, with passphrase and recovery codes.

    Raises `MembershipError("invitation")` where the invitation was used or ran out meanwhile, and
    `PowerChanged` where it is not the one that the log knows.
    """
    row = enrolled.row
    members.lock(db, name=row.name)
    log.require_as_logged(db, member=row.name)
    if invited(db, invitation=invitation, now=now).name != row.name:
        raise MembershipError("invitation")
    members.replace(db, row=row)
    factors.insert(db, rows=enrolled.sets)
    act = Act(Principal(row.name, Role(row.role), row.agency), now, log)
    act.record_member(db, "member:enrolled", row.name, changed=(FACTORS,), row=row)


def enrol_member(
    db: Db,
    *,
    name: str,
    role: Role,
    agency: str,
    passphrase: str,
    totp_secret: bytes,
    now: datetime,
    random: Callable[[int], bytes],
    log: TrustedLog,
) -> MemberRow:
    """Enrol a member at once, without an invitation: the first ones, made by the operator.

    Recovery codes are for the member alone: they make them on their own page.
    """
    bare = MemberRow(name=name, role=role.value, agency=agency, status=INVITED, created_at=now)
    enrolled = enrol(bare, passphrase, totp_secret, now, random)
    log.require_as_logged(db, member=name)
    members.insert(db, row=enrolled.row)
    factors.insert(db, rows=[enrolled.passphrase])
    act = Act(Principal("operator", Role.ADMINISTRATOR, agency), now, log)
    act.record_member(db, "member:enrolled", name, role.value, changed=(FACTORS,), row=enrolled.row)
    return enrolled.row


def remove(db: Db, *, act: Act, name: str) -> None:
    """Remove a member: grants and sessions go, the key goes, the name stays for the audit log.

    What the member holds is free at once. It is done also where somebody else changed the member's
    rows: nothing of them counts afterwards.

    Raises `Conflict` for one's own name. What the member opened is known to them; from the next
    epoch on they hold no key to anything new.
    """
    act.require(Permission.MEMBERS_MANAGE)
    row = of_agency(db, agency=act.by.agency, name=name)
    if row.name == act.by.member:
        raise Conflict
    lock_member(db, agency=row.agency, name=name)
    held = members.grants(db, member=name)
    members.remove_grants(db, member=name)
    factors.remove_all(db, member=name)
    sessions.remove_all(db, member=name)
    gone = MemberRow(row.name, row.role, row.agency, REMOVED, row.created_at)
    members.replace(db, row=gone)
    put_back(db, act=act, member=name, why=MEMBER_REMOVED)
    epochs = " ".join(f"{grant.compartment}@{grant.epoch}" for grant in held)
    act.record_member(db, "member:removed", name, epochs, row=gone)


def of_agency(db: Db, *, agency: str, name: str) -> MemberRow:
    """Find a member of this agency; `NotFound` for every other, as for one who doesn't exist."""
    row = members.get(db, name=name)
    if row is None or row.agency != agency:
        raise NotFound
    return row


def role_of(db: Db, *, agency: str, name: str) -> Role:
    """Give the role of a member of this agency; `NotFound` where there is none."""
    return Role(of_agency(db, agency=agency, name=name).role)


def enrol(
    row: MemberRow,
    passphrase: str,
    totp_secret: bytes,
    now: datetime,
    random: Callable[[int], bytes],
) -> Enrolled:
    """Give the member with a new key, what opens it, and nothing left of an invitation."""
    seed = random(SEED_BYTES)
    member = replace(
        row,
        status=ACTIVE,
        public_key=public_from_seed(seed),
        sealed_totp=seal_totp(seed, totp_secret, member=row.name, random=random),
        totp_last_step=0,
        invite_hash=None,
        invite_expires_at=None,
    )
    by_passphrase = new_passphrase_set(row.name, seed, passphrase, now=now, random=random)
    return Enrolled(member, by_passphrase, new_codes(row.name, seed, now=now, random=random))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8")).digest()
