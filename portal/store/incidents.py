"""What the public site saw of somebody who writes to the database: kinds and counts, no text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, delete, func, literal, or_, select, tuple_, update

from portal.domain.incidents import KINDS, IncidentKind
from portal.store.engine import Db
from portal.store.tables import Incident, Message, Report, Tombstone

MOST = 1000
"""Beyond so many in one minute nothing is counted, and nothing is written."""

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class SeenIncident:
    """What was seen of one kind about one report: when first and last, and how often."""

    kind: IncidentKind
    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One row; `report_id` is None where it is about no report of this agency."""

    kind: IncidentKind
    minute: datetime
    count: int
    report_id: bytes | None


def note(db: Db, *, kind: IncidentKind, minute: datetime, report_id: bytes | None) -> None:
    """Count one more of that kind in that minute; the first report that it was about stays."""
    statement = db.insert(Incident).values(kind=kind, minute=minute, report_id=report_id, count=1)
    db.reports.execute(
        statement.on_conflict_do_update(
            index_elements=[Incident.kind, Incident.minute],
            set_={"count": Incident.count + 1},
            where=Incident.count < MOST,
        )
    )


def any_untold(db: Db) -> bool:
    """Tell whether there is something that nobody was told of."""
    query = select(Incident.kind).where(Incident.told_at.is_(None)).limit(1)
    return db.reports.execute(query).first() is not None


def take_untold(db: Db, *, at: datetime) -> Counter[str]:
    """Mark what nobody was told of as told, and give how often each kind was seen.

    A kind that is none of ours, since somebody wrote it there, counts as "": its word goes nowhere.
    """
    place = tuple_(Incident.kind, Incident.minute)
    untold = select(Incident.kind, Incident.minute).where(Incident.told_at.is_(None)).limit(_BATCH)
    statement = (
        update(Incident)
        .where(place.in_(untold), Incident.told_at.is_(None))
        .values(told_at=at)
        .returning(Incident.kind, Incident.count)
    )
    found: Counter[str] = Counter()
    options = {"synchronize_session": False}
    for kind, count in db.reports.execute(statement, execution_options=options):
        found[kind if kind in KINDS else ""] += _whole(count)
    return found


def any_older(db: Db, *, than: datetime) -> bool:
    """Tell whether there is something that old."""
    query = select(Incident.kind).where(Incident.minute < than).limit(1)
    return db.reports.execute(query).first() is not None


def sweep(db: Db, *, older_than: datetime) -> int:
    """Delete what is that old; gives how many rows."""
    old = delete(Incident).where(Incident.minute < older_than).returning(Incident.kind)
    return len(db.reports.execute(old).all())


def with_replies(db: Db, *, report_id: bytes) -> tuple[int, tuple[SeenIncident, ...]]:
    """Count the replies to a report, and give the incidents about it by kind.

    One query for both: the page of a case makes do with few.
    """
    replies = select(func.count()).where(Message.report_id == report_id).scalar_subquery()
    one = select(literal(1).label("one")).subquery()
    mine = and_(Incident.report_id == report_id, Incident.kind.in_(KINDS))
    # Two figures that somebody wrote there could be more than a sum has room for.
    is_ours = Incident.count.between(1, MOST)
    often = func.sum(case((is_ours, Incident.count), else_=1))
    times = func.min(Incident.minute), func.max(Incident.minute), often
    query = (
        select(replies, Incident.kind, *times)
        .select_from(one.outerjoin(Incident, mine))
        .group_by(Incident.kind)
        .order_by(Incident.kind)
    )
    rows = db.reports.execute(query).all()
    seen = tuple(
        SeenIncident(IncidentKind(row[1]), row[2], row[3], int(row[4]))
        for row in rows
        if row[1] is not None
    )
    return rows[0][0], seen


def newest(db: Db, *, agency: str, limit: int) -> tuple[IncidentRow, ...]:
    """Give the newest incidents about an agency's reports, and about none that is here."""
    return tuple(_newest(db, agency, limit))


def _newest(db: Db, agency: str, limit: int) -> Iterator[IncidentRow]:
    nobodys = and_(Report.id.is_(None), Tombstone.report_id.is_(None))
    query = (
        select(Incident.kind, Incident.minute, Incident.count, Report.id)
        .outerjoin(Report, Report.id == Incident.report_id)
        .outerjoin(Tombstone, Tombstone.report_id == Incident.report_id)
        .where(Incident.kind.in_(KINDS))
        .where(or_(Report.agency == agency, Tombstone.agency == agency, nobodys))
        .order_by(Incident.minute.desc(), Incident.kind)
        .limit(limit)
    )
    for kind, minute, count, report_id in db.reports.execute(query):
        yield IncidentRow(IncidentKind(kind), minute, _whole(count), report_id)


def _whole(count: object) -> int:
    """Read the count of a row as we may have written it: SQLite takes any value in any column."""
    return count if isinstance(count, int) and 1 <= count <= MOST else 1
