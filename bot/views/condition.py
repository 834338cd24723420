"""How Podkeeper itself fares, in plain sentences: trouble first, then what is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.views import idle_words
from bot.views.figures import at, span
from bot.views.layout import page, small
from bot.views.text import code, counted, listed, prose
from pods.messages import Content
from pods.telemetry import Reporting, Source

#: A part reports every few seconds; one silent for longer has stopped or hangs.
SILENT_AFTER: Final = timedelta(seconds=60)
#: Jobs waiting in one queue that say its workers do not keep up.
MANY_WAITING: Final = 50
#: Snapshots older than this are no basis for a decision by eye.
OLD_FLEET: Final = timedelta(minutes=3)
#: Calls left in a window that are few.
FEW_CALLS: Final = 20


class GraphqlState(StrEnum):
    ON = "on"
    #: Switched off by RUNPOD_API.
    OFF = "off"
    #: RunPod answers 410.
    RETIRED = "retired"
    UNKNOWN = "unknown"


#: What is well; that it is retired is told as trouble.
_GRAPHQL: Final = {
    GraphqlState.ON: "GraphQL answered when last asked.",
    GraphqlState.OFF: "GraphQL is switched off here.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    redis_ok: bool
    #: Jobs waiting, by queue.
    queues: Mapping[str, int] = field(default_factory=dict)
    #: Pods in the snapshot.
    pods: int = 0
    fleet_listed_at: datetime | None = None
    runpod_failing_since: datetime | None = None
    #: RunPod's trouble while it fails.
    trouble: str = ""
    graphql: GraphqlState = GraphqlState.UNKNOWN
    #: Calls left by window: minute, hour, day. None: RunPod did not say.
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    #: How utilisation came in at the last poll.
    reporting: Reporting = field(default_factory=Reporting)
    #: The leading clock's last sign of life.
    clock_at: datetime | None = None
    #: Each process's last sign of life, by name; None: never seen.
    workers: Mapping[str, datetime | None] = field(default_factory=dict)
    policy_hash: str = ""
    #: Why the policy file on disk is not in force; empty when it is.
    policy_refused: str = ""
    #: Set when members of the role groups could not be read for too long.
    roles_stale_since: datetime | None = None
    #: What Slack said when they could not be read.
    roles_trouble: str = ""
    #: Why audit that is old enough cannot be written out of Redis.
    audit_trouble: str = ""
    #: Why the paging service did not take the last alert; empty while it does, or none is set up.
    pager_trouble: str = ""


def health(report: HealthReport, *, now: datetime, tz: ZoneInfo) -> Content:
    troubles = [each for each in _troubles(report, now, tz) if each]
    well = [each for each in _well(report, now, tz) if each]
    head = f"{counted(len(troubles), 'thing')} need attention." if troubles else "All is well."
    if len(troubles) == 1:
        head = "1 thing needs attention."
    return page(
        [
            head,
            "\n".join(f"• {each}" for each in troubles),
            "\n".join(f"• {each}" for each in well),
            small(_asof(now, tz)),
        ],
        key=f"health.{int(now.timestamp())}",
    )


def _asof(now: datetime, tz: ZoneInfo) -> str:
    return f"As of {at(now, now, tz)}."


def _troubles(report: HealthReport, now: datetime, tz: ZoneInfo) -> list[str]:
    if not report.redis_ok:
        return ["*My store (Redis) does not answer.* Nothing can be asked of me until it does."]
    return [
        _runpod(report, now, tz),
        _fleet(report, now, tz),
        _clock(report, now, tz),
        *(_worker(name, seen, now, tz) for name, seen in report.workers.items()),
        *(_queue(name, waiting) for name, waiting in report.queues.items()),
        _blind(report),
        *(_quota(window, left) for window, left in report.quotas.items()),
        _policy(report),
        _roles(report, now, tz),
        prose(report.audit_trouble),
        f"*The paging service does not take alerts.* {prose(report.pager_trouble)}" if report.pager_trouble else "",
        "RunPod has switched its GraphQL API off; balance and reasons for stops are not known."
        if report.graphql is GraphqlState.RETIRED
        else "",
    ]


def _runpod(report: HealthReport, now: datetime, tz: ZoneInfo) -> str:
    if report.runpod_failing_since is None:
        return ""
    trouble = f" {prose(report.trouble)}" if report.trouble else ""
    return f"*RunPod has not answered since {at(report.runpod_failing_since, now, tz)}.*{trouble}"


def _fleet(report: HealthReport, now: datetime, tz: ZoneInfo) -> str:
    if report.fleet_listed_at is None:
        return "*The pods were never listed.* Lists and cards are empty until they are."
    if now - report.fleet_listed_at <= OLD_FLEET:
        return ""
    return f"*The list of pods is old*, from {at(report.fleet_listed_at, now, tz)}."


def _clock(report: HealthReport, now: datetime, tz: ZoneInfo) -> str:
    if report.clock_at is None:
        return "*No clock runs.* Nothing is confirmed, retried or expired without one."
    if now - report.clock_at <= SILENT_AFTER:
        return ""
    return f"*The clock is silent since {at(report.clock_at, now, tz)}.* Nothing is confirmed, retried or expired."


def _worker(name: str, seen: datetime | None, now: datetime, tz: ZoneInfo) -> str:
    if seen is None:
        return f"*No {code(name)} process was seen.*"
    return "" if now - seen <= SILENT_AFTER else f"*{code(name)} is silent since {at(seen, now, tz)}.*"


def _queue(name: str, waiting: int) -> str:
    if waiting < MANY_WAITING:
        return ""
    return f"*{counted(waiting, 'job')} wait in queue {code(name)}.* Its workers do not keep up, or none runs."


def _blind(report: HealthReport) -> str:
    """Pods run, and nothing is known of what they do."""
    reporting = report.reporting
    blind = reporting.source is Source.NOWHERE and reporting.at is not None and reporting.wanted
    return f"*No utilisation.* {idle_words.figures(reporting)}" if blind else ""


def _quota(window: str, left: int | None) -> str:
    if left is None or left >= FEW_CALLS:
        return ""
    return f"*{counted(left, 'call')} to RunPod left this {code(window)}.* I look less often to keep some for people."


def _policy(report: HealthReport) -> str:
    if not report.policy_refused:
        return ""
    force = f" The older one ({code(report.policy_hash)}) stays in force." if report.policy_hash else ""
    return f"*The policy file is refused.* {prose(report.policy_refused)}{force}"


def _roles(report: HealthReport, now: datetime, tz: ZoneInfo) -> str:
    if report.roles_stale_since is None:
        return ""
    trouble = f" {prose(report.roles_trouble)}" if report.roles_trouble else ""
    since = at(report.roles_stale_since, now, tz)
    return f"*Role groups were last read at {since}.* After 24 h without, they count for nothing.{trouble}"


def _well(report: HealthReport, now: datetime, tz: ZoneInfo) -> list[str]:
    """What works, with its figures, so that a reader can tell well from not looked at."""
    if not report.redis_ok:
        return []
    return [
        _listed(report, now, tz),
        _alive(report, now),
        f"Waiting jobs: {_counts(report.queues)}." if report.queues else "",
        "" if _blind(report) else idle_words.figures(report.reporting),
        _calls_left(report.quotas),
        _GRAPHQL.get(report.graphql, ""),
        f"Policy {code(report.policy_hash)} is in force." if report.policy_hash and not report.policy_refused else "",
        "No policy was read: everybody may look, nobody may change anything." if not report.policy_hash else "",
    ]


def _listed(report: HealthReport, now: datetime, tz: ZoneInfo) -> str:
    if report.fleet_listed_at is None:
        return ""
    return f"{counted(report.pods, 'pod')} listed at {at(report.fleet_listed_at, now, tz)}."


def _alive(report: HealthReport, now: datetime) -> str:
    alive = {name: seen for name, seen in report.workers.items() if seen is not None and now - seen <= SILENT_AFTER}
    if not alive:
        return ""
    longest = span(max(now - seen for seen in alive.values()))
    return f"Alive within {longest}: {listed([code(name) for name in alive])}."


def _counts(queues: Mapping[str, int]) -> str:
    return listed([f"{code(name)} {waiting:,}" for name, waiting in queues.items()])


def _calls_left(quotas: Mapping[str, int | None]) -> str:
    said = [f"{left:,} this {code(window)}" for window, left in quotas.items() if left is not None]
    return f"Calls to RunPod left: {listed(said)}." if said else "How many calls RunPod allows is not known."
