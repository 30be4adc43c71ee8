"""What both sites share, on a deployment of its own."""

from __future__ import annotations

import pytest

from portal.web import limits
from tests.builders.site_fixtures import app, client, deployment, original

__all__ = ["app", "client", "deployment", "limiter_afresh", "original"]


@pytest.fixture
def limiter_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget that a store was down: a process has one site and one limiter, a run of tests many
    sites, and the limiter of a later one must not begin with what an earlier one has seen."""
    monkeypatch.setattr(limits.limiter, "_storage_dead", False)
