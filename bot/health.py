"""How the parts fare, gathered from what each last said of itself in Redis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from bot.views.answers import GraphqlState, HealthReport
from pods.jobs import Queue
from pods.store import Store
from pods.store.people import ROLES_FRESH_FOR, Groups
from pods.times import from_ms

_QUOTA: Final = "quota_"
#: Roles are read every ten minutes; late by one reading is not yet stale.
_ROLES_LATE: Final = ROLES_FRESH_FOR * 2


def report(store: Store, now: datetime) -> HealthReport:
    reports = store.clockwork.reports()
    fleet = store.fleet.load()
    published = store.people.published()
    groups = store.people.groups()
    watch = reports.get("watch", {})
    workers = {f"worker.{queue.value}": _at(reports.get(f"worker.{queue.value}")) for queue in Queue}
    return HealthReport(
        redis_ok=True,
        queues=store.clockwork.waiting(),
        pods=len(fleet.entries),
        fleet_listed_at=fleet.listed_at,
        runpod_failing_since=fleet.failing_since,
        trouble=fleet.trouble,
        graphql=_graphql(reports.get("graphql")),
        reporting=store.verdicts.state().reporting,
        quotas={name.removeprefix(_QUOTA): left for name, left in watch.items() if name.startswith(_QUOTA)},
        clock_at=_at(reports.get("clock")),
        workers=workers,
        policy_hash=published.hash if published else "",
        policy_refused=published.refused if published else "",
        roles_stale_since=_stale_since(groups, now),
        roles_trouble=groups.trouble if groups else "",
        audit_trouble=str(reports.get("audit", {}).get("trouble") or ""),
        pager_trouble=str(reports.get("pager", {}).get("trouble", "")),
    )


def _at(said: Mapping[str, Any] | None) -> datetime | None:
    return from_ms(said["at"]) if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """RunPod's own figures, USD and USD per hour, and when they were read."""

    balance: Decimal
    burn: Decimal | None
    at: datetime


def balance_of(store: Store) -> Said | None:
    """As the workers last read it; None where RunPod does not say it."""
    said = store.clockwork.reports().get("graphql")
    if said is None or said.get("balance") is None:
        return None
    burn = said.get("burn")
    return Said(
        balance=Decimal(said["balance"]), burn=Decimal(burn) if burn is not None else None, at=from_ms(said["at"])
    )


def _graphql(said: Mapping[str, Any] | None) -> GraphqlState:
    """As found when the account was last read."""
    return GraphqlState(said["state"]) if said else GraphqlState.UNKNOWN


def _stale_since(groups: Groups | None, now: datetime) -> datetime | None:
    return groups.read_at if groups is not None and now - groups.read_at > _ROLES_LATE else None
