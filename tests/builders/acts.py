"""Every use case that writes, and every duty, as one act on one case that two threads can share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from portal import access, triage
from portal.access import Act, Claim, Role, TrustedLog
from portal.domain.case import Status
from portal.domain.questionnaire.answered import Answered
from portal.domain.report import Compartment
from portal.followup import deletion, supplement, thread
from portal.followup.supplement import SafeContact
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit
from portal.mailbox.reporter import ReporterKeys
from portal.store import audit, queue, reports, sessions
from portal.store.engine import Connection
from portal.store.factors import FactorRow
from portal.store.sessions import SessionRow
from portal.triage import Writing
from portal.vault.keyring import Keyring
from portal.worker.duties import DUTIES
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders.answers import threatened_child
from tests.builders.desk import (
    AUDIT,
    HOME,
    NOW,
    PASSPHRASE,
    act,
    add_member,
    code,
    file_report,
    insert_member,
    keys_of,
    member_row,
    member_seed,
)
from tests.builders.filing import CHILD, intake_of
from tests.builders.own_acts import OWN_ACTS

HELD_UNTIL = NOW + timedelta(minutes=40)
WRITING = Writing("We have read it.", os.urandom)


@dataclass(frozen=True)
class Team:
    """Who works at the desk, with the keys that the sessions of holders hold."""

    linh: Act
    minh: Act
    hoa: Act
    son: Act
    keys: Mapping[str, Keyring]


def gather(connection: Connection) -> Team:
    """Put the team into the store, once for all rounds."""
    with connection.begin(write=True) as db:
        linh, minh = (add_member(db, name, Role.ANALYST) for name in ("linh", "minh"))
        hoa = add_member(db, "hoa", Role.SUPERVISOR)
        son = add_member(db, "son", Role.ADMINISTRATOR)
        for name in ("signs.in",):
            add_member(db, name, Role.ANALYST)
        keys = {one.by.member: keys_of(db, one) for one in (linh, minh, hoa)}
    return Team(linh, minh, hoa, son, keys)


@dataclass(frozen=True)
class Round:
    """One case in review, held by linh, whose reporter has asked for deletion, and what is near."""

    connection: Connection
    intake: Intake
    team: Team
    number: int
    report_id: bytes
    reporter: ReporterKeys
    leaver: str
    session: bytes
    folder: Path

    @property
    def work(self) -> Work:
        """A run of the worker, at a time at which sessions are idle and leases have run out."""
        later = NOW + timedelta(hours=1)
        return Work(
            self.connection, later, self.folder / "heads", AUDIT, AUDIT, Log(lambda _: None)
        )


def begin(connection: Connection, team: Team, number: int, folder: Path) -> Round:
    """Make the case of a round, a member who can be removed, and a session that can end."""
    leaver, session = f"m{number}", hashlib.sha256(b"session %d" % number).digest()
    with connection.begin(write=True) as db:
        filed = file_report(db, number=number, status=Status.IN_REVIEW)
        reports.assign(db, report_id=filed.id, agency=HOME, member="linh", lease_until=HELD_UNTIL)
        reports.ask_deletion(db, report_id=filed.id, at=NOW)
        row = replace(member_row("tam", Role.ANALYST), name=leaver)
        recovery = FactorRow(os.urandom(16), leaver, "recovery", bytes(16), bytes(60), NOW)
        insert_member(db, row, [recovery])
        times = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW + timedelta(hours=9)}
        one = SessionRow(id_hash=session, member=leaver, sealed_seed=b"", **times)
        sessions.insert(db, row=one)
    token = hashlib.sha256(filed.id).digest()
    reporter = ReporterKeys(token, filed.reporter_seed, filed.sign_seed)
    intake = replace(intake_of(connection), deletes_at_once=True)
    place = (connection, intake, team, number, filed.id, reporter, leaver, session, folder)
    return Round(*place)


def _send(one: Round) -> object:
    """Send a report; two of them in one round are the same one, sent twice."""
    filing = Filing(Answered(CHILD, threatened_child()), "vi", b"sent in round %08d" % one.number)
    return submit(intake=one.intake, filing=filing, now=NOW)


def _supplement(one: Round) -> object:
    more = {"text": "He wrote again.", "once": os.urandom(16), "now": NOW}
    return supplement.supplement(intake=one.intake, keys=one.reporter, **more)  # type: ignore[arg-type]


def _change_contact(one: Round) -> object:
    more = {"contact": SafeContact("a friend"), "once": os.urandom(16), "now": NOW}
    return supplement.change_contact(intake=one.intake, keys=one.reporter, **more)  # type: ignore[arg-type]


def _come_back(one: Round) -> object:
    return thread.come_back(intake=one.intake, keys=one.reporter, now=NOW)


def _ask_deletion(one: Round) -> object:
    return deletion.ask_deletion(intake=one.intake, keys=one.reporter, now=NOW)


def _delete_at_once(one: Round) -> object:
    return deletion.delete_at_once(intake=one.intake, keys=one.reporter, now=NOW)


def _keep(one: Round) -> object:
    """Linh's lease is nearly over, so that it is written anew."""
    now = HELD_UNTIL - timedelta(minutes=1)
    return triage.renew_lease(one.connection, by=one.team.linh.by, report_id=one.report_id, now=now)


def _sign_in(one: Round) -> object:
    # Each round has its own minute: a code works once.
    now = NOW + timedelta(minutes=one.number)
    claim = Claim("signs.in", PASSPHRASE, code("signs.in", now))
    more = {"lifetime": timedelta(hours=1), "random": os.urandom, "log": TrustedLog(AUDIT)}
    return access.sign_in(one.connection, claim=claim, now=now, **more)  # type: ignore[arg-type]


def _verify(one: Round) -> object:
    with one.connection.begin(write=False) as db:
        return audit.verify(db, verify=AUDIT.verify, limit=20)


def _see_queue(one: Round) -> object:
    view = queue.QueueView()
    with one.connection.begin(write=False) as db:
        return triage.see_queue(db, by=one.team.linh.by, view=view, after=None, now=NOW)


def _see_case(one: Round) -> object:
    keys = one.team.keys["linh"]
    opened = frozenset({Compartment.TRIAGE})
    with one.connection.begin(write=False) as db:
        by = one.team.linh.by
        more = {"report_id": one.report_id, "opened": opened, "now": NOW}
        more["verify"] = one.team.linh.log.verify
        return triage.see_case(db, by=by, keys=keys, **more)  # type: ignore[arg-type]


def _writes(does: Callable[..., object], who: str, **more: object) -> Callable[[Round], object]:
    """An act at the desk in one unit of work; `keys` and `report_id` are filled in."""

    def run(one: Round) -> object:
        doer: Act = getattr(one.team, who)
        given = {name: value(one) if callable(value) else value for name, value in more.items()}
        with one.connection.begin(write=True) as db:
            return does(db, act=doer, **given)

    return run


def _case(one: Round) -> bytes:
    return one.report_id


def _keys_of(who: str) -> Callable[[Round], Keyring]:
    return lambda one: one.team.keys[who]


_LINH = {"report_id": _case, "keys": _keys_of("linh")}
_LEAVER = {"member": lambda one: one.leaver, "compartment": Compartment.TRIAGE}


_FINGERPRINT = access.own_fingerprint(member_seed("tam", Role.ANALYST))


def _duty(tag: str, one: Round) -> object:
    return DUTIES[tag](one.work)


def _sign_out(one: Round) -> object:
    leaver = act(one.leaver, Role.ANALYST)
    with one.connection.begin(write=True) as db:
        return access.sign_out(db, act=leaver, id_hash=one.session)


ACTS: dict[str, Callable[[Round], object]] = (
    {
        "send": _send,
        "supplement": _supplement,
        "change contact": _change_contact,
        "come back": _come_back,
        "ask deletion": _ask_deletion,
        "delete at once": _delete_at_once,
        "take next": _writes(triage.take_next, "minh"),
        "take": _writes(triage.take, "linh", report_id=_case),
        "assign": _writes(triage.assign, "hoa", report_id=_case, member="minh"),
        "give back": _writes(triage.give_back, "linh", report_id=_case),
        "keep": _keep,
        "open": _writes(
            triage.open_compartment,
            "linh",
            **_LINH,
            compartment=Compartment.TRIAGE,
            reason="working",
        ),
        "note": _writes(triage.write_note, "linh", **_LINH, writing=WRITING),
        "reply": _writes(triage.reply, "linh", **_LINH, writing=WRITING, wait=False, filings=1),
        "reply and wait": _writes(
            triage.reply, "linh", **_LINH, writing=WRITING, wait=True, filings=1
        ),
        "move": _writes(
            triage.move,
            "linh",
            **_LINH,
            filings=1,
            expected=Status.IN_REVIEW,
            to=Status.REFERRED,
            reason="police",
        ),
        "close": _writes(
            triage.move,
            "linh",
            **_LINH,
            filings=1,
            expected=Status.IN_REVIEW,
            to=Status.CLOSED,
            reason="resolved",
        ),
        "delete": _writes(triage.delete, "hoa", report_id=_case, filings=1),
        "refuse deletion": _writes(
            triage.refuse,
            "hoa",
            report_id=_case,
            keys=_keys_of("hoa"),
            reason="working",
            writing=WRITING,
            filings=1,
        ),
        "sign in": _sign_in,
        "sign out": _sign_out,
        "invite": _writes(
            access.invite,
            "son",
            name=lambda one: f"new{one.number}",
            role=Role.ANALYST,
            random=lambda _: os.urandom,
        ),
        "remove member": _writes(access.remove, "son", name=lambda one: one.leaver),
        "grant": _writes(
            access.grant, "hoa", keys=_keys_of("hoa"), **_LEAVER, fingerprint=_FINGERPRINT
        ),
        "withdraw": _writes(access.withdraw, "hoa", **_LEAVER),
        "verify": _verify,
        "see queue": _see_queue,
        "see case": _see_case,
    }
    | OWN_ACTS
    | {tag: partial(_duty, tag) for tag in DUTIES}
)
"""Every act by its name. Refused acts are acts as well: the other thread may have been first."""

SLOW = frozenset({"sign in"})
"""Acts that cost an Argon2id each."""
