"""Every pair of acts and duties at once, on one case: nobody waits for ever, nothing is lost.

The short form runs each pair once; those that cost an Argon2id only with a few others. The long
form (`make judges`) runs every pair as often as PORTAL_ROUNDS says.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations_with_replacement, count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.errors import PortalError, StoreUnavailable
from portal.store import audit, shred, tables
from portal.store.engine import Connection
from tests.builders import acts
from tests.builders.acts import ACTS, SLOW, Round
from tests.builders.desk import AUDIT

ROUNDS = int(os.environ.get("PORTAL_ROUNDS", "0"))

WITH_SLOW = {"sign in", "sign out", "remove member", "reply", "delete", "audit:verify"}
"""With whom the short form pairs what is slow: whoever touches sessions, members or the log."""

PAIRS = tuple(combinations_with_replacement(ACTS, 2))


Pair = tuple[str, str]


def chosen() -> tuple[Pair, ...]:
    """The pairs of the short form."""
    return tuple(pair for pair in PAIRS if not SLOW & set(pair) or set(pair) <= WITH_SLOW)


SETS = {" and ".join(pair): (pair,) for pair in PAIRS} if ROUNDS else {"each once": chosen()}
"""What one test runs: in the long form one pair, over databases of its own."""


@pytest.mark.parametrize("pairs", SETS.values(), ids=SETS)
def test_every_pair_of_acts_ends_and_loses_nothing(
    connection: Connection, tmp_path: Path, pairs: tuple[Pair, ...]
) -> None:
    team, numbers = acts.gather(connection), count(1)
    wrong: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        for pair in (pair for pair in pairs for _ in range(max(1, ROUNDS))):
            one = acts.begin(connection, team, next(numbers), tmp_path)
            start = threading.Barrier(2)
            running = [pool.submit(attempt, name, one, start) for name in pair]
            done = [future.result() for future in running]
            told = zip(pair, done, strict=True)
            wrong += [f"{pair}: {name} {found!r}" for name, found in told if is_wrong(found)]
            wrong += [f"{pair}: {loss}" for loss in lost(connection, one, pair, done)]
    assert wrong == [], "\n".join(wrong)
    with connection.begin(write=False) as db:
        assert audit.verify(db, verify=AUDIT.verify).ok


def attempt(name: str, one: Round, start: threading.Barrier) -> object:
    """Do it as soon as the other thread does; gives what came of it, an error too."""
    start.wait()
    try:
        return ACTS[name](one)
    except Exception as error:
        return error


def is_wrong(found: object) -> bool:
    """Refused is fine: the other one was first. That a database was busy, or gave up, is not."""
    is_refused = isinstance(found, PortalError) and not isinstance(found, StoreUnavailable)
    return isinstance(found, Exception) and not is_refused


def lost(
    connection: Connection, one: Round, pair: tuple[str, str], done: list[object]
) -> Iterator[str]:
    """Hold what the store has against what both threads were told."""
    worked = [
        name for name, found in zip(pair, done, strict=True) if not isinstance(found, Exception)
    ]
    told = sum(name in ("supplement", "change contact") for name in worked)
    replied = sum(name in ("reply", "reply and wait", "refuse deletion") for name in worked)
    noted = sum(name == "note" for name in worked)
    about = one.report_id
    with connection.begin(write=False) as db:
        ids = {
            table: [*db.reports.scalars(select(table.shred_id).where(table.report_id == about))]
            for table in (tables.Envelope, tables.Message)
        }
        texts = select(func.count()).where(tables.CaseText.report_id == about)
        found = [len(ids[tables.Envelope]), len(ids[tables.Message]), db.reports.scalar(texts)]
        stone = db.reports.get(tables.Tombstone, about)
        for shred_id in (*ids[tables.Envelope], *ids[tables.Message]):
            if shred_id is None or not shred.has(db, shred_id=shred_id):
                yield "an envelope or a reply without its key"
    if stone is not None:
        if any(found):
            yield f"rows of a deleted report: {found}"
        if not {"delete", "delete at once"} & set(worked):
            yield "deleted by nobody"
    elif found != [1 + told, replied, replied + noted]:
        yield f"{found} instead of {[1 + told, replied, replied + noted]}"


def test_no_act_is_left_out() -> None:
    """Each use case that takes a connection or a unit of work to write is an act."""
    assert len(PAIRS) == len(ACTS) * (len(ACTS) + 1) // 2
    assert set(ACTS) >= WITH_SLOW
    assert set(ACTS) >= SLOW


def test_what_is_wrong_is_noticed() -> None:
    assert is_wrong(StoreUnavailable())
    assert is_wrong(ValueError())
    assert not is_wrong(PortalError())
    assert not is_wrong(None)


@pytest.mark.parametrize("name", ACTS)
def test_each_act_works_alone(sqlite_connection: Connection, tmp_path: Path, name: str) -> None:
    """Else a pair of two refusals would prove nothing."""
    one = acts.begin(sqlite_connection, acts.gather(sqlite_connection), 1, tmp_path)
    if name == "give back":
        ACTS["take"](one)
    ACTS[name](one)
