"""Members of the desk: their keys, sessions, and the forms that they sent or began."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class Member(Base):
    """Someone who works at a desk."""

    __tablename__ = "members"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    agency: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    public_key: Mapped[bytes | None] = mapped_column(Bytes)
    sealed_totp: Mapped[bytes | None] = mapped_column(Bytes)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    invite_hash: Mapped[bytes | None] = mapped_column(Bytes(32), unique=True)
    invite_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class FactorSet(Base):
    """One way to a member's seed: the passphrase, or one recovery code."""

    __tablename__ = "factor_sets"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("members.name"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    salt: Mapped[bytes] = mapped_column(Bytes)
    sealed_seed: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class RoleGrant(Base):
    """A role seed, sealed to one member."""

    __tablename__ = "role_grants"
    member: Mapped[str] = mapped_column(ForeignKey("members.name"), primary_key=True)
    agency: Mapped[str] = mapped_column(String(40), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    key_id: Mapped[bytes] = mapped_column(Bytes(16))
    sealed_seed: Mapped[bytes] = mapped_column(Bytes)
    granted_by: Mapped[str] = mapped_column(String(60))
    granted_at: Mapped[datetime] = mapped_column(UtcTime)


class DeskSession(Base):
    """A signed-in member's seed, under a key that only the cookie has."""

    __tablename__ = "sessions"
    id_hash: Mapped[bytes] = mapped_column(Bytes(32), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("members.name"), index=True)
    sealed_seed: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class ActDone(Base):
    """That a form did its act: a second post of the same form does nothing more."""

    __tablename__ = "acts_done"
    id: Mapped[bytes] = mapped_column(Bytes(32), primary_key=True)
    content: Mapped[bytes] = mapped_column(Bytes(32))
    sealed: Mapped[bytes | None] = mapped_column(Bytes)
    done_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Draft(Base):
    """What a member wrote that was refused or not sent yet, sealed to that member's own key."""

    __tablename__ = "drafts"
    id: Mapped[bytes] = mapped_column(Bytes(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Bytes)
    saved_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
