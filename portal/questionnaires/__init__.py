"""The questions, as data: one TOML file for each audience."""
