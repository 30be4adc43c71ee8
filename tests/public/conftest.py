"""The reporter's site, on a deployment of its own."""

from tests.builders.site_fixtures import app, client, deployment, original

__all__ = ["app", "client", "deployment", "original"]
