"""Databases grow from empty to the newest form, keep every row on the way, and match the tables."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from portal import access
from portal.domain.errors import ConfigError
from portal.operations.upgrading import sign_all, state_members
from portal.store import authority, migrate, schema, shred
from portal.store.engine import Connection, connect
from portal.store.tables import Base, ShredBase
from tests.builders.desk import AUDIT
from tests.builders.waiting import PATIENCE
from tests.migrations.first_rows import (
    MADE,
    MOVED,
    REPORT,
    ROWS,
    SINCE,
    insert,
    is_kept,
)

Make = Callable[[], Connection]
VECTORS = Path(__file__).parents[1] / "vectors"
LINES = {"reports": Base, "shred": ShredBase}


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Open the same two databases, empty at first, as often as a test likes."""
    if request.param == "sqlite":
        urls = tuple(f"sqlite:///{tmp_path}/{name}.sqlite3" for name in LINES)
    else:
        urls = _fresh(request.getfixturevalue("postgresql_url"))
    opened: list[Connection] = []

    def make() -> Connection:
        opened.append(connect(*urls))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


def _fresh(url: str) -> tuple[str, ...]:
    server = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as plain:
        for line in LINES:
            plain.execute(text(f"DROP DATABASE IF EXISTS migrating_{line} WITH (FORCE)"))
            plain.execute(text(f"CREATE DATABASE migrating_{line}"))
    server.dispose()
    return tuple(url.replace("/postgres?", f"/migrating_{line}?") for line in LINES)


def engine_of(connection: Connection, line: str) -> Engine:
    found: Engine = getattr(connection, line)
    return found


def revisions(line: str) -> list[str]:
    """Every revision of a line, oldest first."""
    scripts = ScriptDirectory(str(migrate.SCRIPTS), version_locations=[str(migrate.SCRIPTS / line)])
    return [script.revision for script in scripts.walk_revisions()][::-1]


def is_current(connection: Connection) -> bool:
    """Tell whether both databases stand at the newest revision."""
    return all(schema.revision(connection, line) == revisions(line)[-1] for line in LINES)


def differences(connection: Connection, line: str) -> list[object]:
    with engine_of(connection, line).connect() as plain:
        context = MigrationContext.configure(
            plain,
            opts={"version_table": migrate.version_table(line), "compare_type": True},
        )
        return list(compare_metadata(context, LINES[line].metadata))


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_one_line(line: str) -> None:
    """One beginning, one end, no fork: two branches would leave half of the databases behind."""
    scripts = ScriptDirectory(str(migrate.SCRIPTS), version_locations=[str(migrate.SCRIPTS / line)])
    assert len(scripts.get_bases()) == len(scripts.get_heads()) == 1


def test_from_empty_to_the_newest_form(make: Make) -> None:
    connection = make()
    assert not is_current(connection)
    migrate.upgrade(connection)
    assert_whole(connection)


def test_an_upgrade_of_what_is_current_changes_nothing(make: Make) -> None:
    connection = make()
    migrate.upgrade(connection)
    migrate.upgrade(connection)
    assert is_current(connection)


def test_a_column_that_no_migration_makes_is_noticed(make: Make) -> None:
    connection = make()
    migrate.upgrade(connection)
    with connection.reports.begin() as plain:
        plain.execute(text("ALTER TABLE receipts DROP COLUMN last_used_on"))
    assert differences(connection, "reports")


def upgrade_line(connection: Connection, line: str, to: str) -> None:
    """Bring one database to one revision, as an operator's older release would have left it."""
    with engine_of(connection, line).execution_options(portal_write=True).begin() as bound:
        migrate.command.upgrade(migrate.alembic_config(line, bound), to)


def read(engine: Engine, table: str) -> list[dict[str, object]]:
    with engine.connect() as plain:
        return [dict(row) for row in plain.execute(text(f"SELECT * FROM {table}")).mappings()]


def read_all(engine: Engine) -> dict[str, list[dict[str, object]]]:
    return {table: read(engine, table) for table in inspect(engine).get_table_names()}


@pytest.mark.parametrize("line", LINES)
def test_rows_of_the_first_release_survive_every_step(make: Make, line: str) -> None:
    connection = make()
    engine = engine_of(connection, line)
    first, *later = revisions(line)
    upgrade_line(connection, line, first)
    assert set(inspect(engine).get_table_names()) == {*ROWS[line], migrate.version_table(line)}
    for table, row in ROWS[line].items():
        insert(engine, table, row)
    for before, revision in pairwise([first, *later]):
        upgrade_line(connection, line, revision)
        found = read_all(engine)
        for table, row in ROWS[line].items():
            assert len(found[table]) == 1
            assert is_kept(table, row, found), f"{table} lost some between {before} and {revision}"


@pytest.mark.parametrize(
    ("status", "revision", "is_unread"),
    [("in_review", 1, True), ("in_review", 0, False), ("closed", 1, False)],
)
def test_what_was_added_before_there_was_a_mark_gets_one(
    make: Make, status: str, revision: int, is_unread: bool
) -> None:
    """Nobody can tell whether it was read; of a closed case somebody has said that it is done."""
    connection = make()
    upgrade_line(connection, "reports", "r0003")
    rows = ROWS["reports"]
    insert(connection.reports, "definitions", rows["definitions"])
    insert(connection.reports, "reports", rows["reports"] | {"status": status})
    for name in ("story", "safe_now"):
        field = rows["fields"] | {"revision": revision, "field": name}
        insert(connection.reports, "fields", field)
    upgrade_line(connection, "reports", "r0004")
    wanted = [{"report_id": REPORT, "compartment": "triage"}] if is_unread else []
    assert read(connection.reports, "unread") == wanted


BEFORE = {"reports": "r0004", "shred": "s0001"}
"""Where the databases stood before they knew that they belong together."""


def rows_before(connection: Connection) -> None:
    """Bring both databases to where they stood, with a row in every table."""
    for line, revision in BEFORE.items():
        upgrade_line(connection, line, revision)
        for table, row in (ROWS[line] | (SINCE if line == "reports" else {})).items():
            more = {"shred_id": b"m" * 16} if table == "messages" else {}
            insert(engine_of(connection, line), table, row | more)
    insert(connection.shred, "shred_keys", {"id": b"o" * 16, "key": b"k" * 32, "created_at": 1})


def test_databases_of_before_are_joined_and_no_key_of_theirs_is_ever_swept(make: Make) -> None:
    connection = make()
    rows_before(connection)
    tables = set(inspect(connection.reports).get_table_names())
    assert tables == {*ROWS["reports"], *SINCE, migrate.version_table("reports")}
    with pytest.raises(ConfigError, match="portal upgrade-seals"):
        migrate.upgrade(connection)
    sign(connection)
    migrate.upgrade(connection)
    for line in LINES:
        found = read_all(engine_of(connection, line))
        for table, row in (ROWS[line] | (SINCE if line == "reports" else {})).items():
            assert is_kept(table, row, found), table
    assert {row["state"] for row in read(connection.shred, "shred_keys")} == {shred.CONFIRMED}
    (mine,) = read(connection.reports, "deployment")
    (theirs,) = read(connection.shred, "shred_deployment")
    assert (mine["id"], mine["tick"]) == (theirs["id"], theirs["tick"])
    schema.require(connection)


def test_a_key_that_the_former_release_still_puts_is_pending(make: Make) -> None:
    """Its processes run on while the databases are brought up."""
    connection = make()
    migrate.upgrade(connection)
    insert(connection.shred, "shred_keys", ROWS["shred"]["shred_keys"])
    assert [row["state"] for row in read(connection.shred, "shred_keys")] == [shred.PENDING]


def test_a_revision_is_named_as_its_file_is() -> None:
    for line in LINES:
        assert list(schema.revisions(line)) == revisions(line)


@pytest.mark.parametrize("line", LINES)
def test_a_database_that_is_older_is_refused_with_the_command(make: Make, line: str) -> None:
    connection = make()
    with pytest.raises(ConfigError, match="python -m portal migrate"):
        schema.require(connection)
    for name in LINES:
        upgrade_line(connection, name, BEFORE[name] if name == line else "head")
    with pytest.raises(ConfigError, match=rf"{schema.NAMES[line]} is older.*portal migrate"):
        schema.require(connection)
    migrate.upgrade(connection)
    schema.require(connection)


@pytest.mark.parametrize(("line", "table"), [("reports", ""), ("shred", "shred_")])
def test_a_newer_database_is_accepted_where_it_says_that_it_serves_this_code(
    make: Make, line: str, table: str
) -> None:
    """A migration that only adds leaves the row; one that takes away names itself."""
    connection = make()
    migrate.upgrade(connection)
    engine = engine_of(connection, line)
    run(engine, f"UPDATE {migrate.version_table(line)} SET version_num = 'x9999'")
    schema.require(connection)
    migrate.upgrade(connection)
    run(engine, f"UPDATE {table}compatible_from SET revision = 'x9999'")
    for ask in (schema.require, migrate.upgrade):
        with pytest.raises(ConfigError, match="x9999 by a newer release"):
            ask(connection)


def run(engine: Engine, statement: str) -> None:
    with engine.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(statement))


def test_a_crash_between_the_two_databases_is_made_good(make: Make) -> None:
    """Until the shred store has a tick it was never joined: it may be, with the same id."""
    connection = make()
    migrate.bring_up(connection)
    insert(connection.shred, "shred_deployment", {"singleton": 1, "id": b"d" * 16})
    migrate.upgrade(connection)
    run(connection.shred, "UPDATE shred_deployment SET tick = NULL")
    with pytest.raises(ConfigError, match="portal migrate"):
        schema.require(connection)
    migrate.upgrade(connection)
    schema.require(connection)
    assert read(connection.reports, "deployment")[0]["id"] == b"d" * 16


@pytest.mark.parametrize("table", ["deployment", "shred_deployment"])
def test_one_database_alone_is_never_joined_to_another(make: Make, table: str) -> None:
    connection = make()
    migrate.upgrade(connection)
    engine = connection.shred if table.startswith("shred") else connection.reports
    for change in (f"UPDATE {table} SET id = tick", f"DELETE FROM {table}"):
        run(engine, change)
        for ask in (schema.require, migrate.upgrade):
            with pytest.raises(ConfigError, match=r"docs/operations\.md"):
                ask(connection)


def test_an_empty_database_beside_the_keys_of_another_is_left_empty(make: Make) -> None:
    connection = make()
    migrate.upgrade(connection)
    for table in inspect(connection.reports).get_table_names():
        cascade = " CASCADE" if connection.reports.dialect.name == "postgresql" else ""
        run(connection.reports, f"DROP TABLE {table}{cascade}")
    with pytest.raises(ConfigError, match="put the reports database back"):
        migrate.upgrade(connection)
    assert inspect(connection.reports).get_table_names() == []


SINCE_R0005 = {
    "deployment": {
        "singleton": 1,
        "id": b"d" * 16,
        "tick": b"t" * 16,
        "previous_tick": bytes(16),
        "ticked_at": MADE,
    },
    "audit_marks": {
        "name": "verified",
        "sequence": 1,
        "hash": b"h" * 32,
        "at": MADE,
        "signature": b"s" * 64,
    },
}
"""One row of every table that came with r0005; `compatible_from` has its own."""


def assert_a_step_only_adds(
    connection: Connection, before: str, after: str, rows: dict[str, dict[str, object]]
) -> None:
    """Bring the reports from one revision to the next, with a row in every table: none changes."""
    upgrade_line(connection, "reports", before)
    version = migrate.version_table("reports")
    names = {*rows, "compatible_from", version}
    assert set(inspect(connection.reports).get_table_names()) == names
    for table, row in rows.items():
        insert(connection.reports, table, row)
    held = {table: read(connection.reports, table) for table in names}
    upgrade_line(connection, "reports", after)
    held[version] = [{"version_num": after}]
    assert {table: read(connection.reports, table) for table in names} == held


def test_acts_and_drafts_come_beside_rows_in_every_table(make: Make) -> None:
    connection = make()
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005}
    assert_a_step_only_adds(connection, "r0005", "r0006", rows)
    assert read(connection.reports, "acts_done") == read(connection.reports, "drafts") == []


@pytest.mark.parametrize(
    ("status", "part", "woken"),
    [
        ("closed", "triage", True),
        ("closed", "identity", True),
        ("waiting", "triage", True),
        ("waiting", "identity", False),
        ("paused", "indicators", True),
        ("in_review", "triage", False),
        ("closed", None, False),
    ],
)
def test_a_case_that_slept_over_new_words_is_woken(
    make: Make, status: str, part: str | None, woken: bool
) -> None:
    connection = make()
    upgrade_line(connection, "reports", "r0006")
    rows = ROWS["reports"]
    reason = "spam" if status == "closed" else None
    row = rows["reports"] | {"status": status, "closed_reason": reason, "assigned_to": "linh"}
    insert(connection.reports, "definitions", rows["definitions"])
    insert(connection.reports, "reports", row)
    insert(connection.reports, "members", rows["members"])
    if part:
        insert(connection.reports, "unread", {"report_id": REPORT, "compartment": part})
    upgrade_line(connection, "reports", "r0007")
    (after,) = read(connection.reports, "reports")
    assert (after["status"], after["closed_reason"]) == (
        ("new", None) if woken else (status, reason)
    )
    assert bool(after["has_unread"]) == (part is not None)
    assert (after["assigned_to"], after["due_at"]) == ("linh", row["due_at"])


def test_what_a_member_held_who_was_removed_is_free(make: Make) -> None:
    connection = make()
    upgrade_line(connection, "reports", "r0006")
    rows = ROWS["reports"]
    insert(connection.reports, "definitions", rows["definitions"])
    insert(connection.reports, "reports", rows["reports"] | {"assigned_to": "linh"})
    insert(connection.reports, "members", rows["members"] | {"name": "linh", "status": "removed"})
    upgrade_line(connection, "reports", "r0007")
    (after,) = read(connection.reports, "reports")
    assert (after["assigned_to"], after["lease_until"]) == (None, None)


SINCE_R0006 = {
    "acts_done": {"id": b"i" * 32, "content": b"c" * 32, "sealed": None, "done_at": MADE},
    "drafts": {"id": b"i" * 32, "sealed": b"x", "saved_at": MADE},
}
"""One row of every table that came with r0006."""


def test_the_log_of_a_case_gets_an_index_beside_rows_in_every_table(make: Make) -> None:
    connection = make()
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005, **SINCE_R0006}
    assert_a_step_only_adds(connection, "r0007", "r0008", rows)
    (index,) = (
        one
        for one in inspect(connection.reports).get_indexes("audit")
        if one["name"] == "ix_audit_object_sequence"
    )
    assert index["column_names"] == ["object", "sequence"]


def test_room_for_signatures_comes_beside_rows_in_every_table(make: Make) -> None:
    connection = make()
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005, **SINCE_R0006}
    upgrade_line(connection, "reports", "r0008")
    for table, row in rows.items():
        insert(connection.reports, table, row)
    upgrade_line(connection, "shred", "head")
    joined = {"singleton": 1, "id": b"d" * 16, "tick": b"t" * 16}
    insert(connection.shred, "shred_deployment", joined)
    for ask in (migrate.upgrade, migrate.upgrade):
        with pytest.raises(ConfigError, match="portal upgrade-seals"):
            ask(connection)
    assert schema.revision(connection, "reports") == "r0009"
    with pytest.raises(ConfigError, match="older than this release"):
        schema.require(connection)
    sign(connection)
    migrate.upgrade(connection)
    schema.require(connection)
    found = read_all(connection.reports)
    for table, row in rows.items():
        assert is_kept(table, row, found), table
    (envelope,), (receipt,) = (read(connection.reports, name) for name in ("envelopes", "receipts"))
    assert envelope["signature"]
    assert (receipt["agency"], receipt["audience"]) == ("hotline-vn", "child")
    assert receipt["tag"]
    assert read(connection.reports, "compatible_from") == [{"revision": "r0013"}]


SIGNED = {
    "envelopes": {"verify_key": b"v" * 32, "statement": b"said", "signature": b"s" * 64},
    "receipts": {
        "agency": "hotline-vn",
        "audience": "child",
        "verify_key": b"v" * 32,
        "tag": b"t" * 32,
    },
}
"""What r0009 made room for."""

INVITED: dict[str, object] = {
    "name": "new.one",
    "role": "analyst",
    "agency": "hotline-vn",
    "status": "invited",
    "totp_last_step": 0,
    "invite_hash": b"i" * 32,
    "invite_expires_at": MADE,
    "created_at": MADE,
}
"""A member who has no key yet."""


def test_what_opens_a_members_seed_moves_beside_rows_in_every_table(make: Make) -> None:
    connection = make()
    upgrade_line(connection, "reports", "r0010")
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005, **SINCE_R0006}
    version = migrate.version_table("reports")
    tables = {*rows, "compatible_from", version}
    assert set(inspect(connection.reports).get_table_names()) == tables
    for table, row in rows.items():
        insert(connection.reports, table, row | SIGNED.get(table, {}))
    insert(connection.reports, "members", INVITED)
    before = read_all(connection.reports)
    upgrade_line(connection, "reports", "r0011")
    after = read_all(connection.reports)
    (mine,) = after.pop("factor_sets")
    assert len(bytes(mine.pop("id"))) == 16  # type: ignore[call-overload]
    linh = rows["members"]
    assert mine == {
        "member": "linh",
        "kind": "passphrase",
        "salt": linh["salt"],
        "sealed_seed": linh["sealed_seed"],
        "created_at": MADE,
    }
    assert {"salt", "sealed_seed"}.isdisjoint(after["members"][0])
    for one in before["members"]:
        del one["salt"], one["sealed_seed"]
    before |= {version: [{"version_num": "r0011"}], "compatible_from": [{"revision": "r0011"}]}
    assert after == before


def test_a_member_of_before_signs_in(make: Make) -> None:
    """What the former release sealed opens from its new place."""
    kept = json.loads((VECTORS / "member-1.json").read_text("utf-8"))
    connection = make()
    upgrade_line(connection, "reports", "r0010")
    sealed = {name: base64.b64decode(kept[name]) for name in ("salt", "sealed_seed")}
    row = ROWS["reports"]["members"] | sealed | {"name": kept["name"]}
    insert(connection.reports, "members", row | {"public_key": base64.b64decode(kept["public"])})
    sign(connection)
    migrate.upgrade(connection)
    with connection.begin(write=False) as db:
        seed = access.open_seed(db, member=kept["name"], passphrase=kept["passphrase"])
    assert seed == base64.b64decode(kept["seed"])


def test_room_for_states_comes_beside_rows_in_every_table(make: Make) -> None:
    """From the newest form of the release before; its members wait for the operator."""
    connection = make()
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005, **SINCE_R0006}
    rows |= {table: {**rows[table], **more} for table, more in SIGNED.items()}
    upgrade_line(connection, "reports", "r0010")
    for table, row in rows.items():
        insert(connection.reports, table, row)
    upgrade_line(connection, "shred", "head")
    joined = {"singleton": 1, "id": b"d" * 16, "tick": b"t" * 16}
    insert(connection.shred, "shred_deployment", joined)
    for ask in (migrate.upgrade, migrate.upgrade):
        with pytest.raises(ConfigError, match="members of an earlier release"):
            ask(connection)
    with pytest.raises(ConfigError, match="older than this release"):
        schema.require(connection)
    sign(connection)
    migrate.upgrade(connection)
    schema.require(connection)
    found = read_all(connection.reports)
    for table, row in rows.items():
        assert is_kept(table, row, found), table
    assert read(connection.reports, "compatible_from") == [{"revision": "r0013"}]
    with connection.begin(write=False) as db:
        assert authority.is_as_logged(db, member="linh", verify=AUDIT.verify)


def test_room_for_incidents_comes_beside_rows_in_every_table(make: Make) -> None:
    """The release before runs on beside it: what it says it serves stays as it is."""
    connection = make()
    rows = {**ROWS["reports"], **SINCE, **SINCE_R0005, **SINCE_R0006}
    rows |= {table: {**rows[table], **more} for table, more in SIGNED.items()}
    rows |= {table: {**rows[table], **more} for table, more in STATED.items()}
    linh = rows["members"]
    rows["members"] = {name: linh[name] for name in linh if name not in MOVED["members"]}
    rows["factor_sets"] = {
        "id": b"f" * 16,
        "member": linh["name"],
        "kind": "passphrase",
        "created_at": MADE,
        **{name: linh[name] for name in MOVED["members"]},
    }
    assert_a_step_only_adds(connection, "r0013", "r0014", rows)
    assert read(connection.reports, "compatible_from") == [{"revision": "r0013"}]
    seen = {"kind": "reply.lost", "minute": MADE, "report_id": REPORT, "count": 1, "told_at": None}
    insert(connection.reports, "incidents", seen)
    assert read(connection.reports, "incidents") == [seen]


STATED = {
    "reports": {"told_sequence": 1, "told_signer": "desk-1", "told_signature": b"s" * 64},
    "audit": {"state": b"d" * 64, "signer": "desk-1"},
}
"""What came with r0012, beside the rows of before."""


def test_no_reports_are_signed_where_the_release_before_signed_them_as_they_came(
    make: Make,
) -> None:
    """A row without a signature was slipped in: it waits for nothing, and stops nothing."""
    connection = make()
    upgrade_line(connection, "reports", "r0010")
    for table in ("definitions", "reports", "envelopes"):
        insert(connection.reports, table, ROWS["reports"][table])
    migrate.upgrade(connection)
    (envelope,) = read(connection.reports, "envelopes")
    assert envelope["signature"] is None


def test_an_empty_deployment_of_before_needs_no_signing(make: Make) -> None:
    connection = make()
    for line, revision in {"reports": "r0008", "shred": "s0002"}.items():
        upgrade_line(connection, line, revision)
    migrate.upgrade(connection)
    schema.require(connection)


def sign(connection: Connection) -> None:
    """Sign what stands there, as `upgrade-seals` does."""
    # The entry of the log among the rows was signed by nobody: what looks for that is left out.
    now = datetime.now(UTC)
    if not migrate.make_room(connection):
        sign_all(connection, key=AUDIT, pepper=b"p" * 32, now=now, progress=lambda *_: None)
    if not migrate.make_room_for_states(connection):
        state_members(connection, key=AUDIT, now=now)


def test_a_first_row_stands_for_every_table(make: Make) -> None:
    """A table that is made later needs no row here; one that is there from the start does."""
    connection = make()
    for line in LINES:
        upgrade_line(connection, line, revisions(line)[0])
        for table, row in ROWS[line].items():
            names = {
                column["name"] for column in inspect(engine_of(connection, line)).get_columns(table)
            }
            assert set(row) == names


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_log_refuses_changes_after_the_last_step(make: Make, statement: str) -> None:
    connection = make()
    migrate.upgrade(connection)
    insert(connection.reports, "audit", ROWS["reports"]["audit"])
    with (
        pytest.raises(Exception, match="the audit log is never changed"),
        connection.reports.begin() as plain,
    ):
        plain.execute(text(statement))


def test_three_threads_at_once_do_no_harm(make: Make) -> None:
    failed: list[BaseException] = []
    start = threading.Barrier(3)

    def run(connection: Connection) -> None:
        try:
            start.wait()
            migrate.upgrade(connection)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(make(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert_whole(make())


PROGRAM = """
import sys
from portal.store.engine import connect
from portal.store import authority, migrate
connection = connect(*sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
migrate.upgrade(connection)
connection.close()
"""


def test_three_processes_at_once_do_no_harm(make: Make) -> None:
    """What happens when a public, a staff and a worker process start on a new release together."""
    urls = [getattr(make(), line).url.render_as_string(hide_password=False) for line in LINES]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *urls],
            cwd=migrate.SCRIPTS.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    for process in running:
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
    assert_whole(make())


def assert_whole(connection: Connection) -> None:
    assert is_current(connection)
    for line in LINES:
        assert differences(connection, line) == []


def test_a_migration_that_fails_leaves_no_half(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shred store comes first; the reports' tables appear all together or not at all."""
    connection = make()
    real = migrate.command.upgrade

    def fail(config: object, to: str) -> None:
        real(config, to)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrate.command, "upgrade", fail)
    with pytest.raises(RuntimeError):
        migrate.upgrade(connection)
    for line in LINES:
        assert inspect(engine_of(connection, line)).get_table_names() == []
    monkeypatch.undo()
    migrate.upgrade(connection)
    assert is_current(connection)
