"""What a worker has told, read back."""

from __future__ import annotations

import json


class Lines(list[dict[str, object]]):
    """What the worker has told."""

    def write(self, line: str) -> None:
        self.append(json.loads(line))

    def of(self, event: str) -> list[dict[str, object]]:
        return [line for line in self if line["event"] == event]

    @property
    def alerts(self) -> list[str]:
        return [str(line["event"]) for line in self if line.get("level") == "alert"]

    @property
    def failed(self) -> dict[str, object]:
        return {str(line["event"]): line["failed"] for line in self if "failed" in line}
