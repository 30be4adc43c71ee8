"""The hand of somebody who can write to a database behind the portal's back."""

from __future__ import annotations

import os

from sqlalchemy import Engine, text

from portal.domain.report import MORE
from portal.domain.statement import Columns
from portal.intake.filing import Intake, Unsealed, seal, store_sealed
from portal.sealing.seal import PlainField
from portal.sealing.statement import StatementKey
from portal.store import reports
from portal.store.engine import Connection


def attack(where: Connection | Engine, sql: str, **values: object) -> None:
    """Write to the reports, or to the database given, as its administrator does."""
    engine = where.reports if isinstance(where, Connection) else where
    with engine.execution_options(portal_write=True).begin() as plain:
        assert plain.execute(text(sql), values).rowcount, "nothing was changed"


def slip_in(
    intake: Intake,
    report_id: bytes,
    words: str,
    *,
    revision: int = 1,
    signer: StatementKey | None = None,
) -> None:
    """Seal words into somebody's report with the public keys, signed by a key of one's own."""
    with intake.connection.begin(write=True) as db:
        row = reports.get(db, report_id=report_id)
        assert row
        unsealed = Unsealed(
            report_id=report_id,
            revision=revision,
            shred_id=os.urandom(16),
            columns=Columns(row.agency, row.audience, row.definition_hash, row.received_at),
            plain=[PlainField(MORE, "triage", words)],
            signer=signer or StatementKey(os.urandom(32)),
        )
        store_sealed(db, intake, seal(intake, unsealed, random=os.urandom), random=os.urandom)
