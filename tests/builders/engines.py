"""A deployment over each engine, with databases of its own."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from tests.builders.deployment import Deployment

SQLITE = "sqlite"


def on_engine(engine: str, folder: Path, postgresql_url: str) -> Deployment:
    """Name a deployment whose databases are in SQLite, or new ones in PostgreSQL; not made yet."""
    environ = {"PORTAL_INSTANCE": str(folder / "instance")}
    if engine != SQLITE:
        reports, shred = new_databases(postgresql_url, folder.name.replace("-", "_"))
        environ |= {"DATABASE_URL": reports, "SHRED_DATABASE_URL": shred}
    return Deployment(folder / "instance", environ)


def new_databases(url: str, name: str) -> tuple[str, str]:
    """Make two databases whose names begin with `name`, and give their addresses."""
    made = [f"{name}_reports", f"{name}_shred"]
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for one in made:
            connection.execute(text(f'CREATE DATABASE "{one}"'))
    engine.dispose()
    reports, shred = (url.replace("/postgres?", f"/{one}?") for one in made)
    return reports, shred
