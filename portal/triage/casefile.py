"""One report with its envelopes, their keys and its questionnaires, loaded once for a use case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from portal.access import Verify
from portal.domain.assessment.assess import Assessment, from_json
from portal.domain.errors import NotFound, OpenFailed
from portal.domain.questionnaire.questionnaire import Questionnaire
from portal.domain.report import ASSESSMENT, REPORTER_KEY, Compartment
from portal.domain.statement import UPGRADED, upgrade_object
from portal.sealing.envelope import field_context
from portal.sealing.field import open_text
from portal.store import audit, definitions, envelopes, receipts, shred
from portal.store.audit import AuditRow
from portal.store.engine import Db
from portal.store.envelopes import StoredEnvelope
from portal.store.receipts import ReceiptRow
from portal.store.reports import ReportRow
from portal.triage.answers import Words, is_definition, lines, load_definition
from portal.triage.proofs import Finding, Proofs, examine
from portal.triage.safe_contact import in_force
from portal.vault.keyring import Keyring
from portal.vault.opening import CompartmentKey, open_fields, open_key

LONGEST_LOG = 5000
"""How many entries of the audit log about one report are read."""


def about(report_id: bytes) -> str:
    """Give the name under which the audit log knows a report."""
    return f"report:{report_id.hex()}"


class CaseFile:
    """What is stored of one report, read in a fixed number of statements, each key opened once.

    It judges no permission: who asks has checked the table. It stands for the moment at which its
    envelopes were read: what comes in afterwards is not in it, and is not counted by `filings`.
    """

    def __init__(self, db: Db, *, row: ReportRow, keys: Keyring, verify: Verify) -> None:
        self.row = row
        self._verify = verify
        self._db = db
        self._keyring = keys
        self._opened: dict[tuple[int, Compartment], CompartmentKey] = {}
        self._upgrade_keys: dict[bytes, bool] = {}

    @cached_property
    def stored(self) -> tuple[StoredEnvelope, ...]:
        """The first filing and every supplement, in order."""
        row = self.row
        return tuple(envelopes.all_for(self._db, report_id=row.id, agency=row.agency))

    @cached_property
    def log(self) -> tuple[AuditRow, ...]:
        """What the audit log says of the report, oldest first."""
        return tuple(audit.about(self._db, object=about(self.row.id), limit=LONGEST_LOG))

    @cached_property
    def receipt(self) -> ReceiptRow | None:
        """The receipt, by which the report's code leads to it."""
        return receipts.for_report(self._db, report_id=self.row.id)

    @cached_property
    def proofs(self) -> Proofs:
        """Who each filing comes from, and what is not as it was sent."""
        found = examine(
            row=self.row,
            stored=self.stored,
            bound_key=self.receipt.verify_key if self.receipt else None,
            log=self.log,
            verify=self._verify,
            is_upgrade_key=self._is_upgrade_key,
        )
        changed = (
            Finding(one.envelope.revision, "definition", one.definition_hash[:12])
            for one in self.stored
            if not is_definition(one.definition_hash, self._definitions.get(one.definition_hash))
        )
        return replace(found, findings=(*found.findings, *changed))

    @property
    def filings(self) -> int:
        """How many times the reporter had sent something."""
        return self.stored[-1].envelope.revision + 1 if self.stored else 0

    def is_held(self, compartment: Compartment) -> bool:
        """Tell whether the member holds a key of the compartment."""
        return self._keyring.holds(self.row.agency, compartment)

    def words(self, compartment: Compartment) -> tuple[Words, ...]:
        """Open a compartment with every supplement; raises `OpenFailed`."""
        found = [
            Words(
                revision=one.envelope.revision,
                at=one.sealed_at,
                lines=lines(
                    questionnaire := self._questionnaire(one),
                    compartment,
                    open_fields(one.envelope, self._key(one, compartment)),
                ),
                is_definition_known=questionnaire is not None,
                proof=self.proofs.of(one.envelope.revision),
                is_replacing=self.proofs.replaces(one.envelope.revision),
            )
            for one in self.stored
            if any(item.compartment == compartment for item in one.envelope.fields)
        ]
        return in_force(found, compartment)

    def assessment(self) -> Assessment | None:
        """Read the judgement that was sealed with the newest filing, and no other field.

        What is not proven to come from the reporter judges nothing anew.
        """
        proven = (one for one in self.stored if self.proofs.replaces(one.envelope.revision))
        text = self._system_field(ASSESSMENT, tuple(proven) or self.stored[:1])
        return from_json(text) if text else None

    def reporter_key(self) -> str:
        """Read the reporter's public key (base64); "" where the report came without a receipt.

        Only the first filing counts, and only what its reporter signed: what somebody puts there
        can't turn replies aside. Raises `OpenFailed` where it is not what was sent.
        """
        if not self.proofs.is_field_proven(0, REPORTER_KEY):
            raise OpenFailed
        return self._system_field(REPORTER_KEY, self.stored[:1])

    def case_key(self) -> CompartmentKey:
        """Open the case's own key, under which notes and copies of replies lie: triage, the first
        filing.
        """
        if not self.stored:
            raise NotFound
        return self._key(self.stored[0], Compartment.TRIAGE)

    def _system_field(self, name: str, stored: tuple[StoredEnvelope, ...]) -> str:
        """Open one of the portal's own fields, in the newest filing that says something in it."""
        for one in reversed(stored):
            for item in one.envelope.fields:
                if item.field == name:
                    key = self._key(one, Compartment.TRIAGE)
                    text = open_text(key.kek, field_context(one.envelope, item), item.sealed)
                    if text:
                        return text
        return ""

    def _is_upgrade_key(self, verify_key: bytes) -> bool:
        """Tell whether the log says that this key signed what was here before statements."""
        if verify_key not in self._upgrade_keys:
            entries = audit.about(self._db, object=upgrade_object(verify_key))
            self._upgrade_keys[verify_key] = any(
                entry.action == UPGRADED and self._verify(entry.signature, entry.encoded())
                for entry in entries
            )
        return self._upgrade_keys[verify_key]

    def _key(self, one: StoredEnvelope, compartment: Compartment) -> CompartmentKey:
        place = one.envelope.revision, compartment
        if place not in self._opened:
            self._opened[place] = open_key(
                one.envelope,
                compartment=compartment,
                keyring=self._keyring,
                shred_key=self._shred_keys.get(one.envelope.shred_id),
            )
        return self._opened[place]

    def _questionnaire(self, one: StoredEnvelope) -> Questionnaire | None:
        source = self._definitions.get(one.definition_hash)
        return load_definition(one.definition_hash, source, audience=self.row.audience)

    @cached_property
    def _shred_keys(self) -> Mapping[bytes, bytes]:
        return shred.get_all(self._db, shred_ids=[one.envelope.shred_id for one in self.stored])

    @cached_property
    def _definitions(self) -> Mapping[str, bytes]:
        return definitions.get_all(self._db, hashes={one.definition_hash for one in self.stored})
