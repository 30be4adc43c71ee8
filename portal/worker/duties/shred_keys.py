"""What the worker does about shred keys: it confirms them, and never deletes one by inference.

That a key has no report proves nothing: the reports may be an older copy, another database or an
empty one, or somebody wrote over an id. So a key is swept only where the worker was there when it
was made and saw no report then, nor later; where both databases belong together and nobody put back
an older one; where reports have come in after it; and never more than a few in a day. Whatever else
is seen is told, and nothing is deleted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from portal.store import audit, deployment, shred
from portal.store import audit_heads as heads
from portal.store.audit_heads import Noted
from portal.store.deployment import SEE, Ticks
from portal.store.engine import Db
from portal.store.shred import CONFIRMED, MISSING, PENDING, SPARED, WATCHED, Waiting
from portal.worker.duties import filings
from portal.worker.duties.audit_log import behind
from portal.worker.work import Work

LATE = timedelta(minutes=10)
"""How old a pending key is before it is told that its report never came."""

WATCH = timedelta(minutes=5)
"""How long ago the last run may be, so that the worker counts as having been there."""

ROUNDED = timedelta(minutes=2)
"""How much older a key may look than it is: its time is kept to the minute."""

ORPHAN_AGE = timedelta(days=1)
"""How old a missing key is before it is swept: long after any request ended."""

A_DAY = timedelta(days=1)

MOST_A_DAY = 20
"""No more keys than this are swept in 24 hours, nor more than one in a hundred."""

BATCHES = 50
"""How many batches of pending keys one run looks at."""

WINDOW = 1000
"""How many keys of the store one run looks at: in a day, nearly three million."""

RESTORED = f"see {SEE}, and `python -m portal restored`"

_WORKER = "worker"


def tick(work: Work) -> int:
    """Write a new tick into both databases; tell where the former ones say that one is older."""
    if deployment.tick(work.connection, now=work.now, random=work.random) is Ticks.DIFFER:
        why = f"one of the databases is an older copy, or not the one that was here; {RESTORED}"
        work.log.alert("deployment:tick", why=why, now=work.now)
    else:
        work.log.is_over("deployment:tick")
    return 0


def confirm(work: Work) -> int:
    """Confirm the keys whose envelope or reply is there, and tell of those where none came.

    Each envelope is noted in the audit log first.
    """
    with work.connection.begin(write=False) as db:
        last_run = deployment.read(db).ticked_at
    is_there = timedelta(0) <= work.now - last_run <= WATCH

    def pending(one: Waiting) -> str | None:
        if is_there and one.created_at >= last_run - ROUNDED:
            return WATCHED
        return SPARED if one.created_at <= work.now - LATE else None

    def watched(one: Waiting) -> str | None:
        return MISSING if one.created_at <= work.now - LATE else None

    counts = _confirm_or_mark(work, PENDING, pending) + _confirm_or_mark(work, WATCHED, watched)
    if counts[MISSING]:
        why = "a report or a reply broke off after its key was written, or was deleted since"
        work.log.tell("shred:missing", level="alert", why=why, count=counts[MISSING])
    if counts[SPARED]:
        why = (
            "keys have no report, and the worker was not there when they were made: a request broke"
            f" off, or an older copy of the reports was put back; they stay; {RESTORED}"
        )
        work.log.tell("shred:spared", level="alert", why=why, count=counts[SPARED])
    return counts[CONFIRMED]


def _confirm_or_mark(
    work: Work, state: str, becomes: Callable[[Waiting], str | None]
) -> Counter[str]:
    """Confirm the keys in `state` that have a row; `becomes` names the new state of the others."""
    counts, after = Counter[str](), None
    for _ in range(BATCHES):
        with work.connection.begin(write=False) as db:
            batch = shred.waiting(db, state=state, after=after)
            known = shred.known(db, ids=[one.id for one in batch])
        if known:
            filings.note(work, known)
        to = {one.id: CONFIRMED if one.id in known else becomes(one) for one in batch}
        changed = sorted({name for name in to.values() if name})
        if changed:
            with work.connection.write_shred() as db:
                for name in changed:
                    ids = [one for one, wanted in to.items() if wanted == name]
                    counts[name] += shred.set_state(db, ids=ids, to=name, among=(state,))
        if len(batch) < shred.BATCH:
            break
        after = batch[-1]
    return counts


def sweep(work: Work) -> int:
    """Delete old keys to which no report ever came, where all that is known says so."""
    until = work.now - ORPHAN_AGE
    with work.connection.begin(write=False) as db:
        due = shred.waiting(db, state=MISSING, until=until)
        known = shred.known(db, ids=[one.id for one in due])
    if known:
        with work.connection.write_shred() as db:
            shred.set_state(db, ids=known, to=CONFIRMED, among=(MISSING,))
    due = [one for one in due if one.id not in known]
    if not due:
        return 0
    noted = heads.read(work.heads, whole=False)
    with work.connection.begin(write=True) as db:
        shred.lock_against_additions(db)
        refusal = _refusal(db, noted)
        swept = 0 if refusal else _sweep(work, db, due)
    if refusal:
        work.log.alert("shred:sweep", why=f"nothing was swept: {refusal}", now=work.now)
    return swept


def look_for_lost(work: Work, *, window: int = WINDOW) -> int:
    """Tell of keys that were confirmed and whose report is gone, a window of the store at a time.

    A key that was missing or spared, and whose report is there after all, is confirmed.
    """
    with work.connection.begin(write=False) as db:
        start = deployment.looked_up_to(db)
        states = dict(shred.page(db, after=start, limit=window))
    ids, known = list(states), frozenset[bytes]()
    for first in range(0, len(ids), 500):
        with work.connection.begin(write=False) as db:
            known |= shred.known(db, ids=ids[first : first + 500])
    end = ids[-1] if len(ids) == window else None
    found = [one for one in known if states[one] in (MISSING, SPARED)]
    if found or end != start:
        with work.connection.write_shred() as db:
            shred.set_state(db, ids=found, to=CONFIRMED, among=(MISSING, SPARED))
            deployment.set_looked_up_to(db, end)
    _tell_of_lost(work, [one for one in ids if states[one] == CONFIRMED and one not in known])
    return 0


def _tell_of_lost(work: Work, candidates: list[bytes]) -> None:
    """Tell of keys that are still there: what was deleted meanwhile has lost both, as it should."""
    lost = 0
    for first in range(0, len(candidates), shred.BATCH):
        batch = candidates[first : first + shred.BATCH]
        with work.connection.begin(write=False) as db:
            lost += sum(shred.has(db, shred_id=one) for one in batch)
    if lost:
        why = (
            "keys are here whose reports are gone, and nobody deleted them: an older copy of one of"
            f" the databases was put back, or rows were removed; nothing was deleted; {RESTORED}"
        )
        work.log.alert("shred:lost", why=why, now=work.now, count=lost)


def _refusal(db: Db, noted: Noted) -> str | None:
    """Say why nothing may be swept now; None where nothing speaks against it."""
    pair = deployment.read(db, lock=True)
    if not pair.is_joined:
        return deployment.problem(pair)
    if deployment.compare(pair) is not Ticks.AGREE:
        return f"the ticks of the databases do not agree; {RESTORED}"
    if noted.last is None:
        return f"{heads.FILE} holds no head of the audit log that this log could be held against"
    if behind(db, noted):
        return f"{heads.FILE} names entries that the audit log does not have; {RESTORED}"
    return None


def _sweep(work: Work, db: Db, due: list[Waiting]) -> int:
    known = shred.known(db, ids=[one.id for one in due])
    orphans = [one for one in due if one.id not in known]
    past = [one for one in orphans if shred.has_moved_on(db, past=one.created_at)]
    most = max(1, min(MOST_A_DAY, shred.count(db) // 100))
    allowed = most - shred.swept_since(db, since=work.now - A_DAY, now=work.now)
    until = work.now - ORPHAN_AGE
    swept = [one for one in past[: max(0, allowed)] if _sweep_one(work, db, one, until=until)]
    if len(past) > len(swept):
        why = f"more keys have no report than may be swept in a day ({most}); {RESTORED}"
        work.log.alert("shred:limit", why=why, now=work.now, count=len(past) - len(swept))
    elif orphans and not past:
        why = "keys have no report, but no report came in after them: they stay"
        work.log.alert("shred:waiting", why=why, now=work.now, count=len(orphans))
    return len(swept)


def _sweep_one(work: Work, db: Db, one: Waiting, *, until: datetime) -> bool:
    note = work.random(16)
    if not shred.sweep(db, shred_id=one.id, until=until, at=work.now, note=note):
        return False
    name = hashlib.sha256(one.id).hexdigest()[:32]
    audit.append_for_deployment(
        db,
        at=work.now,
        actor=_WORKER,
        action="shred:swept",
        object=f"shred-key:{name}",
        sign=work.key.sign,
        signer=work.key.name,
    )
    return True
