"""Filing through intake, and reading back with every key, for the tests of intake."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from portal.domain.assessment.routing import load_routing
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Answers, Audience, Compartment
from portal.intake.filing import Intake
from portal.intake.submit import Filed, Filing, submit
from portal.store import envelopes, reports, shred
from portal.store.engine import Connection
from portal.store.envelopes import StoredEnvelope
from portal.store.tables import ShredKey
from portal.vault.keyring import Keyring
from portal.vault.opening import open_fields, open_key
from tests.builders.answers import threatened_child
from tests.builders.desk import ABROAD, HOME, manifest, role_seed

NOW = datetime(2026, 11, 24, 9, 0, 42, 7, tzinfo=UTC)
MINUTE = NOW.replace(second=0, microsecond=0)
CHILD = load_builtin(Audience.CHILD)
ROUTING = load_routing(
    f'fallback = "{HOME}"\n'
    f'[[agencies]]\nid = "{HOME}"\nname = "Home"\ncountries = ["VN"]\n'
    f'[[agencies]]\nid = "{ABROAD}"\nname = "Abroad"\ncountries = ["PH"]\n'.encode(),
    name="agencies.toml",
)
SALT, PEPPER = b"s" * 32, b"p" * 32
EVERYTHING = Keyring(role_seed(agency, part) for agency in (HOME, ABROAD) for part in Compartment)


def intake_of(connection: Connection) -> Intake:
    """What a process holds to take reports in."""
    return Intake(connection, manifest(), ROUTING, SALT, PEPPER, receipt_days=100)


def filing(
    answers: Answers | None = None, *, submission: bytes = b"a click" * 3, code: str | None = None
) -> Filing:
    """One filing of a child."""
    told = threatened_child() if answers is None else answers
    return Filing(Answered(CHILD, told), "vi", submission, code)


def file(connection: Connection, answers: Answers | None = None, **more: object) -> Filed:
    """File one report."""
    made = filing(answers, **more)  # type: ignore[arg-type]
    return submit(intake=intake_of(connection), filing=made, now=NOW)


def stored(connection: Connection, filed: Filed) -> StoredEnvelope:
    """The one envelope of a report."""
    with connection.begin(write=False) as db:
        (found,) = envelopes.all_for(db, report_id=filed.report_id, agency=filed.agency)
    return found


def opened(connection: Connection, filed: Filed) -> dict[str, str]:
    """Every field of the report, as those who hold every key read it."""
    envelope = stored(connection, filed).envelope
    with connection.begin(write=False) as db:
        shred_key = shred.get(db, shred_id=envelope.shred_id)
    texts: dict[str, str] = {}
    for part in Compartment:
        key = open_key(envelope, compartment=part, keyring=EVERYTHING, shred_key=shred_key)
        texts |= open_fields(envelope, key)
    return texts


def row_of(connection: Connection, filed: Filed) -> reports.ReportRow:
    """What the queue knows of a report."""
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=filed.report_id)
    assert row is not None
    return row


def shred_keys(connection: Connection) -> int:
    """Count the keys in the shred store."""
    with connection.begin(write=False) as db:
        return db.shred.scalar(select(func.count()).select_from(ShredKey)) or 0
