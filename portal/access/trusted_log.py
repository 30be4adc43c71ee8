"""The audit log as one process trusts it: it signs, checks, and refuses a log that got shorter.

Whoever writes to the database can't sign an entry, but could put back an older copy of a row
together with the log as it was then. So a process remembers the newest entry that it has seen.
"""

from __future__ import annotations

import threading

from portal.domain.errors import LogBroken, PowerChanged
from portal.store import audit, audit_marks, authority
from portal.store.audit import BEGINNING, AuditRow, Head
from portal.store.audit_marks import BROKEN, VERIFIED
from portal.store.engine import Connection, Db
from portal.store.members import RoleGrantRow
from portal.store.sessions import FoundSession
from portal.vault.signing import AuditKey, LogKeys

WINDOW = 500
"""How many entries are verified in one unit of work that only reads."""


class TrustedLog:
    """Signs entries of the audit log, and says whether the log, or a member's row, can be trusted.

    It signs with `key`, and trusts what `keys` signed, or itself alone. `noted` is a head that was
    noted outside the database: a log that lacks it is refused.
    """

    def __init__(
        self, key: AuditKey, *, keys: LogKeys | None = None, noted: Head | None = None
    ) -> None:
        self._key, self._keys = key, keys or key
        self._seen = noted or BEGINNING
        self._verified = BEGINNING
        self._newest: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name of the signer."""
        return self._key.name

    def sign(self, entry: bytes) -> bytes:
        """Sign one entry (64 bytes)."""
        return self._key.sign(entry)

    def verify(self, signature: bytes, entry: bytes) -> bool:
        """Tell whether a signer of the log signed this entry."""
        return self._keys.verify(signature, entry)

    def catch_up(self, connection: Connection) -> None:
        """Verify the log up to its newest entry without holding anybody up, however long it is.

        Comes before a unit of work that writes and wants a whole log: what is left for that one to
        verify came in between. Raises `LogBroken`.
        """
        is_end = False
        while not is_end:
            # Taken before the unit begins: one that only reads may not see what came since.
            seen, verified = self._seen, self._verified
            with connection.begin(write=False) as db:
                is_end = self._verify_on(db, seen=seen, verified=verified, limit=WINDOW)

    def require_whole(self, db: Db) -> None:
        """Raise `LogBroken` unless the log is whole up to its newest entry.

        It looks at what came since the last time, or since the worker's mark. It is for a unit of
        work that writes, before that one has written an entry.
        """
        self._verify_on(db, seen=self._seen, verified=self._verified, limit=None)

    def _verify_on(self, db: Db, *, seen: Head, verified: Head, limit: int | None) -> bool:
        """Verify so many entries on; tells whether that is all."""
        if audit_marks.get(db, name=BROKEN, verify=self.verify) is not None:
            raise LogBroken
        if not audit.holds(db, seen):
            raise LogBroken
        mark = audit_marks.get(db, name=VERIFIED, verify=self.verify)
        since = max(verified, mark.head if mark else BEGINNING)
        verdict = audit.verify(db, verify=self.verify, since=since, limit=limit)
        if not verdict.ok:
            raise LogBroken
        head = (verdict.sequence, verdict.head_hash) if verdict.count else since
        with self._lock:
            self._verified = max(self._verified, head)
            self._seen = max(self._seen, head)
        return verdict.is_end

    @property
    def has_verified(self) -> bool:
        """Tell whether this process has verified the log once."""
        return self._verified != BEGINNING

    @property
    def seen(self) -> Head:
        """The newest entry that this process has seen: a log without it was cut."""
        return self._seen

    def require_as_logged(self, db: Db, *, member: str) -> None:
        """Raise `PowerChanged` where a member's rows are not as the log last said they are.

        In a unit of work that changes them this comes first, with the member's row locked.
        """
        self._refuse_older(member, authority.newest(db, member=member))
        if not self.is_as_logged(db, member=member):
            raise PowerChanged

    def is_as_logged(self, db: Db, *, member: str) -> bool:
        """Tell whether a member's rows are as the log last said they are."""
        return authority.is_as_logged(db, member=member, verify=self.verify)

    def grants(self, db: Db, *, member: str) -> list[RoleGrantRow]:
        """Give what a member was granted; raises `PowerChanged` where the log says otherwise."""
        found = authority.grants_as_logged(db, member=member, verify=self.verify)
        if found is None:
            raise PowerChanged
        return found

    def require_member(self, found: FoundSession, *, seen: Head) -> None:
        """The same for the member of a session that was found; `seen` was asked for with it.

        Raises `LogBroken` where the log lacks that entry.
        """
        if seen != BEGINNING and found.hash_at != seen[1]:
            raise LogBroken
        entry, name = found.entry, found.member.name
        if not authority.is_member_as_logged(found.member, entry, verify=self.verify):
            raise PowerChanged
        self._refuse_older(name, entry)
        if entry is not None:
            with self._lock:
                self._newest[name] = max(self._newest.get(name, 0), entry.sequence)
                self._seen = max(self._seen, (entry.sequence, entry.hash))

    def _refuse_older(self, member: str, entry: AuditRow | None) -> None:
        """Raise `LogBroken` where the newest entry about a member is older than one seen before."""
        if self._newest.get(member, 0) > (entry.sequence if entry else 0):
            raise LogBroken
