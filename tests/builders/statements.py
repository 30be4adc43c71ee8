"""What a database was asked, and how it finds the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine, event

from portal.store.engine import Connection

Asked = list[tuple[str, object]]


@contextmanager
def watched(*engines: Engine) -> Iterator[Asked]:
    """Note every statement with its parameters; where a transaction begins is none."""
    asked: Asked = []

    def listen(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append((statement, parameters))

    with ExitStack() as listening:
        for engine in engines:
            event.listen(engine, "before_cursor_execute", listen)
            listening.callback(event.remove, engine, "before_cursor_execute", listen)
        yield asked


def explained(
    connection: Connection, statement: str, parameters: object, *, in_a_small_table: bool = False
) -> str:
    """Ask the database how it answers a query beside the reports.

    In a table of a few rows PostgreSQL looks at no index, unless it is told to.
    """
    is_postgresql = connection.reports.dialect.name == "postgresql"
    with connection.reports.connect() as plain:
        if is_postgresql and in_a_small_table:
            plain.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
        lines = plain.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]
        return "\n".join(str(tuple(line)) for line in lines)
