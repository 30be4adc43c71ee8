"""One case: its summary, what was written about it, and what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from portal.access import OPENING, Permission, Principal, Verify
from portal.domain.assessment.assess import Assessment
from portal.domain.case import MOVES, Status, moves_from
from portal.domain.errors import OpenFailed, PermissionRefused
from portal.domain.report import Compartment
from portal.store import case_texts, incidents, unread
from portal.store.case_texts import CaseTextRow
from portal.store.engine import Db
from portal.store.incidents import SeenIncident
from portal.store.receipts import ReceiptRow
from portal.store.reports import ReportRow
from portal.triage.answers import Words
from portal.triage.casefile import CaseFile
from portal.triage.compartments import find
from portal.triage.new_words import openers
from portal.triage.proofs import Finding
from portal.triage.reasons import MOVE_REASONS
from portal.triage.timeline import Event, stood_at, timeline
from portal.vault.keyring import Keyring
from portal.vault.opening import CompartmentKey, open_case_text


@dataclass(frozen=True, slots=True)
class Text:
    """A note or the desk's copy of a reply; `text` is None where it did not open."""

    kind: str
    author: str
    at: datetime
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PossibleMove:
    """A move that this member may make now."""

    to: Status
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A compartment as this member sees it: held or not, open or closed, with news or not.

    `openers` names who can open news in a part to which this member holds no key.
    """

    compartment: Compartment
    is_held: bool
    words: tuple[Words, ...] | None = field(default=None, repr=False)
    is_failed: bool = False
    is_unread: bool = False
    openers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that the case page shows.

    `filings` counts what the reporter had sent when the page was made; each act on it says so.
    `findings` is what the desk finds changed by itself, `incidents` what the public site saw.
    """

    row: ReportRow
    filings: int
    is_mine: bool
    is_shown: bool
    judged: Assessment | None
    parts: tuple[Part, ...]
    texts: tuple[Text, ...] = field(repr=False)
    receipt: ReceiptRow | None = None
    replies: int = 0
    steps: tuple[PossibleMove, ...] = ()
    timeline: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    incidents: tuple[SeenIncident, ...] = ()

    @property
    def stood_at(self) -> Status | None:
        """Give the state before the reporter's message reopened the case; None where none did."""
        return stood_at(self.row.status, self.timeline)


def see_case(
    db: Db,
    *,
    by: Principal,
    keys: Keyring,
    report_id: bytes,
    opened: Collection[Compartment],
    now: datetime,
    verify: Verify,
) -> Case:
    """Give a case with those compartments open that this member opened before, with a reason.

    An opening covers what stood there: where something was added that nobody has opened since, it
    takes another one.
    What is not as it was sent is found whether anything is open or not.
    The factors are read once the report was taken, or its triage opened: both are in the log.
    """
    if not by.can(Permission.CASE_SEE):
        raise PermissionRefused
    row = find(db, by=by, report_id=report_id)
    file = CaseFile(db, row=row, keys=keys, verify=verify)
    # Read before the marks: what comes in between is marked, and is not in the file.
    filings = file.filings
    is_mine = row.held_by(by.member, now)
    parts = _parts(db, by, file, opened)
    shown = is_mine or Compartment.TRIAGE in opened
    replies, seen = incidents.with_replies(db, report_id=row.id)
    return Case(
        row=row,
        filings=filings,
        is_mine=is_mine,
        is_shown=shown and by.can(Permission.OPEN_TRIAGE),
        judged=_judged(by, file) if shown else None,
        parts=parts,
        texts=_texts(db, by, file) if shown else (),
        receipt=file.receipt,
        replies=replies,
        steps=_steps(by, row),
        timeline=timeline(file.log, file.stored),
        findings=file.proofs.findings,
        incidents=seen,
    )


def _parts(
    db: Db, by: Principal, file: CaseFile, opened: Collection[Compartment]
) -> tuple[Part, ...]:
    row = file.row
    news = unread.of(db, report_ids=(row.id,)).get(row.id, frozenset())
    return tuple(
        _marked(db, _part(by, file, part, part in {*opened} - news), row, news)
        for part in Compartment
    )


def _steps(by: Principal, row: ReportRow) -> tuple[PossibleMove, ...]:
    if not by.can(Permission.CASE_MOVE):
        return ()
    return tuple(
        PossibleMove(to, MOVE_REASONS.get(to, {}) if MOVES[row.status, to].needs_reason else {})
        for to in moves_from(row.status, by.role.value)
    )


def _part(by: Principal, file: CaseFile, part: Compartment, is_open: bool) -> Part:
    is_held = by.can(OPENING[part]) and file.is_held(part)
    if not is_held or not is_open:
        return Part(part, is_held)
    try:
        return Part(part, True, file.words(part))
    except OpenFailed:
        return Part(part, True, None, is_failed=True)


def _marked(db: Db, part: Part, row: ReportRow, news: Collection[str]) -> Part:
    if part.compartment not in news:
        return part
    who = () if part.is_held else openers(db, agency=row.agency, compartment=part.compartment)
    return replace(part, is_unread=True, openers=who)


def _judged(by: Principal, file: CaseFile) -> Assessment | None:
    if not by.can(Permission.OPEN_TRIAGE):
        return None
    try:
        return file.assessment()
    except OpenFailed:
        return None


def _texts(db: Db, by: Principal, file: CaseFile) -> tuple[Text, ...]:
    stored = case_texts.for_report(db, report_id=file.row.id)
    if not stored or not by.can(Permission.OPEN_TRIAGE):
        return ()
    try:
        key = file.case_key()
    except OpenFailed:
        key = None
    return tuple(Text(one.kind, one.author, one.written_at, _text(key, one)) for one in stored)


def _text(key: CompartmentKey | None, one: CaseTextRow) -> str | None:
    """Open one text; None, and the page says so, where it doesn't open."""
    if key is None:
        return None
    try:
        return open_case_text(key, kind=one.kind, text_id=one.id, sealed=one.sealed)
    except OpenFailed:
        return None
