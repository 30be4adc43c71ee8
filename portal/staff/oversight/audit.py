"""The audit log, for those who read nothing else."""

from __future__ import annotations

from flask import render_template, request

from portal import access
from portal.access import Permission
from portal.staff.guard import blueprint, desk, me, needs, reading_unit

audit = blueprint("audit")


@audit.get("/audit")
@needs(Permission.AUDIT_READ)
def log() -> str:
    """Show one page of the agency's entries, newest first, and the head to note outside."""
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    with reading_unit() as db:
        page = access.audit_page(db, by=me(), log=desk().audit, before=start)
    return render_template("staff/audit.html", page=page, verdict=None)


@audit.post("/audit/verify")
@needs(Permission.AUDIT_READ)
def verify() -> str:
    """Check what came since the worker's last check, and say what came of it."""
    with reading_unit() as db:
        verdict = access.verify_audit(db, by=me(), log=desk().audit)
        page = access.audit_page(db, by=me(), log=desk().audit, before=None)
    return render_template("staff/audit.html", page=page, verdict=verdict)
