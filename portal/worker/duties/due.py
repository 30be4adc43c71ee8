"""Look first, without a lock, whether there is anything to do."""

from __future__ import annotations

from collections.abc import Callable

from portal.store.engine import Connection, Db


def where_due(
    connection: Connection, *, is_due: Callable[[Db], bool], do: Callable[[Db], int]
) -> int:
    """Do it in a unit of work that writes, where one that reads finds it due."""
    with connection.begin(write=False) as db:
        if not is_due(db):
            return 0
    with connection.begin(write=True) as db:
        return do(db)
