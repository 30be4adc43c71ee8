"""Where keys are changed, what is typed is checked as slowly as at sign-in, and acts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from portal import access
from portal.domain.errors import KeyDiffers, SignInRefused
from portal.staff.account import throttle
from portal.staff.account.throttle import Try
from portal.staff.forms.once import act_once, done_before
from portal.staff.guard import desk, now
from portal.store.engine import Db

T = TypeVar("T")


def act_once_proved(
    member: str, *, prove: Callable[[Try], T], work: Callable[[Db, T], str | None], half_right: str
) -> str:
    """Check what was typed where there is room for it, then do the act of this form once.

    A second post of the same form is checked no more: what it proves may be used up. `half_right`
    is how the audit log tells that one of two things was right.
    """
    before = done_before()
    if before is not None:
        return before
    one = throttle.of_request(member)
    slowed, are_spent = one.slowed, one.are_codes_spent
    with throttle.turn(one, slowed=slowed):
        try:
            proof = prove(one)
        except SignInRefused as refused:
            before = done_before()  # the first of two posts at once has just done it
            if before is not None:
                return before
            told = half_right if refused.is_code_wrong and not are_spent else None
            _tell(member, refused, told or throttle.told_as(slowed))
            one.failed(refused, slowed=slowed)
            raise
    return act_once(lambda db: work(db, proof))


def _tell(member: str, refused: SignInRefused, action: str | None) -> None:
    told = access.KEY_DIFFERS if isinstance(refused, KeyDiffers) else action
    if told is not None:
        access.tell_refused(
            desk().connection, member=member, action=told, now=now(), log=desk().audit
        )
