"""Open one compartment of a report: with the permission, with the key, with a reason, on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from portal.access import OPENING, Act, Principal
from portal.domain.envelope import Envelope
from portal.domain.errors import CaseError, NotFound, PermissionRefused
from portal.domain.priority import Assessment, from_json
from portal.domain.report import Compartment
from portal.sealing.envelope import field_place
from portal.sealing.field import open_text
from portal.store import Db, envelopes, reports, shred, unread
from portal.store.envelopes import StoredEnvelope
from portal.store.reports import ReportRow
from portal.triage.contact import in_force
from portal.triage.reading import Line, definition, lines
from portal.triage.reasons import OPENING_REASONS, is_reason
from portal.vault.keyring import Keyring
from portal.vault.opening import CompartmentKey, open_fields, open_key

ASSESSMENT = "@assessment"
REPORTER_KEY = "@reporter_key"


@dataclass(frozen=True, slots=True)
class Words:
    """What one compartment says, in one filing (revision 0) or supplement."""

    revision: int
    at: datetime
    lines: tuple[Line, ...] = field(repr=False)
    is_definition_known: bool = True


def about(report_id: bytes) -> str:
    """Give the name under which the audit log knows a report."""
    return f"report:{report_id.hex()}"


def find(db: Db, *, by: Principal, report_id: bytes) -> ReportRow:
    """Find a report of the member's own agency; `NotFound` for every other."""
    row = reports.get(db, report_id=report_id, agency=by.agency)
    if row is None:
        raise NotFound
    return row


def find_for_update(db: Db, *, by: Principal, report_id: bytes) -> ReportRow:
    """Find a report as `find` does, and lock it: the first step of everything that changes it."""
    row = reports.lock(db, report_id=report_id, agency=by.agency)
    if row is None:
        raise NotFound
    return row


def open_compartment(
    db: Db, *, act: Act, keys: Keyring, report_id: bytes, compartment: Compartment, reason: str
) -> tuple[Words, ...]:
    """Open a compartment with every supplement, and write down who did it and why.

    From then on nothing in it counts as unread.

    Raises `PermissionRefused` by the table, `OpenFailed` by the keys, whatever the table says;
    `CaseError("case.reason")` where the reason is none of the list.
    """
    act.require(OPENING[compartment])
    if not is_reason(OPENING_REASONS[compartment], reason):
        raise CaseError("case.reason")
    row = find_for_update(db, by=act.by, report_id=report_id)
    return open_part(db, act=act, keys=keys, row=row, compartment=compartment, reason=reason)


def open_part(
    db: Db, *, act: Act, keys: Keyring, row: ReportRow, compartment: Compartment, reason: str
) -> tuple[Words, ...]:
    """Open a compartment of a report that the caller has locked; `reason` is one of the list.

    Raises what `open_compartment` raises, and has changed nothing then.
    """
    words = read(db, by=act.by, keys=keys, report_id=row.id, compartment=compartment)
    unread.clear(db, report_id=row.id, compartment=compartment)
    act.record(db, f"case:opened.{compartment}", about(row.id), reason)
    return words


def read(
    db: Db, *, by: Principal, keys: Keyring, report_id: bytes, compartment: Compartment
) -> tuple[Words, ...]:
    """Read a compartment that this member has opened, and that is still open for them."""
    if not by.can(OPENING[compartment]):
        raise PermissionRefused
    row = find(db, by=by, report_id=report_id)
    words = [
        _words(db, one, keys, compartment)
        for one in _stored(db, row, compartment)
        if one.envelope.fields
    ]
    return in_force(words, compartment)


def assessment(db: Db, *, row: ReportRow, keys: Keyring) -> Assessment | None:
    """Read the judgement that was sealed with the newest filing, and no other field."""
    stored = _stored(db, row, Compartment.TRIAGE)
    return next(map(from_json, _system(db, stored, keys, ASSESSMENT)), None)


def reporter_key(db: Db, *, row: ReportRow, keys: Keyring) -> str:
    """Read the reporter's public key (base 64); "" where the report came without a receipt.

    Only the first filing counts: a supplement that somebody slips in can't turn replies aside.
    """
    first = _stored(db, row, Compartment.TRIAGE)[:1]
    return next(_system(db, first, keys, REPORTER_KEY), "")


def case_key(db: Db, *, row: ReportRow, keys: Keyring) -> CompartmentKey:
    """Open the case's own key, under which notes and copies of replies lie: triage, revision 0."""
    first = next(iter(_stored(db, row, Compartment.TRIAGE)), None)
    if first is None:
        raise NotFound
    return _key(db, first.envelope, keys, Compartment.TRIAGE)


def _stored(db: Db, row: ReportRow, compartment: Compartment) -> list[StoredEnvelope]:
    return envelopes.all_for(db, report_id=row.id, agency=row.agency, compartments=(compartment,))


def _words(db: Db, one: StoredEnvelope, keys: Keyring, compartment: Compartment) -> Words:
    texts = open_fields(one.envelope, _key(db, one.envelope, keys, compartment))
    questionnaire = definition(db, hash=one.definition_hash)
    return Words(
        revision=one.envelope.revision,
        at=one.sealed_at,
        lines=lines(questionnaire, compartment, texts),
        is_definition_known=questionnaire is not None,
    )


def _key(db: Db, envelope: Envelope, keys: Keyring, compartment: Compartment) -> CompartmentKey:
    shred_key = shred.get(db, shred_id=envelope.shred_id)
    return open_key(envelope, compartment=compartment, keyring=keys, shred_key=shred_key)


def _system(db: Db, stored: list[StoredEnvelope], keys: Keyring, name: str) -> Iterator[str]:
    """Open one of the portal's own fields, in the newest filing that has it first."""
    for one in reversed(stored):
        for item in one.envelope.fields:
            if item.field == name:
                key = _key(db, one.envelope, keys, Compartment.TRIAGE)
                text = open_text(key.kek, field_place(one.envelope, item), item.sealed)
                yield from filter(None, [text])
