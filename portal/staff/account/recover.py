"""I can't sign in: a recovery code and one of the other two let a member in again."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import LOST_PASSPHRASE, LOST_PHONE, MembershipError, Proof, RecoveryClaim
from portal.domain.errors import KeyDiffers, PortalError, ReceiptError, SignInRefused, TooManyTries
from portal.domain.recovery_code import read_recovery_code
from portal.domain.typed import member_name
from portal.staff.account import new_phone
from portal.staff.account.proving import act_once_proved
from portal.staff.account.sign_in import field_of
from portal.staff.account.throttle import Try
from portal.staff.guard import answers_strangers, blueprint, desk, now
from portal.store.engine import Db
from portal.store.factors import FactorRow
from portal.web.i18n import gettext as _

recovery = blueprint("recovery")

_LONGEST_NAME = 60
"""Characters of a name, as in its column: more would not fit into the picture for the phone."""

_STATUS: dict[type[PortalError], int] = {SignInRefused: 403, TooManyTries: 429}


@recovery.get("/recover")
@answers_strangers
def ask() -> str:
    """Ask who it is, and which of the three things is lost."""
    return render_template("staff/recover.html")


@recovery.post("/recover")
@answers_strangers
def recover() -> Response | str:
    """Show what is needed, the same for every name; then take it and replace what was lost."""
    member, lost = member_name(field_of("member"))[:_LONGEST_NAME], field_of("lost")
    if lost not in (LOST_PHONE, LOST_PASSPHRASE):
        return ask()
    if field_of("go") != "recover":
        return _page(member, lost, problem=None)
    try:
        _phone(member) if lost == LOST_PHONE else _passphrase(member)
    except (SignInRefused, TooManyTries, MembershipError, ReceiptError) as error:
        return _refused(member, lost, error)
    session.clear()
    flash(
        _("Your new phone is set up, and every session has ended. Sign in with its next code.")
        if lost == LOST_PHONE
        else _("Your new passphrase is set, and every session has ended. Sign in with it.")
    )
    return redirect(url_for("sign_in.form"), 303)


def _phone(member: str) -> None:
    """Set up a new phone."""
    code = read_recovery_code(field_of("recovery"))
    claim = RecoveryClaim(member, LOST_PHONE, code, passphrase=field_of("passphrase"))

    def prove(one: Try) -> tuple[Proof, bytes, int]:
        secret = new_phone.secret()
        step = access.require_phone(secret, field_of("new_code"), now())
        return _prove(one, claim), secret, step

    def work(db: Db, proved: tuple[Proof, bytes, int]) -> None:
        proof, secret, step = proved
        at, random, log = now(), desk().random, desk().audit
        access.recover_phone(
            db, proof=proof, secret=secret, step=step, now=at, random=random, log=log
        )

    act_once_proved(member, prove=prove, work=work, half_right=access.RECOVERY_REFUSED)


def _passphrase(member: str) -> None:
    """Set a new passphrase."""
    new = field_of("passphrase")
    access.require_good(new, field_of("again"), member=member)
    code = read_recovery_code(field_of("recovery"))
    claim = RecoveryClaim(member, LOST_PASSPHRASE, code, code=field_of("code"))

    def prove(one: Try) -> tuple[Proof, FactorRow]:
        proof = _prove(one, claim)
        at, random = now(), desk().random
        return proof, access.new_passphrase_set(member, proof.seed, new, now=at, random=random)

    def work(db: Db, proved: tuple[Proof, FactorRow]) -> None:
        proof, passphrase = proved
        log = desk().audit
        access.recover_passphrase(db, proof=proof, passphrase=passphrase, now=now(), log=log)

    act_once_proved(member, prove=prove, work=work, half_right=access.RECOVERY_REFUSED)


def _prove(one: Try, claim: RecoveryClaim) -> Proof:
    """Check a claim; after too many wrong ones, none that a guesser could hit."""
    looked_at = replace(claim, recovery="") if one.are_codes_spent else claim
    return access.prove_recovery(desk().connection, claim=looked_at, now=now())


def _refused(member: str, lost: str, error: PortalError) -> Response:
    is_told = isinstance(error, SignInRefused) and not isinstance(error, KeyDiffers)
    code = "sign_in.recovery" if is_told else error.code
    status = next((number for kind, number in _STATUS.items() if isinstance(error, kind)), 422)
    response = make_response(_page(member, lost, problem=code), status)
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(member: str, lost: str, *, problem: str | None) -> str:
    shown = new_phone.shown(member) if lost == LOST_PHONE else {}
    return render_template(
        f"staff/recover_{lost}.html", member=member, lost=lost, problem=problem, **shown
    )
