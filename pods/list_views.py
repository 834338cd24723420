"""One pod as the newest list has it, beside the list before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pods.fleet import Entry, Fleet
from pods.model import Pod


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One pod as the newest list has it. Without a pod: the list lacks it, since `missing_since`."""

    pod: Pod | None
    at: datetime
    missing_since: datetime | None = None
    #: The list before this one.
    before_at: datetime | None = None
    #: The uptime it had in that.
    before_uptime_s: int | None = None


def view_of(fleet: Fleet, entry: Entry | None, before_at: datetime | None, before: Pod | None = None) -> View:
    at = fleet.listed_at
    if at is None:
        raise ValueError("no list was read yet")
    if entry is None:
        return View(pod=None, at=at, missing_since=at, before_at=before_at)
    if entry.missing_since is not None:
        return View(pod=None, at=at, missing_since=entry.missing_since, before_at=before_at)
    uptime = before.uptime_s if before is not None else None
    return View(pod=entry.pod, at=at, before_at=before_at, before_uptime_s=uptime)
