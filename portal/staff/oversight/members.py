"""Members: who they are, which keys they hold, and who may change that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import access
from portal.access import DirectoryEntry, MembershipError, Permission, Role
from portal.domain.errors import NotFound
from portal.domain.report import Compartment
from portal.domain.typed import member_name
from portal.staff.forms.once import act_once
from portal.staff.guard import act, blueprint, current_unit, desk, keys, me, needs
from portal.staff.text.formats import options
from portal.staff.text.labels import ROLES
from portal.store.engine import Db
from portal.web.i18n import gettext as _

members = blueprint("members")


@members.get("/members")
@needs(Permission.MEMBERS_SEE)
def everyone() -> str:
    """List the agency's members, and say where a new epoch of keys is due."""
    return page()


@members.post("/members/invite")
@needs(Permission.MEMBERS_MANAGE)
def invite() -> str:
    """Invite somebody: the invitation is shown here, once."""
    name = member_name(request.form.get("name", ""))
    wanted = request.form.get("role", "")
    if wanted not in set(Role):
        raise MembershipError("role")
    token = act_once(
        lambda db: access.invite(db, act=act(), name=name, role=Role(wanted), random=desk().random)
    )
    return render_template("staff/invited.html", name=name, token=token)


@members.post("/members/<name>/remove")
@needs(Permission.MEMBERS_MANAGE)
def remove(name: str) -> Response:
    """Remove a member: grants, sessions and key."""
    act_once(lambda db: access.remove(db, act=act(), name=name))
    flash(_("%(name)s was removed, and every session ended.", name=name))
    return redirect(url_for("members.everyone"), 303)


@members.post("/members/<name>/grant/<compartment>")
@needs(Permission.MEMBERS_GRANT)
def grant(name: str, compartment: str) -> Response:
    """Seal the keys that one holds to a colleague."""

    def work(db: Db) -> None:
        access.grant(
            db,
            act=act(),
            keys=keys(db),
            member=name,
            compartment=_part(compartment),
            fingerprint=request.form.get("fingerprint", ""),
        )

    act_once(work)
    flash(_("%(name)s holds these keys now.", name=name))
    return redirect(url_for("members.everyone"), 303)


@members.post("/members/<name>/withdraw/<compartment>")
@needs(Permission.MEMBERS_GRANT)
def withdraw(name: str, compartment: str) -> Response:
    """Take keys from a colleague."""
    part = _part(compartment)
    act_once(lambda db: access.withdraw(db, act=act(), member=name, compartment=part))
    flash(_("%(name)s no longer holds these keys.", name=name))
    return redirect(url_for("members.everyone"), 303)


def page() -> str:
    """Show the agency's members."""
    with current_unit() as db:
        people = access.list_members(db, by=me(), log=desk().audit)
        due = access.epochs_due(db, by=me(), manifest=desk().manifest)
        held = _held(db)
    return render_template(
        "staff/members.html",
        people=people,
        due=due,
        held=held,
        offered=_offered(people, held),
        roles=options(ROLES, str),
        role_names=ROLES,
    )


def _held(db: Db) -> frozenset[str]:
    """Give the compartments whose keys the asking member could pass on."""
    if not me().can(Permission.MEMBERS_GRANT):
        return frozenset()
    ring = keys(db)
    return frozenset(part for part in Compartment if ring.holds(me().agency, part))


def _offered(people: Iterable[DirectoryEntry], held: Collection[str]) -> frozenset[str]:
    """Give the address of each grant that the page offers."""
    return frozenset(
        url_for("members.grant", name=person.name, compartment=part)
        for person in people
        if person.status == "active" and person.name != me().member
        for part in person.may_hold
        if part in held and part not in person.holds
    )


def _part(name: str) -> Compartment:
    if name not in set(Compartment):
        raise NotFound
    return Compartment(name)
