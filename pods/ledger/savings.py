"""What would save most, in dollars per month, and what the bot has saved already. Pure; all of it estimated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.ledger.amounts import ZERO
from pods.ledger.entries import Entry
from pods.ledger.rates import Rates
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Sweep
from pods.ledger.totals import Window
from pods.model import BILLED, Cloud, GpuType, Pod, Value
from pods.times import Instant

#: How far back idleness and use are looked at.
LOOK_BACK: Final = timedelta(days=7)
#: Less to look at than this is no habit.
LEAST_SEEN: Final = timedelta(days=1)
#: One stop is credited with this much at most: nobody forgets a pod for ever.
CREDIT: Final = timedelta(hours=24)
WORTH_TELLING: Final = Decimal(1)
ACTIONS: Final = 3


class Deed(StrEnum):
    STOP_IDLE = "stop idle"
    TERMINATE_STOPPED = "terminate stopped"
    DELETE_VOLUME = "delete volume"
    CHEAPER_GPU = "cheaper gpu"


class Saving(Value):
    deed: Deed
    kind: SubjectKind
    id: str
    name: str
    owner: str | None = None
    #: USD, estimated.
    per_month: Decimal
    #: For a cheaper GPU: which, in which cloud, at what price per GPU and hour.
    gpu: str | None = None
    cloud: Cloud | None = None
    price: Decimal | None = None


class StopByBot(Value):
    """A pod the bot stopped because it did nothing."""

    pod_id: str
    at: Instant
    #: When it held compute again, or was terminated; None while it stands.
    until: Instant | None = None
    #: USD per hour that it no longer costs, its stopped disk allowed for.
    per_hour: Decimal


def saved(stops: Iterable[StopByBot], window: Window, now: datetime) -> Decimal:
    """USD within the window: from each stop to the next start, a day at most. Two stops at once are one."""
    latest: dict[tuple[str, datetime], StopByBot] = {(stop.pod_id, stop.at): stop for stop in stops}
    total = ZERO
    reached: dict[str, datetime] = {}
    for stop in sorted(latest.values(), key=lambda each: each.at):
        end = min(each for each in (stop.until, stop.at + CREDIT, now, window.end) if each is not None)
        begin = max(stop.at, window.start, reached.get(stop.pod_id, window.start))
        if begin < end:
            total += stop.per_hour * Window(start=begin, end=end).hours
            reached[stop.pod_id] = end
    return total


def actions(
    pods: Sequence[Pod],
    entries: Iterable[Entry],
    swept: Sweep,
    gpus: Iterable[GpuType],
    *,
    owners: Mapping[str, str],
    rates: Rates,
    now: datetime,
    most: int = ACTIONS,
) -> tuple[Saving, ...]:
    """The few that would save most; one for each pod or volume, so that their sum can be had."""
    habits = _habits(entries, now)
    types = {gpu.id: gpu for gpu in gpus}
    found = [each for pod in pods for each in _of_pod(pod, habits.get(pod.id), types, rates)]
    found += [
        Saving(
            deed=Deed.TERMINATE_STOPPED if line.kind is SubjectKind.POD else Deed.DELETE_VOLUME,
            kind=line.kind,
            id=line.id,
            name=line.name,
            per_month=line.per_month or ZERO,
        )
        for line in swept.lines
    ]
    best: dict[tuple[SubjectKind, str], Saving] = {}
    for each in sorted(found, key=lambda saving: (-saving.per_month, saving.id)):
        if each.per_month >= WORTH_TELLING:
            owner = {"owner": owners.get(each.id)}
            best.setdefault((each.kind, each.id), each.model_copy(update=owner))
    return tuple(best.values())[:most]


class _Habit(Value):
    """What a pod did in the days looked back at."""

    first: Instant
    now: Instant
    idle_ms: int = 0
    running_ms: int = 0

    def monthly_hours(self, ms: int, rates: Rates) -> Decimal:
        """So much in the time it was seen would be this much in a month."""
        seen = max(self.now - self.first, LEAST_SEEN) // timedelta(milliseconds=1)
        return Decimal(ms) / seen * rates.hours_per_month


def _habits(entries: Iterable[Entry], now: datetime) -> dict[str, _Habit]:
    habits: dict[str, _Habit] = {}
    for entry in entries:
        if entry.kind is SubjectKind.POD and now - LOOK_BACK <= entry.hour <= now:
            habit = habits.get(entry.id, _Habit(first=entry.hour, now=now))
            habits[entry.id] = _Habit(
                first=min(habit.first, entry.hour),
                now=now,
                idle_ms=habit.idle_ms + entry.idle_ms,
                running_ms=habit.running_ms + entry.running_ms,
            )
    return habits


def _of_pod(pod: Pod, habit: _Habit | None, types: Mapping[str, GpuType], rates: Rates) -> Iterator[Saving]:
    """Only of a pod that holds compute now, at a price that is known."""
    if habit is None or pod.status not in BILLED or not pod.cost_known:
        return
    subject = Saving(deed=Deed.STOP_IDLE, kind=SubjectKind.POD, id=pod.id, name=pod.name, per_month=ZERO)
    idle_hours = habit.monthly_hours(habit.idle_ms, rates)
    yield subject.model_copy(update={"per_month": idle_hours * saved_by_stop(pod, rates)})
    other = cheaper(pod, types)
    if other is not None and pod.gpu is not None:
        gpu, cloud, price = other
        per_hour = pod.cost_per_hour - price * pod.gpu.count
        change = {"deed": Deed.CHEAPER_GPU, "gpu": gpu.id, "cloud": cloud, "price": price}
        per_month = habit.monthly_hours(habit.running_ms, rates) * per_hour
        yield subject.model_copy(update={**change, "per_month": per_month})


def saved_by_stop(pod: Pod, rates: Rates) -> Decimal:
    """USD per hour less while it is stopped: its compute and container disk, but its volume disk then costs double."""
    volume = pod.persistent.size_gb if pod.persistent else 0
    running = rates.running(disk_gb=pod.disk_gb or 0, volume_gb=volume, compute=pod.cost_per_hour)
    return running.total - rates.stopped(volume_gb=volume).total


def cheaper(pod: Pod, types: Mapping[str, GpuType]) -> tuple[GpuType, Cloud, Decimal] | None:
    """The cheapest equal GPU this pod could move to without losing data: same family, at least its memory, available.

    A pod on a host's volume disk cannot move; one on a network volume stays in its data center and on secure cloud.
    """
    if pod.gpu is None or not pod.gpu.count or not pod.mounts_known or pod.persistent is not None:
        return None
    mine = types.get(pod.gpu.id)
    if mine is None:
        return None
    offers = []
    for gpu in types.values():
        equal = _family(gpu) == _family(mine) and gpu.memory_gb >= mine.memory_gb
        if not equal or gpu.availability in {None, "NONE"}:
            continue
        if pod.network is not None and pod.data_center not in gpu.data_centers:
            continue
        offers += [(gpu, Cloud.SECURE, gpu.price_secure)] if gpu.price_secure is not None else []
        if pod.network is None and pod.cloud is Cloud.COMMUNITY and gpu.price_community is not None:
            offers.append((gpu, Cloud.COMMUNITY, gpu.price_community))
    best = min(offers, key=lambda offer: (offer[2], offer[0].id), default=None)
    return best if best is not None and best[2] * pod.gpu.count < pod.cost_per_hour else None


def _family(gpu: GpuType) -> str:
    """The model without its form: "H100 SXM" and "H100 NVL" are of one family, "RTX 4090" and "RTX 5090" are not."""
    forms = {"sxm", "nvl", "pcie", "hbm3", "sxm4", "sxm5", "sxm6"}
    return " ".join(word for word in gpu.name.casefold().split() if word not in forms)
