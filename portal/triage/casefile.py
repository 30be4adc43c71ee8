"""One report with its envelopes, their keys and its questionnaires, loaded once for a use case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from portal.domain.assessment.assess import Assessment, from_json
from portal.domain.errors import NotFound
from portal.domain.questionnaire.questionnaire import Questionnaire
from portal.domain.report import ASSESSMENT, REPORTER_KEY, Compartment
from portal.sealing.envelope import field_context
from portal.sealing.field import open_text
from portal.store import definitions, envelopes, shred
from portal.store.engine import Db
from portal.store.envelopes import StoredEnvelope
from portal.store.reports import ReportRow
from portal.triage.answers import Words, lines, load_definition
from portal.triage.safe_contact import in_force
from portal.vault.keyring import Keyring
from portal.vault.opening import CompartmentKey, open_fields, open_key


class CaseFile:
    """What is stored of one report, read in a fixed number of statements, each key opened once.

    It judges no permission: who asks has checked the table. It stands for the moment at which its
    envelopes were read: what comes in afterwards is not in it, and is not counted by `filings`.
    """

    def __init__(self, db: Db, *, row: ReportRow, keys: Keyring) -> None:
        self.row = row
        self._db = db
        self._keyring = keys
        self._opened: dict[tuple[int, Compartment], CompartmentKey] = {}

    @cached_property
    def stored(self) -> tuple[StoredEnvelope, ...]:
        """The first filing and every supplement, in order."""
        row = self.row
        return tuple(envelopes.all_for(self._db, report_id=row.id, agency=row.agency))

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
            )
            for one in self.stored
            if any(item.compartment == compartment for item in one.envelope.fields)
        ]
        return in_force(found, compartment)

    def assessment(self) -> Assessment | None:
        """Read the judgement that was sealed with the newest filing, and no other field."""
        text = self._system_field(ASSESSMENT, self.stored)
        return from_json(text) if text else None

    def reporter_key(self) -> str:
        """Read the reporter's public key (base64); "" where the report came without a receipt.

        Only the first filing counts: a supplement that somebody slips in can't turn replies aside.
        """
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
        return load_definition(one.definition_hash, self._definitions.get(one.definition_hash))

    @cached_property
    def _shred_keys(self) -> Mapping[bytes, bytes]:
        return shred.get_all(self._db, shred_ids=[one.envelope.shred_id for one in self.stored])

    @cached_property
    def _definitions(self) -> Mapping[str, bytes]:
        return definitions.get_all(self._db, hashes={one.definition_hash for one in self.stored})
