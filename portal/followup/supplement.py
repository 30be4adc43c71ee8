"""What a reporter adds later: more words, or a new safe contact. Each is signed by their code."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.blank import is_blank
from portal.domain.canon import canon
from portal.domain.incidents import IncidentKind
from portal.domain.questionnaire.questionnaire import Questionnaire, load_builtin, shipped
from portal.domain.report import CONTACT, MORE, SAFE_CONTACT, SAFE_TIME, Audience, Compartment
from portal.domain.statement import Columns
from portal.followup.code import find
from portal.followup.reopening import reopen
from portal.intake.filing import Intake, Unsealed, seal, store_sealed, to_the_minute, told_in
from portal.mailbox.reporter import ReporterKeys
from portal.sealing.field import Random
from portal.sealing.seal import PlainField
from portal.store import definitions, envelopes, unread

LONGEST_SUPPLEMENT = 10_000
"""Characters."""

CODE_ONLY, MAY_CONTACT = "code_only", "contact"
"""The two choices: answer here only, or also in the way that the reporter says."""


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How a reporter may be reached from now on; without `how`, only here."""

    how: str = field(default="", repr=False)
    when: str = field(default="", repr=False)

    @property
    def wish(self) -> str:
        """The answer to the question whether we may contact them."""
        return MAY_CONTACT if self.how else CODE_ONLY

    def sealed_fields(self) -> list[PlainField]:
        """All three fields, also the empty ones, so that the choice does not show."""
        return [
            PlainField(CONTACT, Compartment.TRIAGE, self.wish),
            PlainField(SAFE_CONTACT, Compartment.IDENTITY, self.how),
            PlainField(SAFE_TIME, Compartment.IDENTITY, self.when if self.how else ""),
        ]


def supplement(
    *,
    intake: Intake,
    keys: ReporterKeys,
    text: str,
    once: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> bool:
    """Add what a reporter tells later: a new envelope of the same report, the next revision.

    `once` (16 bytes) is the same for a second click; False when it was added before. It
    reopens the case, even if it was referred, paused or closed: what a child adds is never lost.
    """
    if is_blank(text) or len(text) > LONGEST_SUPPLEMENT:
        raise ValueError("supplement: empty or too long")
    plain = [PlainField(MORE, Compartment.TRIAGE, text)]
    return _add(intake, keys, plain, once=once, now=now, random=random)


def change_contact(
    *,
    intake: Intake,
    keys: ReporterKeys,
    contact: SafeContact,
    once: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> bool:
    """Add a new safe contact, or the choice of none: a supplement like any other.

    The contact is sealed under identity, the wish under triage. False when it was added before.
    """
    if len(contact.how) > LONGEST_SUPPLEMENT or len(contact.when) > LONGEST_SUPPLEMENT:
        raise ValueError("safe contact: too long")
    return _add(intake, keys, contact.sealed_fields(), once=once, now=now, random=random)


def _add(
    intake: Intake,
    keys: ReporterKeys,
    plain: Sequence[PlainField],
    *,
    once: bytes,
    now: datetime,
    random: Random,
) -> bool:
    with intake.connection.begin(write=True) as db:
        found = find(db, intake=intake, keys=keys, now=now, for_update=True)
        report_id, at = found.row.id, to_the_minute(now)
        shred_id = shred_id_of(keys, once, plain)
        if envelopes.has(db, shred_id=shred_id):
            return False
        definition = _asked_today(found.audience)
        if not definitions.put(db, hash=definition.hash, source=definition.source):
            intake.notice(IncidentKind.DEFINITION_CHANGED, report_id)
        # Under the lock: the number of the revision is part of what is sealed and signed.
        following = envelopes.next_place(db, report_id=report_id)
        if following.is_beside_stray:
            intake.notice(IncidentKind.ROW_STRAY, report_id)
        unsealed = Unsealed(
            report_id=report_id,
            revision=following.number,
            shred_id=shred_id,
            columns=Columns(found.agency, found.audience, definition.hash, at),
            plain=plain,
            signer=keys.statement_key,
        )
        store_sealed(db, intake, seal(intake, unsealed, random=random), random=random)
        unread.add(db, report_id=report_id, compartments={one.compartment for one in plain})
        reopen(db, intake, found, at)
    return True


def _asked_today(audience: str) -> Questionnaire:
    """The form whose questions a supplement answers: the one of this release, never one that stands
    in the database, where somebody may have written it.
    """
    return shipped(audience) or load_builtin(Audience.CHILD)


def shred_id_of(keys: ReporterKeys, once: bytes, plain: Sequence[PlainField]) -> bytes:
    """Give the shred id (16 bytes) of a supplement: the same for the same words sent twice from one
    page; other words are never taken for them.

    `once` is random and nowhere stored, so nobody can try words against the id.
    """
    parts = canon("supplement-v2", keys.token_hash, once, told_in(plain))
    return hashlib.sha256(parts).digest()[:16]
