"""Lighthouse, pinned, for `make lighthouse`."""
