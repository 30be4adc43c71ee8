"""What a demo deployment starts from."""
