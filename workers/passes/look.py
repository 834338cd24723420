"""What one poll of the watch saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pods.fleet import Fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The snapshot before and after a poll. Not healthy: RunPod did not answer, and nothing may be concluded."""

    before: Fleet
    after: Fleet
    now: datetime

    @property
    def healthy(self) -> bool:
        return self.after.failing_since is None
