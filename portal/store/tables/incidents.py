"""What the public site saw and could not mend."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class Incident(Base):
    """What the public site saw of one kind in one minute, and how often; no text.

    `report_id` is the first report that it was about. It refers to no table: the report may be what
    is missing.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_report_id", "report_id"),
        Index("ix_incidents_minute", "minute"),
        Index(
            "ix_incidents_untold",
            "minute",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    minute: Mapped[datetime] = mapped_column(UtcTime, primary_key=True, autoincrement=False)
    report_id: Mapped[bytes | None] = mapped_column(Bytes(16))
    count: Mapped[int] = mapped_column(Integer)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)
