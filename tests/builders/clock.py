"""A clock that stands still until a test moves it: nothing turns over while a test looks on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class StandingClock:
    """Stands at the time at which it was made. What a deployment signs holds from the real time,
    which programs that it starts go by, so this clock begins there as well."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Move on, by what `timedelta` takes."""
        self.at += timedelta(**by)
