"""What binds an envelope's keys and ciphertexts to their place."""

from __future__ import annotations

from portal.domain.canon import canon
from portal.domain.envelope import FORMAT, UNSIGNED_FORMAT, Envelope, SealedField
from portal.sealing.field import FieldContext

TABLE = "fields"
"""The name by which a field's context knows its table."""

RECOVERY = "recovery"
"""The agency name under which the recovery recipient's grants stand."""


def field_context(envelope: Envelope, field: SealedField) -> FieldContext:
    """Give the place to which a field is bound."""
    return FieldContext(
        TABLE,
        envelope.report_id,
        envelope.agency,
        field.field,
        field.compartment,
        envelope.revision,
        envelope.format,
    )


def grant_info(
    *,
    report_id: bytes,
    agency: str,
    compartment: str,
    key_id: bytes,
    format: int = FORMAT,  # noqa: A002 - the envelope's own word
) -> bytes:
    """The context of a grant. A revision's own secret and shred key keep two revisions apart."""
    return canon(f"grant-v{format}", report_id, agency, compartment, key_id)


def kek_info(
    *,
    report_id: bytes,
    agency: str,
    compartment: str,
    format: int = FORMAT,  # noqa: A002
) -> bytes:
    """The context of a compartment's key-encryption key."""
    return canon(f"kek-v{format}", report_id, agency, compartment)


def check_format(envelope: Envelope) -> bool:
    """Tell whether this release reads the envelope's format.

    The format stands in every context: one that somebody relabels opens no more.
    """
    return envelope.format in (UNSIGNED_FORMAT, FORMAT)
