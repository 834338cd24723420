"""What things cost and who was billed when. Rates are USD per hour, all arithmetic is Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from sim.runpod.state import LIVE, SimPod, SimVolume

ZERO = Decimal(0)
HOURS_PER_MONTH = Decimal(730)
#: USD per GB and month.
CONTAINER_DISK = Decimal("0.10")
VOLUME_DISK_RUNNING = Decimal("0.10")
VOLUME_DISK_STOPPED = Decimal("0.20")
NETWORK_STANDARD = Decimal("0.07")
NETWORK_STANDARD_ABOVE = Decimal("0.05")
NETWORK_HIGH_PERFORMANCE = Decimal("0.14")
#: GB up to which a standard network volume costs the first rate.
NETWORK_STEP_GB = 1000
_MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """USD by what it was spent on; as a rate, per hour."""

    gpu: Decimal = ZERO
    cpu: Decimal = ZERO
    disk: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.gpu + self.cpu + self.disk

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(gpu=self.gpu + other.gpu, cpu=self.cpu + other.cpu, disk=self.disk + other.disk)

    def over(self, start: datetime, end: datetime) -> Amounts:
        """This rate kept up from start to end."""
        span = microseconds(end - start)
        return Amounts(
            gpu=self.gpu * span / _MICROSECONDS_PER_HOUR,
            cpu=self.cpu * span / _MICROSECONDS_PER_HOUR,
            disk=self.disk * span / _MICROSECONDS_PER_HOUR,
        )


def microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def pod_rates(pod: SimPod) -> Amounts:
    """Compute and disks while it is live; only the volume disk, at twice the rate, while it is stopped."""
    volume = pod.persistent.size_gb if pod.persistent else 0
    if pod.status not in LIVE:
        return Amounts(disk=volume * VOLUME_DISK_STOPPED / HOURS_PER_MONTH)
    disk = (pod.disk_gb * CONTAINER_DISK + volume * VOLUME_DISK_RUNNING) / HOURS_PER_MONTH
    if pod.gpu_id is None:
        return Amounts(cpu=pod.cost, disk=disk)
    return Amounts(gpu=pod.cost, disk=disk)


def volume_rates(volume: SimVolume) -> Amounts:
    if volume.type == "HIGH_PERFORMANCE":
        return Amounts(disk=volume.size_gb * NETWORK_HIGH_PERFORMANCE / HOURS_PER_MONTH)
    first = min(volume.size_gb, NETWORK_STEP_GB) * NETWORK_STANDARD
    rest = max(volume.size_gb - NETWORK_STEP_GB, 0) * NETWORK_STANDARD_ABOVE
    return Amounts(disk=(first + rest) / HOURS_PER_MONTH)


@dataclass(slots=True)
class Span:
    """A stretch of time at one rate; `end` is None while it lasts."""

    start: datetime
    rates: Amounts
    end: datetime | None = None


class Ledger:
    """Who cost what, when: the one source of the burn and of the billing records."""

    def __init__(self) -> None:
        self._spans: dict[str, list[Span]] = {}
        self._burn: Decimal | None = None

    @property
    def burn(self) -> Decimal:
        """USD per hour, now."""
        if self._burn is None:
            open_spans = (spans[-1] for spans in self._spans.values() if spans and spans[-1].end is None)
            self._burn = sum((span.rates.total for span in open_spans), ZERO)
        return self._burn

    def note(self, owner: str, at: datetime, rates: Amounts) -> None:
        """From `at` on the owner costs this much."""
        spans = self._spans.setdefault(owner, [])
        if spans and spans[-1].end is None:
            if spans[-1].rates == rates:
                return
            spans[-1].end = at
        if rates.total:
            spans.append(Span(at, rates))
        self._burn = None

    def close(self, owner: str, at: datetime) -> None:
        self.note(owner, at, Amounts())

    def owners(self) -> tuple[str, ...]:
        return tuple(self._spans)

    def spent(self, owner: str, start: datetime, end: datetime) -> Amounts:
        """What the owner cost within [start, end)."""
        total = Amounts()
        for span in self._spans.get(owner, ()):
            begin = max(span.start, start)
            finish = min(span.end or end, end)
            if begin < finish:
                total += span.rates.over(begin, finish)
        return total


def runs_out_at(balance: Decimal, burn: Decimal, since: datetime) -> datetime | None:
    """When the balance reaches zero at this burn, to the microsecond after. None when it does not."""
    if balance <= 0 or burn <= 0:
        return None
    span = (balance * _MICROSECONDS_PER_HOUR / burn).to_integral_value(ROUND_CEILING)
    if span > microseconds(timedelta(days=3650)):
        return None
    return since + timedelta(microseconds=int(span))
