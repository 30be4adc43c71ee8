"""Open one compartment of a sealed report. It opens whole, or fails in one opaque way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.domain.envelope import FORMAT, Envelope, Grant, Sealed
from portal.domain.errors import OpenFailed
from portal.sealing.envelope import check_format, field_context, grant_info, kek_info
from portal.sealing.field import FieldContext, Random, open_text, seal_text
from portal.sealing.suite import derive, open_with
from portal.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class CompartmentKey:
    """The key-encryption key of one compartment of one revision."""

    report_id: bytes
    agency: str
    compartment: str
    revision: int
    kek: bytes = field(repr=False)
    format: int = FORMAT

    def place(self, table: str, name: str) -> FieldContext:
        """Give a place in this compartment."""
        return FieldContext(
            table,
            self.report_id,
            self.agency,
            name,
            self.compartment,
            self.revision,
            self.format,
        )


def open_key(
    envelope: Envelope, *, compartment: str, keyring: Keyring, shred_key: bytes | None
) -> CompartmentKey:
    """Open the grant that the keyring has a key for; raises `OpenFailed`."""
    if shred_key is None or len(shred_key) != 32 or not check_format(envelope):
        raise OpenFailed
    for grant in envelope.grants:
        if grant.compartment == compartment and keyring.private(grant.key_id) is not None:
            secret = _open_grant(envelope, grant, keyring)
            info = kek_info(
                report_id=envelope.report_id,
                agency=envelope.agency,
                compartment=compartment,
                format=envelope.format,
            )
            return CompartmentKey(
                envelope.report_id,
                envelope.agency,
                compartment,
                envelope.revision,
                derive(secret, salt=shred_key, info=info),
                envelope.format,
            )
    raise OpenFailed


def open_fields(envelope: Envelope, key: CompartmentKey) -> Mapping[str, str]:
    """Open every field of the compartment; raises `OpenFailed` if a single one does not open."""
    return {
        item.field: open_text(key.kek, field_context(envelope, item), item.sealed)
        for item in envelope.fields
        if item.compartment == key.compartment
    }


def seal_case_text(
    key: CompartmentKey, *, kind: str, text_id: bytes, text: str, random: Random
) -> Sealed:
    """Seal a note, or the desk's copy of a reply, under the case's own key."""
    return seal_text(key.kek, key.place(kind, text_id.hex()), text, random=random)


def open_case_text(key: CompartmentKey, *, kind: str, text_id: bytes, sealed: Sealed) -> str:
    """Open what `seal_case_text` made; raises `OpenFailed`."""
    return open_text(key.kek, key.place(kind, text_id.hex()), sealed)


def _open_grant(envelope: Envelope, grant: Grant, keyring: Keyring) -> bytes:
    private = keyring.private(grant.key_id)
    if private is None:
        raise OpenFailed
    info = grant_info(
        report_id=envelope.report_id,
        agency=envelope.agency,
        compartment=grant.compartment,
        key_id=grant.key_id,
        format=envelope.format,
    )
    return open_with(private, grant.sealed, info=info)
