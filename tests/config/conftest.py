"""A deployment whose settings are read, and spoilt."""

from tests.builders.site_fixtures import deployment, original

__all__ = ["deployment", "original"]
