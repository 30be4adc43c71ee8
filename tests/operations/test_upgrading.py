"""What stood here before statements is signed once; whatever is added to it later shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import triage
from portal.access import Act, Role
from portal.domain.errors import ConfigError
from portal.domain.report import MORE, Compartment
from portal.domain.statement import FILED, UPGRADED, state, upgrade_object
from portal.followup.supplement import supplement
from portal.followup.thread import return_with
from portal.intake.submit import WasDeleted
from portal.operations import log_signers
from portal.operations.command_line import main
from portal.operations.demo import make_demo
from portal.operations.upgrading import sign_all
from portal.sealing.seal import PlainField
from portal.sealing.statement import StatementKey
from portal.store import (
    audit,
    authority,
    envelopes,
    erasing,
    migrate,
    reports,
    schema,
    unsigned,
)
from portal.store.columns import columns_of
from portal.store.engine import Connection, connect
from portal.triage import Finding, Proof
from portal.vault.signing import LogKeys
from tests.builders import desk
from tests.builders.answers import threatened_child
from tests.builders.attack import attack
from tests.builders.coming_back import LATER
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.desk import AUDIT
from tests.builders.filing import PEPPER, file, intake_of
from tests.builders.unsigned import OLD_CODE, OLD_SUBMISSION, Old, add_unsigned, file_unsigned

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def linh(connection: Connection) -> Act:
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


@pytest.fixture
def old(connection: Connection) -> Old:
    filed = file_unsigned(connection)
    more(connection, filed, revision=1)
    done = sign_all(connection, key=AUDIT, pepper=PEPPER, now=NOW, progress=lambda *_: None)
    assert (done.filings, done.receipts) == (2, 1)
    return filed


def more(connection: Connection, filed: Old, *, revision: int) -> None:
    """Add words as the release before did, or as somebody who writes to the database does."""
    with connection.begin(write=True) as db:
        row = reports.get(db, report_id=filed.report_id)
        assert row
        plain = [PlainField(MORE, "triage", f"More, {revision}.")]
        add_unsigned(db, row, plain, revision=revision)


def see(connection: Connection, who: Act, filed: Old) -> tuple[list[Proof], tuple[Finding, ...]]:
    case = desk.see(connection, who, filed.report_id)
    with connection.begin(write=True) as db:
        words = triage.open_compartment(
            db,
            act=who,
            keys=desk.keys_of(db, who),
            report_id=filed.report_id,
            compartment=Compartment.TRIAGE,
            reason="working",
        )
    return [one.proof for one in words], case.findings


def test_what_was_signed_reads_as_from_before_proofs(
    connection: Connection, linh: Act, old: Old
) -> None:
    assert see(connection, linh, old) == ([Proof.BEFORE] * 2, ())


def test_what_is_added_in_the_old_format_since_is_tampering(
    connection: Connection, linh: Act, old: Old
) -> None:
    more(connection, old, revision=2)
    proofs, found = see(connection, linh, old)
    assert proofs == [Proof.BEFORE, Proof.BEFORE, Proof.UNPROVEN]
    assert found == (Finding(2, "signature"),)


def test_an_old_supplement_that_is_deleted_is_missed(
    connection: Connection, linh: Act, old: Old
) -> None:
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table} WHERE revision = 1")
    assert see(connection, linh, old) == ([Proof.BEFORE], (Finding(1, "missing"),))


def test_a_page_of_the_release_before_that_is_sent_again_is_the_same_report(
    connection: Connection, old: Old
) -> None:
    """Whether a code was given to it or not, and also after it was deleted."""
    page = {"submission": OLD_SUBMISSION, "answers": threatened_child(story="More words.")}
    for code in (OLD_CODE, None):
        again = file(connection, code=code, **page)
        assert (again.report_id, again.created, again.is_same) == (old.report_id, False, False)
    with connection.begin(write=True) as db:
        erasing.erase(db, report_id=old.report_id, by=erasing.REPORTER, at=NOW)
    for code in (OLD_CODE, None):
        with pytest.raises(WasDeleted):
            file(connection, code=code, **page)


def test_another_key_can_not_sign_for_that_time(
    connection: Connection, linh: Act, old: Old
) -> None:
    """Whoever writes to the database signs all of it anew; no entry of the log names that key."""
    attack(connection, "UPDATE envelopes SET verify_key = NULL, signature = NULL")
    forger = type(AUDIT)(b"f" * 32)
    with pytest.raises(ConfigError, match="signed before"):
        sign_all(connection, key=forger, pepper=PEPPER, now=NOW, progress=lambda *_: None)
    signer = StatementKey(b"f" * 32)
    with connection.begin(write=True) as db:
        for waiting in list(unsigned.all_waiting(db)):
            for one in waiting.stored:
                told = columns_of(waiting.row, one)
                signed = signer.sign(state(one.envelope, told))
                unsigned.sign(
                    db,
                    report_id=waiting.row.id,
                    revision=one.envelope.revision,
                    signed=signed,
                )
        forged = {"object": upgrade_object(signer.verify_key), "agency": "", "sign": forger.sign}
        audit.append(db, at=NOW, actor="operator", action=UPGRADED, **forged)
    proofs, found = see(connection, linh, old)
    assert proofs == [Proof.UNPROVEN] * 2
    assert Finding(0, "signature") in found


def test_the_key_signs_nothing_of_today(connection: Connection, linh: Act, old: Old) -> None:
    attack(connection, "UPDATE envelopes SET format = 2")
    case = desk.see(connection, linh, old.report_id)
    assert {one.what for one in case.findings} == {"signature"}


def test_what_an_old_code_adds_today_reads_as_through_a_bound_code(
    connection: Connection, linh: Act, old: Old
) -> None:
    intake = intake_of(connection)
    return_with(intake=intake, code=OLD_CODE, now=LATER)
    supplement(intake=intake, keys=old.keys, text="He is back.", once=b"o" * 16, now=LATER)
    assert see(connection, linh, old) == ([Proof.BEFORE, Proof.BEFORE, Proof.BOUND_CODE], ())
    assert not Proof.BOUND_CODE.is_reporters_own


def test_count_and_digest_stand_in_the_log(connection: Connection, old: Old) -> None:
    with connection.begin(write=False) as db:
        count, digest, upgraded, *noted = audit.entries(db, agency=None)
        assert audit.verify(db, verify=AUDIT.verify).ok
    assert upgraded.action == UPGRADED
    assert count.action == "seals:count 2 1"
    assert digest.action.startswith("seals:digest ")
    assert [one.action.split()[0] for one in noted] == [FILED] * 2
    assert len({one.object for one in (count, digest, upgraded)}) == 1


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with make_deployment(tmp_path / "instance") as made:
        yield made


def take_back(deployment: Deployment) -> None:
    """Bring the databases to where the release before left them."""
    for line in ("reports", "shred"):
        (deployment.folder / f"{line}.sqlite3").unlink()
    with connect(*urls(deployment)) as connection:
        migrate.make_room(connection)
        file_unsigned(connection)


def urls(deployment: Deployment) -> tuple[str, str]:
    reports_file, shred_file = (deployment.folder / f"{x}.sqlite3" for x in ("reports", "shred"))
    return f"sqlite:///{reports_file}", f"sqlite:///{shred_file}"


def test_the_operator_signs_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_INSTANCE", str(deployment.folder))
    take_back(deployment)
    assert main(["migrate"]) == 1
    assert "portal upgrade-seals" in capsys.readouterr().err
    assert main(["upgrade-seals"]) == 0
    said = capsys.readouterr().out
    assert "1 filings and 1 receipts are signed" in said
    assert "digest " in said
    with connect(*urls(deployment)) as connection:
        schema.require(connection)
    assert (deployment.folder / "audit-heads.txt").exists()
    assert main(["upgrade-seals"]) == 1
    assert "nothing waits to be signed" in capsys.readouterr().err
    with connect(*urls(deployment)) as connection:
        more(connection, Old(_only_report(connection), desk.HOME, None), revision=1)  # type: ignore[arg-type]
    assert main(["upgrade-seals"]) == 1, "what is slipped in later is never signed"
    capsys.readouterr()
    file = deployment.folder / "reports.sqlite3"
    with closing(sqlite3.connect(file)) as plain, plain:
        plain.execute("UPDATE alembic_reports SET version_num = 'r0009'")
    for verb in ("upgrade-seals", "migrate"):
        assert main([verb]) == 1
        assert "although all were signed before" in capsys.readouterr().err


def test_the_operator_writes_the_members_into_the_log_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the release before left them: whoever was slipped in since is in no list."""
    monkeypatch.setenv("PORTAL_INSTANCE", str(deployment.folder))
    file = deployment.folder / "reports.sqlite3"
    step_back(file)
    assert main(["migrate"]) == 1
    assert "members of an earlier release" in capsys.readouterr().err
    assert main(["upgrade-seals"]) == 0
    said = capsys.readouterr().out
    assert "10 members are written into the audit log" in said
    assert "  hoa.supervisor: supervisor of vn-hotline, active" in said
    assert "filings" not in said
    with connect(*urls(deployment)) as connection, connection.begin(write=False) as db:
        schema.require(connection)
        assert authority.is_as_logged(db, member="hoa.supervisor", verify=audit_key(deployment))
    with closing(sqlite3.connect(file)) as plain, plain:
        plain.execute("UPDATE members SET role = 'supervisor' WHERE name = 'linh.analyst'")
        plain.execute("UPDATE alembic_reports SET version_num = 'r0012'")
    assert main(["upgrade-seals"]) == 1, "nobody is written in a second time"
    assert "nothing waits to be signed" in capsys.readouterr().err
    with closing(sqlite3.connect(file)) as plain, plain:
        plain.execute("DROP TRIGGER IF EXISTS audit_refuse_update")
        plain.execute("UPDATE audit SET state = NULL, signer = NULL")
    assert main(["upgrade-seals"]) == 1, "nor where somebody took the entries that say so"
    assert "the audit log is broken at entry" in capsys.readouterr().err
    with connect(*urls(deployment)) as connection, connection.begin(write=False) as db:
        assert not authority.is_as_logged(db, member="linh.analyst", verify=audit_key(deployment))


def audit_key(deployment: Deployment) -> Callable[[bytes, bytes], bool]:
    return LogKeys(log_signers.of_host(deployment.folder)).verify


def step_back(file: Path) -> None:
    """Bring the reports to where the release left them that wrote no states into the log."""
    with closing(sqlite3.connect(file)) as plain, plain:
        plain.execute("DROP TRIGGER audit_refuse_delete")
        plain.execute("DELETE FROM audit")
        plain.execute("DROP TABLE incidents")
        plain.execute("DROP INDEX ix_audit_state")
        plain.execute("ALTER TABLE audit DROP COLUMN state")
        plain.execute("ALTER TABLE audit DROP COLUMN signer")
        for column in ("told_sequence", "told_signer", "told_signature"):
            plain.execute(f"ALTER TABLE reports DROP COLUMN {column}")
        plain.execute("UPDATE alembic_reports SET version_num = 'r0011'")
        plain.execute("UPDATE compatible_from SET revision = 'r0011'")


def test_a_demo_of_an_earlier_release_is_signed_by_itself(deployment: Deployment) -> None:
    take_back(deployment)
    make_demo(deployment.environ)
    with connect(*urls(deployment)) as connection:
        schema.require(connection)
        with connection.begin(write=False) as db:
            first = envelopes.statements(db, report_id=_only_report(connection))[0]
    assert first.signed


def _only_report(connection: Connection) -> bytes:
    with connection.reports.connect() as plain:
        found: bytes = plain.scalar(text("SELECT id FROM reports"))
    return found


def test_what_breaks_off_half_way_has_signed_nothing(connection: Connection) -> None:
    file_unsigned(connection)

    def dies(_done: int, _every: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sign_all(connection, key=AUDIT, pepper=PEPPER, now=NOW, progress=dies)
    with connection.begin(write=False) as db:
        assert audit.entries(db, agency=None) == []
    done = sign_all(connection, key=AUDIT, pepper=PEPPER, now=NOW, progress=lambda *_: None)
    assert done.filings == 1
