"""What the worker does about new filings: it notes each in the audit log, as it was signed.

From then on a second statement under the same number, or one that is gone, shows. It looks at no
word: a statement is held against the rows without opening anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from portal.domain.statement import filed_note
from portal.store import audit, envelopes, reports
from portal.store.engine import Db
from portal.store.envelopes import StoredEnvelope
from portal.triage import CaseFile, Proof, about
from portal.vault.keyring import Keyring
from portal.worker.work import Work


def note(work: Work, shred_ids: Collection[bytes]) -> int:
    """Note the filings under these shred keys, each once; gives how many.

    One that is not as its reporter signed it is not noted, and told of.
    """
    with work.connection.begin(write=False) as db:
        found = list(_looked_at(db, work, shred_ids))
    wrong = sum(not is_right for _, is_right in found)
    if wrong:
        why = (
            "filings came in whose signature or content is not right: somebody writes to the"
            " reports database (docs/operations.md); the desk shows which ones"
        )
        work.log.tell("filing:wrong", level="alert", why=why, count=wrong)
    right = [one for one, is_right in found if is_right]
    if not right:
        return 0
    with work.connection.begin(write=True) as db:
        return sum(_append(db, work, one) for one in right)


def _looked_at(
    db: Db, work: Work, shred_ids: Collection[bytes]
) -> Iterator[tuple[StoredEnvelope, bool]]:
    """Give each filing, and whether it is as its reporter signed it; it needs no key for that."""
    for report_id in envelopes.reports_under(db, shred_ids=shred_ids):
        row = reports.get(db, report_id=report_id)
        if row is None:
            continue
        file = CaseFile(db, row=row, keys=Keyring(()), verify=work.trust.verify)
        wrong = {one.revision for one in file.proofs.findings}
        for one in file.stored:
            number = one.envelope.revision
            if one.envelope.shred_id in shred_ids:
                is_proven = file.proofs.of(number) is not Proof.UNPROVEN
                yield one, is_proven and number not in wrong


def _append(db: Db, work: Work, one: StoredEnvelope) -> bool:
    """Write the entry unless another worker has; the lock lets one append at a time."""
    signed, envelope = one.envelope.signed, one.envelope
    if signed is None:
        return False
    action, report = filed_note(envelope.revision, signed.statement), about(envelope.report_id)
    audit.lock(db)
    if audit.has(db, object=report, action=action):
        return False
    audit.append_for_deployment(
        db,
        at=work.now.replace(second=0, microsecond=0),  # no finer than the filing says itself
        actor="worker",
        action=action,
        object=report,
        sign=work.key.sign,
        signer=work.key.name,
    )
    return True
