"""What all tables share: the two bases, the naming of constraints, and times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Dialect,
    LargeBinary,
    MetaData,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment, as whole seconds since 1970 in UTC: the same order in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Write seconds; a time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("store: a time needs a zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read a moment in UTC; a value that the portal can't have written reads as 1970."""
        try:
            return None if value is None else datetime.fromtimestamp(value, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(0, UTC)


class Bytes(TypeDecorator[bytes]):
    """Bytes, also where SQLite was given a text or a number instead: a page that shows what was
    changed must not fail over it.
    """

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Read bytes."""
        if value is None or isinstance(value, bytes):
            return value
        return str(value).encode("utf-8", "surrogateescape")


class Base(DeclarativeBase):
    """Tables of the reports database."""

    metadata = MetaData(naming_convention=NAMING)


class ShredBase(DeclarativeBase):
    """Tables of the shred store."""

    metadata = MetaData(naming_convention=NAMING)
