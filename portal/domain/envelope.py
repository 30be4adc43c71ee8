"""A sealed report as data: grants and fields, made by `sealing`, opened by `vault`."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = 2
"""The version of the format and of its suite; there is no menu of algorithms."""

UNSIGNED_FORMAT = 1
"""The format before statements: it is read for ever, and written no more."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A wrapped key and what it closes: commitment (32) ‖ AES-256-GCM."""

    wrapped_dek: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """A compartment's secret, sealed to one recipient (the agency's role key, or recovery)."""

    compartment: str
    recipient: str
    epoch: int
    key_id: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SealedField:
    """One field of the questionnaire; the empty ones are written as well."""

    field: str
    compartment: str
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """What was said of an envelope when it was sealed, and who signed it (Ed25519, RFC 8032).

    `statement` is `portal.domain.statement.Statement.encoded`; the key has 32 bytes, the signature
    64.
    """

    verify_key: bytes
    statement: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """One filing (revision 0) or one supplement (1, 2, …) of a report.

    `signed` is None only for what was sealed before there were statements.
    """

    report_id: bytes
    agency: str
    revision: int
    shred_id: bytes
    grants: tuple[Grant, ...]
    fields: tuple[SealedField, ...]
    format: int = FORMAT
    signed: SignedStatement | None = None
