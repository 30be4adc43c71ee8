"""The auditor's page: what was checked, by whom, and that its check locks nothing."""

from __future__ import annotations

from datetime import timedelta

import config
from portal.domain.log_signers import SignerKind
from portal.store import audit_marks
from portal.store.audit_marks import BROKEN, Mark
from portal.store.engine import connect
from portal.vault.signing import LogKeys, log_key
from portal.worker.duties import audit_log
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.staff.conftest import Desk, reading, token


def test_the_check_answers_while_somebody_writes(desk: Desk) -> None:
    """It would wait for them, or they for it, if it were more than a read."""
    client = reading(desk, "auditor")
    form = token(client.get("/audit"))
    settings = config.load_staff(desk.deployment.environ)
    with (
        connect(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=True) as db,
    ):
        assert db.shred.connection()
        page = client.post("/audit/verify", data={"csrf_token": form})
    assert page.status_code == 200
    assert "The chain holds together." in page.text
    assert "The worker has not checked the log yet." in page.text


def test_the_page_shows_what_the_worker_found(desk: Desk) -> None:
    client = reading(desk, "auditor")
    settings = config.load_staff(desk.deployment.environ)
    signers, now = settings.manifest.log_signers, desk.clock() + timedelta(minutes=1)
    key, trust = log_key(settings.audit_seed, signers, kind=SignerKind.DESK), LogKeys(signers)
    with connect(settings.database_url, settings.shred_url) as connection:
        file = settings.instance / "audit-heads.txt"
        audit_log.verify_log(Work(connection, now, file, key, trust, Log(lambda _: None)))
        page = client.get("/audit").text
        assert "The worker checks the log by itself: the last time up to entry" in page
        assert now.strftime("%Y-%m-%d %H:%M") in page
        with connection.begin(write=True) as db:
            audit_marks.put(db, name=BROKEN, mark=Mark((4, bytes(32)), now), sign=key.sign)
        assert "The log is broken at entry 4." in client.get("/audit").text
        with connection.begin(write=True) as db:
            audit_marks.remove(db, name=BROKEN)
