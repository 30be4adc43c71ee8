"""What a member does with their own keys and sessions, as acts that two threads can share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from portal import access
from portal.access import Role, TrustedLog
from portal.domain.errors import SignInRefused
from portal.store import factors, members
from portal.store.factors import FactorRow
from tests.builders.desk import AUDIT, NOW, act, member_seed

if TYPE_CHECKING:
    from tests.builders.acts import Round


def _prove(one: Round) -> access.FreshProof:
    """What the leaver's passphrase and phone give; made once, since it costs an Argon2id."""
    return access.FreshProof(one.leaver, one.number, member_seed("tam", Role.ANALYST))


def _own(does: Callable[..., object], **more: object) -> Callable[[Round], object]:
    """An act of the member of this round on their own keys or sessions."""

    def run(one: Round) -> object:
        given = {name: value(one) if callable(value) else value for name, value in more.items()}
        with one.connection.begin(write=True) as db:
            return does(db, act=act(one.leaver, Role.ANALYST), **given)

    return run


def _new_set(one: Round) -> FactorRow:
    """A row as a new passphrase makes it; which bytes stand in it is no matter here."""
    return FactorRow(os.urandom(16), one.leaver, "passphrase", bytes(16), bytes(60), NOW)


def _recover(one: Round) -> object:
    with one.connection.begin(write=True) as db:
        row = members.get(db, name=one.leaver)
        mine = factors.of_member(db, member=one.leaver)
        if row is None or not mine:
            raise SignInRefused
        seed = member_seed("tam", Role.ANALYST)
        proof = access.Proof(row, access.LOST_PASSPHRASE, mine[0].id, one.number, seed)
        more = {"passphrase": _new_set(one), "now": NOW, "log": TrustedLog(AUDIT)}
        return access.recover_passphrase(db, proof=proof, **more)  # type: ignore[arg-type]


OWN_ACTS: dict[str, Callable[[Round], object]] = {
    "end every session": _own(access.end_all),
    "end other sessions": _own(access.end_others, this=lambda one: one.session),
    "recover": _recover,
    "change passphrase": _own(
        access.change_passphrase,
        proof=_prove,
        passphrase=_new_set,
        session=lambda one: one.session,
    ),
    "change phone": _own(
        access.change_phone,
        proof=_prove,
        secret=bytes(20),
        step=1,
        random=lambda _: os.urandom,
    ),
    "renew codes": _own(access.renew_codes, proof=_prove, random=lambda _: os.urandom),
}
"""Each by its name."""
