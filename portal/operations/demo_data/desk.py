"""The demo's members at work: each act is the desk's own use case, with the member's own keys."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import datetime

from portal import access, triage
from portal.access import Act, Principal, Role, TrustedLog
from portal.domain.case import Status
from portal.domain.report import Compartment
from portal.operations.demo import DemoMember
from portal.operations.demo_data.plan import Plan
from portal.operations.demo_data.scene import DESK_LANGUAGE, Scene
from portal.store import members
from portal.store.engine import Connection, Db
from portal.triage import Writing
from portal.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Worker:
    """A member with the keys that their passphrase opens."""

    person: DemoMember
    keys: Keyring = field(repr=False)


@dataclass(slots=True)
class Case:
    """A report on its way through the desk. `worker` is the analyst who has it; `filings` counts
    what its reporter has sent so far, all of which is read before the desk acts."""

    plan: Plan
    report_id: bytes
    agency: str
    worker: Worker
    chance: random.Random
    status: Status = Status.NEW
    filings: int = 1

    def reopen(self) -> None:
        """Note that a message from the reporter reopened the case."""
        self.filings += 1
        if self.status is not Status.IN_REVIEW:
            self.status = Status.NEW


class Desk:
    """Everybody who works in the demo, and what they write."""

    def __init__(
        self,
        connection: Connection,
        people: list[DemoMember],
        *,
        log: TrustedLog,
        scene: Scene,
    ) -> None:
        self._log, self._scene = log, scene
        with connection.begin(write=False) as db:
            self._workers = [_unlocked(db, person, log) for person in people]

    def analyst(self, agency: str, chance: random.Random) -> Worker:
        """Choose an analyst of the agency."""
        return chance.choice(self._of(agency, Role.ANALYST))

    def take(self, db: Db, case: Case, at: datetime) -> None:
        """Take the report: what was new is in review."""
        triage.take(db, act=self._act(case.worker, at), report_id=case.report_id)
        if case.status is Status.NEW:
            case.status = Status.IN_REVIEW

    def assign(self, db: Db, case: Case, at: datetime) -> None:
        """Let the supervisor give the report to its analyst."""
        act = self._act(self._boss(case), at)
        member = case.worker.person.name
        triage.assign(db, act=act, report_id=case.report_id, member=member)

    def give_back(self, db: Db, case: Case, at: datetime) -> None:
        """Put the report back."""
        triage.give_back(db, act=self._act(case.worker, at), report_id=case.report_id)

    def read(self, db: Db, case: Case, at: datetime) -> None:
        """Open the words."""
        self._open(db, case, case.worker, Compartment.TRIAGE, "working", at)

    def read_handles(self, db: Db, case: Case, at: datetime) -> None:
        """Open the accounts of the offender."""
        self._open(db, case, case.worker, Compartment.INDICATORS, "working", at)

    def read_contact(self, db: Db, case: Case, at: datetime) -> None:
        """Let the custodian open how the reporter can be reached, where the agency has one."""
        for custodian in self._of(case.agency, Role.CUSTODIAN)[:1]:
            self._open(db, case, custodian, Compartment.IDENTITY, "handover", at)

    def note(self, db: Db, case: Case, at: datetime) -> None:
        """Write a note in the agency's language."""
        triage.write_note(
            db,
            act=self._act(case.worker, at),
            keys=case.worker.keys,
            report_id=case.report_id,
            writing=self._writing(case, DESK_LANGUAGE.get(case.agency, "en"), "note"),
        )

    def reply(self, db: Db, case: Case, at: datetime, *, wait: bool) -> None:
        """Answer in the reporter's language."""
        triage.reply(
            db,
            act=self._act(case.worker, at),
            keys=case.worker.keys,
            report_id=case.report_id,
            writing=self._reply_to(case),
            wait=wait,
            filings=case.filings,
        )
        if wait:
            case.status = Status.WAITING

    def move(self, db: Db, case: Case, at: datetime, *, to: Status) -> None:
        """Move the case; only the supervisor pauses."""
        by = self._boss(case) if to is Status.PAUSED else case.worker
        triage.move(
            db,
            act=self._act(by, at),
            keys=by.keys,
            report_id=case.report_id,
            expected=case.status,
            to=to,
            reason=self._reason(case, to),
            filings=case.filings,
        )
        case.status = to

    def refuse_deletion(self, db: Db, case: Case, at: datetime) -> None:
        """Keep a report whose reporter asked for deletion, and say why."""
        boss = self._boss(case)
        triage.refuse(
            db,
            act=self._act(boss, at),
            keys=boss.keys,
            report_id=case.report_id,
            reason="working",
            writing=self._writing(case, case.plan.language, "kept"),
            filings=case.filings,
        )

    def _open(
        self, db: Db, case: Case, by: Worker, part: Compartment, reason: str, at: datetime
    ) -> None:
        triage.open_compartment(
            db,
            act=self._act(by, at),
            keys=by.keys,
            report_id=case.report_id,
            compartment=part,
            reason=reason,
        )

    @staticmethod
    def _reason(case: Case, to: Status) -> str:
        if to is Status.CLOSED:
            return case.chance.choice(_CLOSING[min(4, max(2, case.plan.priority))])
        return case.chance.choice(list(triage.MOVE_REASONS[to]))

    def _reply_to(self, case: Case) -> Writing:
        plan = case.plan
        text = self._scene.said_to_or_by(case.chance, plan.audience, plan.language, "reply")
        return Writing(text, os.urandom)

    def _writing(self, case: Case, language: str, what: str) -> Writing:
        return Writing(self._scene.one_of(case.chance, language, what), os.urandom)

    def _act(self, worker: Worker, at: datetime) -> Act:
        person = worker.person
        return Act(Principal(person.name, person.role, person.agency), at, self._log)

    def _boss(self, case: Case) -> Worker:
        return self._of(case.agency, Role.SUPERVISOR)[0]

    def _of(self, agency: str, role: Role) -> list[Worker]:
        return [
            one for one in self._workers if (one.person.agency, one.person.role) == (agency, role)
        ]


_CLOSING = {
    2: ("child_safe", "resolved", "handed_over", "no_way_on"),
    3: ("child_safe", "resolved", "no_way_on", "duplicate"),
    4: ("spam", "not_for_us"),
}
"""Why a case is closed, by its priority; what is graver than P2 as P2 is."""


def _unlocked(db: Db, person: DemoMember, log: TrustedLog) -> Worker:
    if members.get(db, name=person.name) is None:
        raise KeyError(person.name)
    seed = access.open_seed(db, member=person.name, passphrase=person.passphrase)
    return Worker(person, access.keyring(db, member=person.name, seed=seed, log=log))
