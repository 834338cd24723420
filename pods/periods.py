"""What the clock begins once per period, whoever leads it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pods.jobs import Job
from pods.policy import Policy
from pods.times import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A job and how often it is begun. Its subject is the number of its period since 1970."""

    job: Job
    every: Callable[[Policy], timedelta]

    def schedule(self, policy: Policy) -> str:
        """The name its periods are counted under: another length is another count."""
        return f"{self.job.value}-{_ms(self.every(policy))}"

    def number(self, policy: Policy, now: datetime) -> int:
        return to_ms(now) // _ms(self.every(policy))


def every(job: Job, span: timedelta) -> Period:
    return Period(job=job, every=lambda _: span)


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


#: What changes slowly is read again after this.
SLOWLY: Final = timedelta(minutes=10)
#: Stock changes faster.
STOCK: Final = timedelta(minutes=5)

PERIODS: Final[tuple[Period, ...]] = (
    Period(job=Job.POLL, every=lambda policy: timedelta(seconds=policy.poll.every_s)),
    every(Job.ATTEND, timedelta(seconds=15)),
    every(Job.PORTS, timedelta(minutes=2)),
    every(Job.ROLES, SLOWLY),
    every(Job.NAMES, SLOWLY),
    every(Job.ACCOUNT, SLOWLY),
    every(Job.CATALOG, STOCK),
    every(Job.INQUIRIES, timedelta(seconds=20)),
    every(Job.AUDIT, timedelta(hours=6)),
    #: Does nothing while the books are up to date.
    every(Job.BILL, timedelta(minutes=15)),
    every(Job.BOOKS, timedelta(days=1)),
    #: What is asked for is woken at once; this finds what was left behind and what is to be read back.
    every(Job.VOLUMES, timedelta(seconds=5)),
    every(Job.CHECKPOINTS, timedelta(minutes=1)),
    every(Job.SUMMARY, timedelta(minutes=1)),
)
