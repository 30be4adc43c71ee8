"""A public site's intake that remembers what it noticed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from portal.domain.incidents import IncidentKind
from portal.intake.filing import Intake
from portal.store.engine import Connection
from tests.builders.filing import intake_of


@dataclass
class Noticed:
    """What was noticed: kinds, each with the report that it was about."""

    seen: list[tuple[IncidentKind, bytes | None]] = field(default_factory=list)

    def intake(self, connection: Connection) -> Intake:
        """What a process holds that tells of incidents here."""
        return replace(intake_of(connection), notice=self.notice)

    def notice(self, kind: IncidentKind, report_id: bytes | None) -> None:
        """Remember one."""
        self.seen.append((kind, report_id))

    @property
    def kinds(self) -> set[IncidentKind]:
        """Every kind that was noticed."""
        return {kind for kind, _ in self.seen}

    def about(self, report_id: bytes) -> set[IncidentKind]:
        """Every kind that was noticed about one report."""
        return {kind for kind, about in self.seen if about == report_id}
