"""What stands in clear beside an envelope, as the statement about it claims it."""

from __future__ import annotations

from portal.domain.statement import Columns
from portal.store.envelopes import StoredEnvelope
from portal.store.reports import ReportRow


def columns_of(row: ReportRow, stored: StoredEnvelope | None = None) -> Columns:
    """What the statement about an envelope claims, read from the rows as they are now.

    Without `stored` it is the first filing, on its way in. Only a first filing claims the report's
    locale, category and priority: a supplement leaves them blank.
    """
    is_first = stored is None or stored.envelope.revision == 0
    return Columns(
        agency=row.agency,
        audience=row.audience,
        definition_hash=stored.definition_hash if stored else row.definition_hash,
        filed_at=stored.sealed_at if stored else row.received_at,
        locale=row.locale if is_first else "",
        category=row.category if is_first else "",
        priority=str(int(row.priority)) if is_first else "",
    )
