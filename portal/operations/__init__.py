"""The operator's rooms: key ceremony, demo deployment, demo data, migration, audit."""
