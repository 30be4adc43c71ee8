"""That both databases belong together: the same random id, and a tick that agrees.

The id is written once. The worker writes a new random tick into both at each of its runs, so an
older copy of either database, put back beside the other, is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.domain.errors import ConfigError
from portal.store.engine import Connection, Db
from portal.store.tables import Deployment, ShredDeployment

Random = Callable[[int], bytes]

SEE = 'docs/operations.md, "Restoring"'
"""Where an operator reads what to do."""

NEVER = datetime.fromtimestamp(0, UTC)
"""When a worker ran last that never did."""

_BYTES = 16
_SINGLETON = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """What each database says of the deployment; None where it says nothing."""

    reports_id: bytes | None
    shred_id: bytes | None
    tick: bytes | None = None
    previous_tick: bytes | None = None
    shred_tick: bytes | None = None
    ticked_at: datetime = NEVER

    @property
    def is_joined(self) -> bool:
        """Tell whether both belong to one deployment."""
        return self.reports_id is not None and self.reports_id == self.shred_id


class Ticks(Enum):
    """How the ticks of both databases compare."""

    AGREE = "agree"
    BEHIND = "behind"
    """The shred store has the tick before: a worker is writing them, or died as it did."""
    DIFFER = "differ"
    """One of the databases is an older copy, or another one."""


def read(db: Db, *, lock: bool = False) -> Pair:
    """Read what both databases say; with `lock` nobody changes it until this unit has ended."""
    query = select(
        Deployment.id, Deployment.tick, Deployment.previous_tick, Deployment.ticked_at
    ).where(Deployment.singleton == _SINGLETON)
    mine = db.reports.execute(query.with_for_update() if lock else query).first()
    one = ShredDeployment
    theirs = db.shred.execute(select(one.id, one.tick).where(one.singleton == _SINGLETON)).first()
    return Pair(
        reports_id=mine[0] if mine else None,
        shred_id=theirs[0] if theirs else None,
        tick=mine[1] if mine else None,
        previous_tick=mine[2] if mine else None,
        shred_tick=theirs[1] if theirs else None,
        ticked_at=mine[3] if mine else NEVER,
    )


def compare(pair: Pair) -> Ticks:
    """Tell how the ticks compare."""
    if pair.is_joined and pair.shred_tick is not None:
        if pair.shred_tick == pair.tick:
            return Ticks.AGREE
        if pair.shred_tick == pair.previous_tick:
            return Ticks.BEHIND
    return Ticks.DIFFER


def require(connection: Connection) -> None:
    """Raise `ConfigError`, with what to do, unless both databases belong to one deployment."""
    with connection.begin(write=False) as db:
        pair = read(db)
    if not pair.is_joined or pair.shred_tick is None:
        raise ConfigError(problem(pair))


def problem(pair: Pair) -> str:
    """Say in one sentence what is wrong with a pair that is not joined."""
    if pair.reports_id and pair.shred_id and pair.reports_id != pair.shred_id:
        what = "the reports database and the shred store belong to two different deployments"
    elif pair.shred_id and pair.shred_tick and not pair.reports_id:
        what = (
            "the shred store belongs to a deployment, and the reports database beside it does not"
        )
    elif pair.reports_id and not pair.shred_id:
        what = (
            "the reports database belongs to a deployment, and the shred store beside it does not"
        )
    else:
        return "the databases are not joined yet: run `python -m portal migrate`"
    return f"{what}; put the right one back, nothing is lost yet ({SEE})"


def join(connection: Connection, *, random: Random) -> None:
    """Write one id into both databases where neither has one, or finish what a crash left half-way.

    Until the shred store has a tick it was never joined. Raises `ConfigError` where only one of
    them has an id, or where they differ.
    """
    with connection.begin(write=False) as db:
        pair = read(db)
    if pair.reports_id is None and pair.shred_tick is None:
        _begin(connection, random)
        with connection.begin(write=False) as db:
            pair = read(db)
    if pair.is_joined and pair.shred_tick is None and pair.tick is not None:
        _write_shred_tick(connection, before=None, tick=pair.tick)
    elif not pair.is_joined:
        raise ConfigError(problem(pair))


def _begin(connection: Connection, random: Random) -> None:
    """Write the id into the shred store, then the same one and a tick into the reports."""
    with connection.write_shred() as db:
        _insert(db, ShredDeployment, singleton=_SINGLETON, id=random(_BYTES))
    with connection.begin(write=True) as db:
        joined_as, tick = read(db).shred_id, random(_BYTES)
        _insert(
            db,
            Deployment,
            singleton=_SINGLETON,
            id=joined_as,
            tick=tick,
            previous_tick=tick,
            ticked_at=NEVER,
        )


def _insert(db: Db, table: type[Deployment | ShredDeployment], **values: Any) -> None:
    session = db.reports if table is Deployment else db.shred
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgresql else sqlite.insert)(table).values(**values)
    session.execute(statement.on_conflict_do_nothing())


def tick(connection: Connection, *, now: datetime, random: Random) -> Ticks:
    """Write a new tick into both databases, the reports first; tells how the former ones compared.

    Where they differ nothing is written. A crash between the two is made good by the next run.
    """
    with connection.begin(write=True) as db:
        pair = read(db, lock=True)
        found = compare(pair)
        new = random(_BYTES) if found is Ticks.AGREE else pair.tick
        if found is Ticks.AGREE:
            values = {"tick": new, "previous_tick": pair.tick, "ticked_at": now}
            db.reports.execute(
                update(Deployment).where(Deployment.singleton == _SINGLETON).values(**values)
            )
    if found is not Ticks.DIFFER and new is not None:
        _write_shred_tick(connection, before=pair.shred_tick, tick=new)
    return found


def _write_shred_tick(connection: Connection, *, before: bytes | None, tick: bytes) -> None:
    """Write the tick unless another worker has written one meanwhile."""
    one = ShredDeployment
    with connection.write_shred() as db:
        statement = update(one).where(
            one.singleton == _SINGLETON, one.tick.is_not_distinct_from(before)
        )
        db.shred.execute(statement.values(tick=tick))


def refuse_strangers(pair: Pair) -> None:
    """Raise `ConfigError` where the databases belong to two different deployments."""
    if pair.reports_id and pair.shred_id and not pair.is_joined:
        raise ConfigError(problem(pair))


def accept(db: Db, *, random: Random) -> None:
    """Let both databases belong together as they are; raises `ConfigError` where their ids differ.

    For the one who knows what was put back: where one of them has no id, it takes the other's.
    """
    pair = read(db, lock=True)
    refuse_strangers(pair)
    joined_as = pair.reports_id or pair.shred_id or random(_BYTES)
    new = random(_BYTES)
    _insert(db, ShredDeployment, singleton=_SINGLETON, id=joined_as)
    _insert(
        db,
        Deployment,
        singleton=_SINGLETON,
        id=joined_as,
        tick=new,
        previous_tick=new,
        ticked_at=NEVER,
    )
    one, other = Deployment, ShredDeployment
    db.reports.execute(
        update(one)
        .where(one.singleton == _SINGLETON)
        .values(tick=new, previous_tick=pair.tick or new, ticked_at=NEVER)
    )
    db.shred.execute(update(other).where(other.singleton == _SINGLETON).values(tick=new))


def looked_up_to(db: Db) -> bytes | None:
    """Give the key at which the last look at the confirmed ones ended; None at the beginning."""
    one = ShredDeployment
    return db.shred.scalar(select(one.looked_up_to).where(one.singleton == _SINGLETON))


def set_looked_up_to(db: Db, shred_id: bytes | None) -> None:
    """Remember where a look at the confirmed keys ended."""
    one = ShredDeployment
    db.shred.execute(update(one).where(one.singleton == _SINGLETON).values(looked_up_to=shred_id))
