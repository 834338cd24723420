"""What a poll says of a pod or a network volume as far as money goes, and how a life is made of it.

Recording is a union: the same sighting twice, from two watchers, late or in any order leaves one and the same life.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from pydantic import Field

from pods.model import BILLED, Pod, PodStatus, Value
from pods.offers import NetworkVolume
from pods.times import Instant, from_ms, to_ms

#: Statuses that hold no compute, and are billed for their volume disk.
_STOPPED: Final = frozenset({PodStatus.EXITED, PodStatus.ERROR})
#: How lastStatusChange ends: "Wed Jul 29 2026 21:56:48 GMT+0000".
_JS_DATE: Final = "%a %b %d %Y %H:%M:%S"


class SubjectKind(StrEnum):
    POD = "pod"
    VOLUME = "volume"


class Condition(Value):
    """What something costs by, unchanged from one sighting to the next more often than not."""

    #: It holds compute.
    live: bool = False
    #: Its container is up: `started_at` is of this run, and not of one before.
    up: bool = False
    #: USD per hour for all its compute while live; None: not known, which is not free.
    price: Decimal | None = Decimal(0)
    #: The container disk, which costs only while live; None: not known.
    disk_gb: int | None = 0
    #: The host-local volume disk; 0: it has none; None: not known.
    volume_gb: int | None = 0
    created_at: Instant | None = None
    #: When its container last came up; the same on both sides of a gap means it ran, or stood, throughout.
    started_at: Instant | None = None
    #: GraphQL only: when it last began or ceased to hold compute.
    changed_at: Instant | None = None
    #: A network volume's size; for anything else None.
    network_gb: int | None = None
    tier: str | None = None


class Stretch(Value):
    """All sightings of one condition, in milliseconds, ascending."""

    condition: Condition
    times: tuple[int, ...]


class Life(Value):
    """What is known of one pod or volume since its last closed hour."""

    v: int = 1
    version: int = 0
    kind: SubjectKind
    id: str
    name: str = ""
    stretches: tuple[Stretch, ...] = ()
    #: When a list pass lacked it, in milliseconds, ascending.
    absent: tuple[int, ...] = ()
    #: Everything before is in the books and will not change; see `closing`.
    closed_to: Instant | None = None
    #: From before that: what its compute last cost, and since when it stood stopped.
    price_before: Decimal | None = None
    stopped_before: Instant | None = None

    @property
    def seen(self) -> list[tuple[int, Condition]]:
        """Every sighting, oldest first."""
        marks = [(ms, place) for place, stretch in enumerate(self.stretches) for ms in stretch.times]
        return [(ms, self.stretches[place].condition) for ms, place in sorted(marks)]

    def saw(self, *sightings: tuple[datetime, Condition | None]) -> Life:
        """With these sightings; a condition of None: a complete list lacked it. What is closed stays as it is."""
        times: dict[Condition, list[int]] = {stretch.condition: list(stretch.times) for stretch in self.stretches}
        absent = list(self.absent)
        closed = to_ms(self.closed_to) if self.closed_to else None
        for at, condition in sightings:
            ms = to_ms(at)
            if closed is None or ms >= closed:
                _add(absent if condition is None else times.setdefault(condition, []), ms)
        stretches = tuple(
            Stretch(condition=condition, times=tuple(times[condition])) for condition in sorted(times, key=_order)
        )
        if (stretches, tuple(absent)) == (self.stretches, self.absent):
            return self
        return self._with(stretches=stretches, absent=tuple(absent))

    def called(self, name: str) -> Life:
        return self if name == self.name else self._with(name=name)

    def _with(self, **changes: object) -> Self:
        return self.model_copy(update={**changes, "version": self.version + 1})


class Listed(Value):
    """One complete list pass of pods or volumes: what was there, by id, with its name.

    A condition of None: it was there, and its status says nothing of money.
    """

    kind: SubjectKind
    at: Instant
    found: dict[str, tuple[str, Condition | None]] = Field(default_factory=dict)
    #: By id, when it was read on its own since; what it is like is from then.
    later: dict[str, Instant] = Field(default_factory=dict)


def pods_listed(pods: Iterable[Pod], at: datetime, list_prices: dict[str, Decimal] | None = None) -> Listed:
    """`list_prices`: USD per hour by pod id, for a pod whose own cost RunPod did not say."""
    prices = list_prices or {}
    found = {
        pod.id: (pod.name, condition_of(pod, prices.get(pod.id)))
        for pod in pods
        if pod.status is not PodStatus.TERMINATED
    }
    return Listed(kind=SubjectKind.POD, at=at, found=found)


def volumes_listed(volumes: Iterable[NetworkVolume], at: datetime) -> Listed:
    """One whose size was not said is there, and what it costs is not known."""
    found = {volume.id: (volume.name, _of_volume(volume)) for volume in volumes}
    return Listed(kind=SubjectKind.VOLUME, at=at, found=found)


def _of_volume(volume: NetworkVolume) -> Condition | None:
    return None if volume.size_gb is None else Condition(network_gb=volume.size_gb, tier=volume.type)


def condition_of(pod: Pod, list_price: Decimal | None = None) -> Condition | None:
    """None where the status says nothing of money."""
    live = pod.status in BILLED
    if not live and pod.status not in _STOPPED:
        return None
    volume = pod.persistent.size_gb if pod.persistent else 0
    return Condition(
        live=live,
        up=pod.status is PodStatus.RUNNING,
        price=_price(pod, list_price) if live else Decimal(0),
        disk_gb=pod.disk_gb,
        volume_gb=volume if pod.mounts_known else None,
        created_at=pod.created_at,
        started_at=pod.started_at,
        changed_at=_changed_at(pod.last_status_change),
    )


def watched(
    lives: Iterable[Life], listed: Listed, previous: datetime | None = None, *, back_to: datetime | None = None
) -> dict[str, Life]:
    """The lives after a list pass. `previous`: the pass before it, which lacked whatever is new.

    `back_to`: what was before is not of interest, of lives that are new.
    """
    known = {life.id: life for life in lives if life.kind is listed.kind}
    after: dict[str, Life] = {}
    for key in known.keys() | listed.found.keys():
        life = known.get(key)
        if life is None:
            life = Life(kind=listed.kind, id=key, closed_to=back_to)
            life = life.saw((previous, None)) if previous else life
        after[key] = _after_pass(life, listed)
    return after


def _after_pass(life: Life, listed: Listed) -> Life:
    if life.id not in listed.found:
        return life.saw((listed.at, None))
    name, condition = listed.found[life.id]
    life = life.called(name)
    return life if condition is None else life.saw((listed.later.get(life.id, listed.at), condition))


def _price(pod: Pod, list_price: Decimal | None) -> Decimal | None:
    return pod.cost_per_hour if pod.cost_known else list_price


def _changed_at(prose: str | None) -> datetime | None:
    """The instant that lastStatusChange names. Unknown words name none."""
    words, _, said = (prose or "").partition(": ")
    if words.casefold() not in _CHANGES:
        return None
    date, _, _zone = said.partition(" GMT+0000")
    try:
        return datetime.strptime(date, _JS_DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


_CHANGES: Final = frozenset({"rented by user", "exited by user", "exited by runpod", "outbid"})


def _add(times: list[int], ms: int) -> None:
    if not times or ms > times[-1]:
        times.append(ms)
    elif times[bisect_left(times, ms)] != ms:
        insort(times, ms)


def _order(condition: Condition) -> str:
    return condition.model_dump_json()


#: Lists this far apart must both lack something before it counts as gone; RunPod's lists flicker.
GONE_AFTER: Final = timedelta(seconds=60)


def gone_since(life: Life) -> datetime | None:
    """The first list that lacked it for good; None while it is there, or only one list says it is not."""
    last = max((stretch.times[-1] for stretch in life.stretches), default=None)
    if last is None:
        return None
    after = [ms for ms in life.absent if ms > last]
    if not after or from_ms(after[-1]) - from_ms(after[0]) < GONE_AFTER:
        return None
    return from_ms(after[0])
