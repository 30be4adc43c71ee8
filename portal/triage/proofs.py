"""Who a filing comes from, and whether it is still as it was sent: told without opening it.

A report's id is a hash of the key that signs for it, so nobody but its reporter can sign what is
taken for theirs. Each statement is held against the rows, and against what the worker noted in the
audit log when it first saw it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.access import Verify
from portal.domain.envelope import FORMAT, UNSIGNED_FORMAT, SignedStatement
from portal.domain.statement import (
    FILED,
    Difference,
    Statement,
    differences,
    digest,
    report_id_of,
    state,
)
from portal.sealing.statement import read_signed
from portal.store.audit import AuditRow
from portal.store.columns import columns_of
from portal.store.envelopes import StoredEnvelope
from portal.store.reports import ReportRow


class Proof(StrEnum):
    """How it is known who wrote a filing."""

    REPORTER = "reporter"
    """The key signed that the report's id is a hash of."""

    BEFORE = "before"
    """It was here before there were statements, and was signed when they came."""

    BOUND_CODE = "bound_code"
    """A code signed that leads to an older report, as the receipt says."""

    UNPROVEN = "unproven"
    """Nothing tells that the reporter wrote it."""

    @property
    def is_reporters_own(self) -> bool:
        """Tell whether nobody but the report's own reporter can have signed it."""
        return self in (Proof.REPORTER, Proof.BEFORE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sent: in which filing, and what.

    Beside what `Difference` names: `signature` (none that is right), `noted` (another statement
    than the one that the worker noted), `missing` (no such filing any more), `log` (an entry about
    it is not signed by the log's key), `definition` with a name (its text was changed).
    """

    revision: int
    what: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is known of every filing of one report.

    `signers` says whose key signed the statement, also where something differs from it since.
    """

    by_revision: Mapping[int, Proof]
    findings: tuple[Finding, ...]
    signers: Mapping[int, Proof]

    def of(self, revision: int) -> Proof:
        """How it is known who wrote this one."""
        return self.by_revision.get(revision, Proof.UNPROVEN)

    def replaces(self, revision: int) -> bool:
        """Tell whether what is said in this filing takes the place of what was said before.

        This also holds if its rows were damaged since: the reporter certainly changed something, so
        what they said before must not be used any more.
        """
        told = {one.what for one in self.findings if one.revision == revision}
        signer = self.signers.get(revision, Proof.UNPROVEN)
        return signer.is_reporters_own and not told & {"noted", "place"}

    def is_field_proven(self, revision: int, field: str) -> bool:
        """Tell whether this one field is as the reporter sent it, whatever became of the others."""
        told = {one for one in self.findings if one.revision == revision}
        is_place_right = not any(one.what in ("place", "noted", "agency") for one in told)
        is_touched = any(one.what.startswith("field.") and one.name == field for one in told)
        signer = self.signers.get(revision, Proof.UNPROVEN)
        return signer.is_reporters_own and is_place_right and not is_touched


def examine(
    *,
    row: ReportRow,
    stored: Sequence[StoredEnvelope],
    bound_key: bytes | None,
    log: Iterable[AuditRow],
    verify: Verify,
    is_upgrade_key: Callable[[bytes], bool],
) -> Proofs:
    """Hold every filing of a report against what was signed, and against the audit log.

    `bound_key` is the key that the receipt of an older report names; `is_upgrade_key` tells whether
    a key signed, once and for all, what was here before there were statements.
    """
    noted, findings = _noted(log, verify)
    proofs: dict[int, Proof] = {}
    signers: dict[int, Proof] = {}
    for one in stored:
        revision, signed = one.envelope.revision, one.envelope.signed
        # A receipt's key stands for the reporter only where the report is older than statements.
        bound = bound_key if proofs.get(0) is Proof.BEFORE else None
        statement = read_signed(signed) if signed else None
        signers[revision] = (
            _proof(one, signed, row.id, bound, is_upgrade_key)
            if signed and statement
            else Proof.UNPROVEN
        )
        is_certified = statement is not None and signers[revision] is not Proof.UNPROVEN
        # What another key signed says nothing: not even what differs from it is repeated.
        found = list(_compare(row, one, statement if is_certified else None))
        if signed and noted.get(revision, {digest(signed.statement)}) != {digest(signed.statement)}:
            found.append(Finding(revision, "noted"))
        findings += found
        is_broken = any(finding.what not in _BESIDE_THE_WORDS for finding in found)
        proofs[revision] = Proof.UNPROVEN if is_broken else signers[revision]
    return Proofs(proofs, (*findings, *_missing(proofs, noted)), signers)


def _missing(proofs: Collection[int], noted: Collection[int]) -> Iterator[Finding]:
    """Tell of filings that were noted or must have been, since numbers are consecutive: the first
    of each gap, however wide somebody makes it.
    """
    wanted = {0, *noted, *(one - 1 for one in proofs if one > 0)}
    yield from (Finding(one, "missing") for one in sorted(wanted) if one not in proofs)


_BESIDE_THE_WORDS = frozenset(
    {
        *("agency", "audience", "locale", "category", "priority"),
        *("grant", "field.order", "time", "key", "noted"),
    }
)
"""What can be changed and leaves it certain who wrote the words, and which."""


def _noted(log: Iterable[AuditRow], verify: Verify) -> tuple[dict[int, set[str]], list[Finding]]:
    """Read what the worker noted of each filing."""
    noted: dict[int, set[str]] = {}
    findings = []
    for entry in log:
        tag, _, rest = entry.action.partition(" ")
        if tag != FILED:
            continue
        number, _, hashed = rest.partition(" ")
        revision = int(number) if re.fullmatch("[0-9]{1,9}", number) else 0
        if not verify(entry.signature, entry.encoded()):
            findings.append(Finding(revision, "log"))
        else:
            noted.setdefault(revision, set()).add(hashed)
    return noted, findings


def _compare(row: ReportRow, one: StoredEnvelope, statement: Statement | None) -> Iterator[Finding]:
    """Hold one filing against what was signed, without opening it."""
    revision = one.envelope.revision
    if statement is None:
        yield Finding(revision, "signature")
        return
    for difference in dict.fromkeys(_differences(row, one, statement)):
        yield Finding(revision, difference.what, difference.name)


def _differences(row: ReportRow, one: StoredEnvelope, statement: Statement) -> Iterator[Difference]:
    first = one.envelope.revision == 0
    yield from differences(statement, state(one.envelope, columns_of(row, one)))
    if first and row.received_at != one.sealed_at:
        yield Difference("time")
    if first and row.definition_hash != one.definition_hash:
        yield Difference("definition")


def _proof(
    one: StoredEnvelope,
    signed: SignedStatement,
    report_id: bytes,
    bound_key: bytes | None,
    is_upgrade_key: Callable[[bytes], bool],
) -> Proof:
    is_signed_format = one.envelope.format == FORMAT
    if is_signed_format and report_id_of(signed.verify_key) == report_id:
        return Proof.REPORTER
    if is_signed_format and signed.verify_key == bound_key:
        return Proof.BOUND_CODE
    if one.envelope.format == UNSIGNED_FORMAT and is_upgrade_key(signed.verify_key):
        return Proof.BEFORE
    return Proof.UNPROVEN
