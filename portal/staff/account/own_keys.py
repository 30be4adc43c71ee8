"""Change one's own passphrase, phone and recovery codes, after passphrase and code once more."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import FreshProof, Permission
from portal.staff.account import new_phone
from portal.staff.account.proving import act_once_proved
from portal.staff.account.sign_in import field_of
from portal.staff.account.throttle import Try
from portal.staff.guard import act, blueprint, desk, me, needs, now, reading_unit, signed_in
from portal.store.engine import Db
from portal.store.factors import FactorRow
from portal.web.i18n import gettext as _

own_keys = blueprint("own_keys")


@own_keys.get("/account/passphrase")
@needs(Permission.ACCOUNT_USE)
def passphrase() -> str:
    """Ask for the current passphrase, a code and the new passphrase."""
    return render_template("staff/own_passphrase.html")


@own_keys.post("/account/passphrase")
@needs(Permission.ACCOUNT_USE)
def change_passphrase() -> Response:
    """Put a new passphrase in place of the old one; every other session ends."""
    new = field_of("passphrase")
    access.require_good(new, field_of("again"), member=me().member, agency=me().agency)

    def prove(one: Try) -> tuple[FreshProof, FactorRow]:
        proof = _prove(one)
        return proof, access.passphrase_of(proof, new, now=now(), random=desk().random)

    def work(db: Db, proved: tuple[FreshProof, FactorRow]) -> None:
        proof, sealed = proved
        this = signed_in().id_hash
        access.change_passphrase(db, act=act(), proof=proof, passphrase=sealed, session=this)

    act_once_proved(me().member, prove=prove, work=work, half_right=access.WRONG_CODE)
    flash(_("Your passphrase is changed, and every other session has ended."))
    return redirect(url_for("account.mine"), 303)


@own_keys.get("/account/phone")
@needs(Permission.ACCOUNT_USE)
def phone() -> str:
    """Show the picture for a new phone."""
    return render_template("staff/own_phone.html", **new_phone.shown(me().member))


@own_keys.post("/account/phone")
@needs(Permission.ACCOUNT_USE)
def change_phone() -> Response:
    """Put a new phone, which has shown its code, in place of the old one."""

    def prove(one: Try) -> tuple[FreshProof, bytes, int]:
        secret = new_phone.secret()
        step = access.require_phone(secret, field_of("new_code"), now())
        return _prove(one), secret, step

    def work(db: Db, proved: tuple[FreshProof, bytes, int]) -> None:
        proof, secret, step = proved
        random = desk().random
        access.change_phone(db, act=act(), proof=proof, secret=secret, step=step, random=random)

    act_once_proved(me().member, prove=prove, work=work, half_right=access.WRONG_CODE)
    new_phone.forget()
    flash(_("Your new phone shows the codes from now on. The old one's work no more."))
    return redirect(url_for("account.mine"), 303)


@own_keys.get("/account/codes")
@needs(Permission.ACCOUNT_USE)
def codes() -> str:
    """Say how many recovery codes are left, and ask before new ones are made."""
    with reading_unit() as db:
        left = access.codes_left(db, member=me().member)
    return render_template("staff/own_codes.html", left=left)


@own_keys.post("/account/codes")
@needs(Permission.ACCOUNT_USE)
def make_codes() -> str:
    """Make new recovery codes, shown here once; the old ones end."""

    def work(db: Db, proof: FreshProof) -> str:
        return " ".join(access.renew_codes(db, act=act(), proof=proof, random=desk().random))

    made = act_once_proved(me().member, prove=_prove, work=work, half_right=access.WRONG_CODE)
    return render_template("staff/recovery_codes.html", codes=made.split(), is_new=False)


def _prove(one: Try) -> FreshProof:
    """Check passphrase and code; after too many wrong codes, none that a guesser could hit."""
    return access.prove_again(
        desk().connection,
        member=me().member,
        passphrase=field_of("current"),
        code="" if one.are_codes_spent else field_of("code"),
        now=now(),
    )
