"""What shadow mode would have done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.views import idle_shadow
from pods.messages import Content
from pods.shadow import Regret, ShadowStop, shadow_report
from pods.watch_rules import Mode
from tests.unit.views.samples import NOW, TZ, ago

PRICE: Final = Decimal("2.69")


def shadow_stop(key: str, hours: float, **changes: object) -> ShadowStop:
    usual = ShadowStop(
        key=key,
        pod_id=f"{key}-id",
        pod_name=key,
        idle_since=ago(hours=hours + 3),
        at=ago(hours=hours),
        cost_per_hour=PRICE,
    )
    return usual.model_copy(update=changes)


def aftermath(stops: Sequence[ShadowStop], regret: Regret, **changes: object) -> idle_shadow.Aftermath:
    usual: dict[str, object] = {
        "report": shadow_report(stops, since=ago(days=7), now=NOW),
        "stops": stops,
        "regret": regret,
        "mode": Mode.STOP,
        "shadow_until": None,
        "now": NOW,
        "tz": TZ,
    }
    return idle_shadow.Aftermath(**{**usual, **changes})  # type: ignore[arg-type]


def _shadows() -> Iterator[tuple[str, Content]]:
    stops = (
        shadow_stop("still-idle", 5),
        shadow_stop("worked", 30, busy_at=ago(hours=28), over_at=ago(hours=28)),
        shadow_stop("stopped", 50, over_at=ago(hours=40)),
        shadow_stop("unpriced", 60, cost_per_hour=None),
    )
    week = NOW + timedelta(days=2)
    yield "shadow", idle_shadow.shadow(aftermath(stops, Regret(stops=0, regretted=0), shadow_until=week))
    yield "shadow-none", idle_shadow.shadow(aftermath((), Regret(stops=12, regretted=1)))
    yield "shadow-tell", idle_shadow.shadow(aftermath(stops[:1], Regret(stops=0, regretted=0), mode=Mode.TELL))


KINDS: Final = (_shadows,)
