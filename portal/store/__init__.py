"""What is kept: sealed reports in one database, shred keys in another."""

from portal.store.engine import Connection, Db, connect
from portal.store.schema import connect_ready
from portal.store.trouble import sentence_for

__all__ = ["Connection", "Db", "connect", "connect_ready", "sentence_for"]
