"""To which deployment the reports belong, and which code they still serve."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class Deployment(Base):
    """To which deployment the reports belong, and the worker's last two ticks; one row."""

    __tablename__ = "deployment"
    singleton: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[bytes] = mapped_column(Bytes(16))
    tick: Mapped[bytes] = mapped_column(Bytes(16))
    previous_tick: Mapped[bytes] = mapped_column(Bytes(16))
    ticked_at: Mapped[datetime] = mapped_column(UtcTime)


class CompatibleFrom(Base):
    """The oldest revision of the code that this form of the reports still serves; one row."""

    __tablename__ = "compatible_from"
    revision: Mapped[str] = mapped_column(String(20), primary_key=True)
