"""Synthetic reports, realistic enough to work a shift on.

Reporters file, come back, add and ask through the use cases of their site; the demo's members
take, read, note, answer and move through those of the desk, with their own keys. So the audit log,
what is unread and who holds what are true. Everything happens in order of time, up to a given now.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count as numbers

from tqdm import tqdm

from portal.access import TrustedLog
from portal.config.portal_toml import read_file
from portal.config.processes import PublicConfig
from portal.domain.log_signers import SignerKind
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import new_code
from portal.followup.deletion import ask_deletion
from portal.followup.supplement import SafeContact, change_contact, supplement
from portal.followup.thread import come_back
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit, was_deleted
from portal.mailbox.reporter import ReporterKeys, derive_keys
from portal.operations import demo, log_signers
from portal.operations.demo_data.answers import make_answers
from portal.operations.demo_data.desk import Case, Desk
from portal.operations.demo_data.journeys import BY_REPORTER, MOVES, Does, steps
from portal.operations.demo_data.plan import Plan, make_plans
from portal.operations.demo_data.scene import Scene, load_scene
from portal.sealing.statement import key_without_code
from portal.store import reports
from portal.store.engine import Db
from portal.store.schema import connect_ready
from portal.vault.signing import LogKeys, log_key

BATCH = 40
"""How many acts of the desk are written at once, at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one report."""

    at: datetime
    number: int
    turn: int
    does: Does


@dataclass(frozen=True, slots=True)
class Filled:
    """How many reports were filed, and the code of one in whose thread there is an answer."""

    reports: int
    code: str | None = field(repr=False)


def fill(settings: PublicConfig, *, count: int, seed: int, now: datetime) -> Filled:
    """File `count` more reports, and show how far it is.

    The same seed gives the same reports in a fresh deployment. Again, it gives others.
    """
    with connect_ready(settings.database_url, settings.shred_url) as connection:
        intake = Intake(
            connection,
            settings.manifest,
            settings.routing,
            settings.receipt_salt,
            settings.receipt_pepper,
            receipt_days=settings.receipt_days,
        )
        prefix = f"demo-data:{seed}:{_free_batch(intake, seed)}"
        scene = load_scene()
        desk = Desk(
            connection,
            demo.everybody(settings.instance),
            log=_log(settings),
            scene=scene,
        )
        plans = make_plans(count=count, chance=_chance(prefix), scene=scene)
        story = Story(intake, desk, scene, plans, prefix=prefix)
        filed = story.tell(now=now)
        code = story.code_of_a_thread()
        with connection.begin(write=True) as db:
            reports.return_lapsed(db, now=now)
    return Filled(filed, code)


def _log(settings: PublicConfig) -> TrustedLog:
    """Give the audit log as the demo's desk signs it: a demo holds every key."""
    signers = settings.manifest.log_signers
    seed = read_file(settings.instance / log_signers.FILES[SignerKind.DESK])
    return TrustedLog(log_key(seed, signers, kind=SignerKind.DESK), keys=LogKeys(signers))


def _chance(*of: object) -> random.Random:
    return random.Random(" ".join(map(str, of)))  # noqa: S311 - synthetic data, not a secret


def _free_batch(intake: Intake, seed: int) -> int:
    """Find the first number under which nothing was filed yet."""
    for batch in numbers():
        prefix = f"demo-data:{seed}:{batch}"
        ids = _ids(intake, code=_code(prefix, 0), submission=_submission(prefix, 0))
        with intake.connection.begin(write=False) as db:
            is_there = any(reports.get(db, report_id=one) for one in ids)
        if not is_there and not any(was_deleted(intake=intake, report_id=one) for one in ids):
            return batch
    raise AssertionError("there is always another number")


def _ids(intake: Intake, *, code: str, submission: bytes) -> tuple[bytes, bytes]:
    """The ids that a report gets with its code, and without one."""
    keys = derive_keys(code, salt=intake.salt, pepper=intake.pepper)
    bare = key_without_code(intake.pepper, platform="", submission=submission)
    return keys.statement_key.report_id, bare.report_id


def _code(prefix: str, number: int) -> str:
    return new_code(_chance(prefix, number, "code").randbytes(16))


def _submission(prefix: str, number: int) -> bytes:
    return f"{prefix}:{number}".encode()


class Story:
    """Plays every event in order of time. Each report has random choices of its own."""

    def __init__(
        self, intake: Intake, desk: Desk, scene: Scene, plans: list[Plan], *, prefix: str
    ) -> None:
        self._intake, self._desk, self._scene, self._plans = intake, desk, scene, plans
        self._prefix = prefix
        self._cases: dict[int, Case] = {}
        self._codes: dict[int, str] = {}
        self._filed = 0

    def tell(self, *, now: datetime) -> int:
        """Play every event up to now; gives how many reports were filed."""
        events = sorted(self._events(now), key=lambda one: (one.at, one.number, one.turn))
        often = 0.2 if sys.stderr.isatty() else 10
        with tqdm(total=len(self._plans), unit=" reports", desc="Filing", mininterval=often) as bar:
            at_desk: list[Event] = []
            for event in events:
                if event.does in BY_REPORTER or len(at_desk) >= BATCH:
                    self._work(at_desk)
                    at_desk = []
                if event.does not in BY_REPORTER:
                    at_desk.append(event)
                    continue
                self._report(self._plans[event.number], event)
                bar.update(event.does is Does.FILE)
            self._work(at_desk)
        return self._filed

    def code_of_a_thread(self) -> str | None:
        """Give the code of a report that the desk answered; None where there is none."""
        answered = (plan.number for plan in self._plans if plan.journey.is_thread)
        return next((self._codes[number] for number in answered), None)

    def _events(self, now: datetime) -> Iterator[Event]:
        for plan in self._plans:
            came = (now - plan.age).replace(second=0, microsecond=0)
            for turn, step in enumerate(steps(plan, _chance(self._prefix, plan.number, "steps"))):
                yield Event(came + step.after, plan.number, turn, step.does)

    def _report(self, plan: Plan, event: Event) -> None:
        if event.does is Does.FILE:
            self._file(plan, event.at)
            return
        keys, case = self._keys(plan), self._cases[plan.number]
        come_back(intake=self._intake, keys=keys, now=event.at)
        if event.does is Does.ASK_DELETION:
            ask_deletion(intake=self._intake, keys=keys, now=event.at)
            return
        once = case.chance.randbytes(16)
        if event.does is Does.CONTACT:
            how = self._scene.one_of(case.chance, plan.language, "contact")
            contact = SafeContact(how)
            change_contact(intake=self._intake, keys=keys, contact=contact, once=once, now=event.at)
        else:
            text = self._scene.said_to_or_by(case.chance, plan.audience, plan.language, "more")
            supplement(intake=self._intake, keys=keys, text=text, once=once, now=event.at)
        case.reopen()

    def _file(self, plan: Plan, at: datetime) -> None:
        chance = _chance(self._prefix, plan.number)
        questionnaire = load_builtin(plan.audience)
        answers = make_answers(
            plan=plan, questionnaire=questionnaire, chance=chance, scene=self._scene
        )
        code = _code(self._prefix, plan.number)
        submission = _submission(self._prefix, plan.number)
        filing = Filing(
            Answered(questionnaire, answers),
            plan.language,
            submission,
            code if plan.has_code else None,
        )
        done = submit(intake=self._intake, filing=filing, now=at)
        self._filed += done.created
        self._codes[plan.number] = code
        worker = self._desk.analyst(done.agency, chance)
        self._cases[plan.number] = Case(plan, done.report_id, done.agency, worker, chance)

    def _keys(self, plan: Plan) -> ReporterKeys:
        code = self._codes[plan.number]
        return derive_keys(code, salt=self._intake.salt, pepper=self._intake.pepper)

    def _work(self, events: list[Event]) -> None:
        """Let the desk do several things in one transaction: each has its entry in the log."""
        if not events:
            return
        with self._intake.connection.begin(write=True) as db:
            for event in events:
                self._act(db, self._cases[event.number], event)

    def _act(self, db: Db, case: Case, event: Event) -> None:
        desk = self._desk
        acts: dict[Does, Callable[[Db, Case, datetime], None]] = {
            Does.TAKE: desk.take,
            Does.ASSIGN: desk.assign,
            Does.GIVE_BACK: desk.give_back,
            Does.READ: desk.read,
            Does.READ_HANDLES: desk.read_handles,
            Does.READ_CONTACT: desk.read_contact,
            Does.NOTE: desk.note,
            Does.REPLY: partial(desk.reply, wait=False),
            Does.REPLY_AND_WAIT: partial(desk.reply, wait=True),
            Does.REFUSE_DELETION: desk.refuse_deletion,
            **{does: partial(desk.move, to=to) for does, to in MOVES.items()},
        }
        acts[event.does](db, case, event.at)
