"""Alembic's entry: it works on the connection that `portal.store.migrate` hands it."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    version_table=config.attributes["version_table"],
    transactional_ddl=False,  # the caller holds the transaction, for both databases alike
)
context.run_migrations()
