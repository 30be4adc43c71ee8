"""The operator's tasks: key ceremony, demo deployment, demo data, migration, audit."""
