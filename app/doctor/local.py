"""This machine: its clock against the services', its directory, its time zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from app.datadir import prepare
from app.doctor.finding import Finding, fail, ok, skip, warn

#: Slack refuses signatures older than 300 s; a schedule is off by as much as the clock.
SKEW_WARN_S: Final = 5.0
SKEW_FAIL_S: Final = 120.0


def skew(service: str, headers: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    what, told = f"Clock against {service}", headers.get("date")
    if told is None:
        yield skip(what, f"{service} did not tell the time")
        return
    off_s = abs((parsedate_to_datetime(told) - now).total_seconds())
    if off_s >= SKEW_FAIL_S:
        yield fail(what, f"{off_s:.0f} s apart", "Set this machine's clock: run a time service such as chrony.")
    elif off_s >= SKEW_WARN_S:
        yield warn(what, f"{off_s:.0f} s apart", "Run a time service such as chrony.")
    else:
        yield ok(what, f"{off_s:.0f} s apart")


def data_directory(data: Path) -> Iterator[Finding]:
    prepare(data)
    yield ok("Data directory", f"{data} is writable")


def zones(known: frozenset[str] | None = None) -> Iterator[Finding]:
    if "Europe/Berlin" in (available_timezones() if known is None else known):
        yield ok("Time zones", "known")
    else:
        yield fail("Time zones", "this machine has no time zone data", "Install the system package tzdata.")
