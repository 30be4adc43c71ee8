"""The tables of the shred store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Bytes, ShredBase, UtcTime

IS_UNCONFIRMED = text("state <> 'confirmed'")
"""Written out, not bound, as `IS_OPEN` is: keys that somebody has yet to look at are few."""


class ShredKey(ShredBase):
    """One key without which one envelope opens to nobody; `portal.store.shred` names its states."""

    __tablename__ = "shred_keys"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    key: Mapped[bytes] = mapped_column(Bytes(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    __table_args__ = (
        Index(
            "ix_shred_keys_unconfirmed",
            *("state", "created_at", "id"),
            postgresql_where=IS_UNCONFIRMED,
            sqlite_where=IS_UNCONFIRMED,
        ),
    )


class SweptKey(ShredBase):
    """That a shred key was swept, and when: only so many may be in a day."""

    __tablename__ = "swept_keys"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class ShredDeployment(ShredBase):
    """To which deployment the shred store belongs; one row. `tick` is empty until it was joined."""

    __tablename__ = "shred_deployment"
    singleton: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[bytes] = mapped_column(Bytes(16))
    tick: Mapped[bytes | None] = mapped_column(Bytes(16))
    looked_up_to: Mapped[bytes | None] = mapped_column(Bytes(16))


class ShredCompatibleFrom(ShredBase):
    """The oldest revision of the code that this form of the shred store still serves; one row."""

    __tablename__ = "shred_compatible_from"
    revision: Mapped[str] = mapped_column(String(20), primary_key=True)
