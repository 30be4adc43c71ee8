"""Seal one report: a key for each field, a secret for each compartment, a grant for each reader."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.envelope import Envelope, Grant, Sealed, SealedField
from portal.sealing.envelope import TABLE, grant_info, kek_info
from portal.sealing.field import FieldContext, Random, seal_text
from portal.sealing.manifest import Manifest
from portal.sealing.suite import derive, seal_to


@dataclass(frozen=True, slots=True)
class PlainField:
    """A text on its way to be sealed."""

    field: str
    compartment: str
    text: str = dataclasses.field(repr=False)


def seal_report(
    *,
    manifest: Manifest,
    report_id: bytes,
    agency: str,
    revision: int,
    shred_id: bytes,
    shred_key: bytes,
    plain: Sequence[PlainField],
    random: Random = os.urandom,
) -> Envelope:
    """Seal the fields of one filing to the agency's role keys and to recovery.

    `report_id` and `shred_id` have 16 bytes, `shred_key` 32. Without the shred key no grant leads
    to a field. Every compartment that occurs gets a secret of its own.
    """
    grants: list[Grant] = []
    sealed: list[SealedField] = []
    for compartment in dict.fromkeys(item.compartment for item in plain):
        secret = random(32)
        case = _CompartmentContext(report_id, agency, compartment, revision)
        grants += _grants(manifest, case, secret)
        kek = derive(secret, salt=shred_key, info=case.kek_info())
        sealed += [
            SealedField(item.field, compartment, _seal(kek, case, item, random))
            for item in plain
            if item.compartment == compartment
        ]
    return Envelope(report_id, agency, revision, shred_id, tuple(grants), tuple(sealed))


@dataclass(frozen=True, slots=True)
class _CompartmentContext:
    """One compartment of one revision."""

    report_id: bytes
    agency: str
    compartment: str
    revision: int

    def kek_info(self) -> bytes:
        return kek_info(
            report_id=self.report_id,
            agency=self.agency,
            compartment=self.compartment,
        )


def _grants(manifest: Manifest, case: _CompartmentContext, secret: bytes) -> list[Grant]:
    grants = []
    for key in manifest.recipients(case.agency, case.compartment):
        info = grant_info(
            report_id=case.report_id,
            agency=case.agency,
            compartment=case.compartment,
            key_id=key.key_id,
        )
        sealed = seal_to(key.public, secret, info=info)
        grants.append(Grant(case.compartment, key.agency, key.epoch, key.key_id, sealed))
    return grants


def _seal(kek: bytes, case: _CompartmentContext, item: PlainField, random: Random) -> Sealed:
    place = FieldContext(
        TABLE, case.report_id, case.agency, item.field, case.compartment, case.revision
    )
    return seal_text(kek, place, item.text, random=random)
