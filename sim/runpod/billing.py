"""The billing routes: what was really charged, by pod or volume and time bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus

from sim.runpod.context import Context
from sim.runpod.money import Amounts
from sim.runpod.wire import Json, SimRequest, SimResponse, bad_request, invalid, json_response, read_stamp, stamp
from sim.runpod.world import pod_owner, volume_owner

BUCKETS = ("hour", "day", "week", "month", "year")
DEFAULT_DAYS = 30
#: An answer of more records than this is refused; no client of ours asks for it.
MOST_RECORDS = 50_000


@dataclass(frozen=True, slots=True)
class Window:
    """The buckets [start, end) that a query asks for, aligned to their edges."""

    bucket: str
    start: datetime
    end: datetime

    def edges(self) -> list[tuple[datetime, datetime]]:
        edges: list[tuple[datetime, datetime]] = []
        at = self.start
        while at < self.end:
            following = next_edge(at, self.bucket)
            edges.append((at, following))
            at = following
        return edges

    def as_json(self) -> Json:
        return {"startTime": stamp(self.start), "endTime": stamp(self.end), "bucketSize": self.bucket}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is billed: how its records name it, and into which amounts its money falls."""

    field: str
    count_field: str
    owner: Callable[[str], str]
    amounts: Callable[[str, Amounts], Json]


def pod_billing(context: Context) -> SimResponse:
    subject = Subject(field="podId", count_field="uniquePodCount", owner=pod_owner, amounts=_pod_amounts)
    return _answer(context, subject, [*context.world.gone, *context.world.pods])


def volume_billing(context: Context) -> SimResponse:
    owners = context.world.ledger.owners()
    ids = [owner.removeprefix(volume_owner("")) for owner in owners if owner.startswith(volume_owner(""))]
    high = {volume.id for volume in context.world.volumes.values() if volume.type == "HIGH_PERFORMANCE"}

    def amounts(volume_id: str, spent: Amounts) -> Json:
        zero = Decimal(0)
        return {
            "totalAmount": _usd(spent.total),
            "standardAmount": _usd(zero if volume_id in high else spent.total),
            "highPerformanceAmount": _usd(spent.total if volume_id in high else zero),
        }

    subject = Subject(
        field="networkVolumeId", count_field="uniqueNetworkVolumeCount", owner=volume_owner, amounts=amounts
    )
    return _answer(context, subject, ids)


def window_of(request: SimRequest, now: datetime) -> Window:
    bucket = request.query.get("bucketSize", "day")
    if bucket not in BUCKETS:
        raise invalid([f"bucketSize: value must be one of {', '.join(BUCKETS)}"])
    if "lastN" in request.query:
        if "startTime" in request.query or "endTime" in request.query:
            raise bad_request("lastN is mutually exclusive with startTime and endTime")
        return _last(bucket, request.query["lastN"], now)
    start = read_stamp(request.query["startTime"], "startTime") if "startTime" in request.query else None
    end = read_stamp(request.query["endTime"], "endTime") if "endTime" in request.query else now
    start = start or end - timedelta(days=DEFAULT_DAYS)
    if start >= end:
        raise bad_request("startTime must be before endTime")
    last = edge(end, bucket)
    return Window(bucket, edge(start, bucket), last if last == end else next_edge(last, bucket))


def edge(at: datetime, bucket: str) -> datetime:
    """The start of the bucket that holds this instant, in UTC; weeks begin on Monday."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if bucket == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    if bucket == "month":
        return day.replace(day=1)
    if bucket == "year":
        return day.replace(month=1, day=1)
    return day


def next_edge(start: datetime, bucket: str) -> datetime:
    spans = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
    if bucket in spans:
        return start + spans[bucket]
    beyond = timedelta(days=32 if bucket == "month" else 370)
    return edge(start + beyond, bucket)


def _last(bucket: str, count: str, now: datetime) -> Window:
    if not count.isdecimal() or int(count) < 1:
        raise invalid([f"lastN: '{count}' must be an integer of at least 1"])
    current = edge(now, bucket)
    start = current
    for _ in range(min(int(count), MOST_RECORDS) - 1):
        start = edge(start - timedelta(microseconds=1), bucket)
    return Window(bucket, start, next_edge(current, bucket))


def _answer(context: Context, subject: Subject, ids: list[str]) -> SimResponse:
    """A record for each id and bucket in which something was spent, and the sums over them."""
    world = context.world
    window = window_of(context.request, world.at)
    only = context.request.query.get(subject.field)
    records: list[Json] = []
    sums: Json = dict.fromkeys(subject.amounts("", Amounts()), Decimal(0))
    for start, end in window.edges():
        for key in ids:
            spent = world.ledger.spent(subject.owner(key), start, min(end, world.at))
            if (only is not None and key != only) or not spent.total:
                continue
            written = subject.amounts(key, spent)
            sums = {name: sums[name] + written[name] for name in sums}
            records.append({"startTime": stamp(start), "endTime": stamp(end), subject.field: key, **_floats(written)})
    metadata = {
        "query": {**window.as_json(), subject.field: only},
        "recordCount": len(records),
        subject.count_field: len({record[subject.field] for record in records}),
        "totals": _floats(sums),
    }
    return json_response(HTTPStatus.OK, {"records": records, "metadata": metadata})


def _pod_amounts(_pod_id: str, spent: Amounts) -> Json:
    return {
        "totalAmount": _usd(spent.total),
        "gpuAmount": _usd(spent.gpu),
        "cpuAmount": _usd(spent.cpu),
        "diskAmount": _usd(spent.disk),
    }


def _usd(amount: Decimal) -> Decimal:
    """RunPod writes its amounts to a hundred-millionth of a dollar at most."""
    return amount.quantize(Decimal("0.00000001"))


def _floats(amounts: Json) -> Json:
    return {name: float(amount) for name, amount in amounts.items()}
