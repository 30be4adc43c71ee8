"""What is kept: sealed reports in one database, shred keys in another."""

from portal.store.engine import Connection, Db, connect

__all__ = ["Connection", "Db", "connect"]
