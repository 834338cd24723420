"""Times, spans and money as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pods.model import BILLED, Pod, PodStatus
from pods.money import dollars

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def at(moment: datetime, now: datetime, tz: ZoneInfo) -> str:
    """A time in each reader's own zone, with the day when it is not today; the fallback is in the given zone."""
    local, today = moment.astimezone(tz), now.astimezone(tz).date()
    if local.date() == today:
        return f"<!date^{int(moment.timestamp())}^{{time}}|{local:%H:%M}>"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{local:%-d %b %H:%M}>"


def span(length: timedelta) -> str:
    """11 s, 4 min, 2 h 45 min, 3 d 4 h."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def _two(first: int, unit: str, second: int, smaller: str) -> str:
    return f"{first} {unit} {second} {smaller}" if second else f"{first} {unit}"


def per_hour(amount: Decimal) -> str:
    return f"{dollars(amount)}/h"


def per_month(amount: Decimal) -> str:
    return f"{dollars(amount)} a month"


def burn(pod: Pod | None) -> Decimal | None:
    """What the pod costs an hour, None where that was not said."""
    return pod.cost_per_hour if pod is not None and pod.cost_known else None


def billed(pod: Pod | None) -> bool:
    """Whether RunPod bills compute for it as last read. A state nobody knows may well be billed."""
    return pod is not None and (pod.status in BILLED or pod.status is PodStatus.UNKNOWN)
