"""A sealed report as it lies in the store: grants and fields, nothing readable."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.canon import canon
from portal.sealing.field import Place, Sealed

FORMAT = 1
"""The version byte of this format and suite; there is no menu of algorithms."""

TABLE = "fields"
"""The name by which a field's context knows its table."""

RECOVERY = "recovery"
"""The agency name under which the recovery recipient's grants stand."""


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
class Envelope:
    """One filing (revision 0) or one supplement (1, 2, …) of a report."""

    report_id: bytes
    agency: str
    revision: int
    shred_id: bytes
    grants: tuple[Grant, ...]
    fields: tuple[SealedField, ...]
    format: int = FORMAT

    def place(self, field: SealedField) -> Place:
        """Give the place to which the field is bound."""
        return Place(
            TABLE, self.report_id, self.agency, field.field, field.compartment, self.revision
        )


def grant_info(*, report_id: bytes, agency: str, compartment: str, key_id: bytes) -> bytes:
    """The context of a grant. A revision's own secret and shred key keep two revisions apart."""
    return canon("grant-v1", report_id, agency, compartment, key_id)


def kek_info(*, report_id: bytes, agency: str, compartment: str) -> bytes:
    """The context of a compartment's key-encryption key."""
    return canon("kek-v1", report_id, agency, compartment)
