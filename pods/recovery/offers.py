"""What a rule allows to be tried for a lost pod, in order and with its price, or why it is not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.catalog import Catalog
from pods.model import Cloud, GpuType, Value
from pods.recovery.attempts import Offer
from pods.recovery.kept_spec import KeptSpec
from pods.recovery.record import Recovery
from pods.recovery.rules import Move

#: So many other GPU types are tried in one round, cheapest first.
MOST_OTHERS: Final = 4
#: Each round without room raises a spot pod's bid by this share, up to the rule's cap.
BID_STEP: Final = Decimal("0.2")
#: A catalog older than this says nothing about what is free now.
CATALOG_FRESH: Final = timedelta(minutes=20)
_BID_DIGITS: Final = Decimal("0.0001")


class Bar(StrEnum):
    """Why a move is not tried."""

    #: Its data sits on the lost host's disk and would not come along.
    HOST_LOCAL = "host_local"
    MOUNTS_UNKNOWN = "mounts_unknown"
    #: RunPod no longer has the pod.
    GONE = "gone"
    ASKED_TO_MOVE = "asked_to_move"
    #: Nothing was kept that a new pod could be made from.
    NO_SPEC = "no_spec"
    #: Values of its env went with it.
    ENV_LOST = "env_lost"
    TOO_DEAR = "too_dear"
    PRICE_UNKNOWN = "price_unknown"
    #: Nothing with enough memory is free now; that changes.
    NONE_FREE = "none_free"
    #: No other GPU type has as much memory.
    NO_OTHER = "no_other"
    #: Its network volume is in one data center only.
    ONE_CENTER = "one_center"
    #: It is on-demand already.
    NOT_SPOT = "not_spot"
    #: What is for rent has not been read lately.
    NO_CATALOG = "no_catalog"


#: These change by themselves, so it is worth waiting.
PASSING: Final = frozenset({Bar.NONE_FREE, Bar.NO_CATALOG, Bar.TOO_DEAR, Bar.PRICE_UNKNOWN})


class Barred(Value):
    move: Move
    bar: Bar
    #: The cheapest that would have been possible, USD per hour, where the price was the reason.
    price: Decimal | None = None


Choice = Offer | Barred


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    catalog: Catalog | None
    now: datetime

    @property
    def fresh(self) -> Catalog | None:
        read = self.catalog.read_at() if self.catalog else None
        return self.catalog if read is not None and self.now - read < CATALOG_FRESH else None


def choices(recovery: Recovery, market: Market) -> tuple[Choice, ...]:
    """The whole plan in the rule's order: each move as offers, or barred."""
    return tuple(choice for move in recovery.rule.moves for choice in _of(move, recovery, market))


def _of(move: Move, recovery: Recovery, market: Market) -> tuple[Choice, ...]:
    if move is Move.RESUME:
        return (_resume(recovery, market),)
    if (bar := _no_new_pod(recovery)) is not None:
        return (Barred(move=move, bar=bar),)
    spec = recovery.spec
    if spec is None:
        raise AssertionError("a plan without a spec bars every new pod")
    if move is Move.OTHER_CENTER and spec.network is not None:
        return (Barred(move=move, bar=Bar.ONE_CENTER),)
    if move is Move.ON_DEMAND and spec.bid is None:
        return (Barred(move=move, bar=Bar.NOT_SPOT),)
    found = tuple(_affordable(recovery, move, _MAKERS[move](spec, recovery, market)))
    return found or (Barred(move=move, bar=_nothing(move, spec, market)),)


def _nothing(move: Move, spec: KeptSpec, market: Market) -> Bar:
    if spec.cpu is None and market.fresh is None:
        return Bar.NO_CATALOG
    return Bar.NO_OTHER if move is Move.OTHER_GPU and not _could_stand_in(spec, market) else Bar.NONE_FREE


def _no_new_pod(recovery: Recovery) -> Bar | None:
    """What forbids making a new pod at all."""
    spec = recovery.spec
    if not recovery.lost.mounts_known:
        return Bar.MOUNTS_UNKNOWN
    if (recovery.lost.persistent is not None or (spec is not None and spec.host_local)) and not recovery.empty_copy:
        return Bar.HOST_LOCAL
    if spec is None or (spec.gpu is None and spec.cpu is None):
        return Bar.NO_SPEC
    return Bar.ENV_LOST if recovery.gone and spec.unkept else None


def _resume(recovery: Recovery, market: Market) -> Choice:
    if recovery.gone:
        return Barred(move=Move.RESUME, bar=Bar.GONE)
    if recovery.skip_resume:
        return Barred(move=Move.RESUME, bar=Bar.ASKED_TO_MOVE)
    bid = _bid(recovery)
    count = recovery.spec.gpu.count if recovery.spec and recovery.spec.gpu else 1
    price = bid * count if bid is not None else _resume_price(recovery, market)
    lost = recovery.lost
    if price is None:
        return Barred(move=Move.RESUME, bar=Bar.PRICE_UNKNOWN)
    offer = Offer(
        move=Move.RESUME,
        gpu=lost.gpu.id if lost.gpu else None,
        gpu_name=_name(market, lost.gpu.id) if lost.gpu else "",
        count=count,
        cloud=lost.cloud or Cloud.SECURE,
        data_centers=(lost.data_center,) if lost.data_center else (),
        price=price,
        bid=bid,
    )
    return offer if _within(recovery, price) else Barred(move=Move.RESUME, bar=Bar.TOO_DEAR, price=price)


def _resume_price(recovery: Recovery, market: Market) -> Decimal | None:
    """What it cost while it ran, else what the catalog says of such a pod."""
    lost = recovery.lost
    if lost.cost_known and lost.cost_per_hour > 0:
        return lost.cost_per_hour
    if lost.gpu is None or market.catalog is None or not lost.gpu.count:
        return None
    known = market.catalog.gpu(lost.gpu.id, lost.cloud or Cloud.SECURE)
    return known.price * lost.gpu.count if known is not None and known.price is not None else None


def _bid(recovery: Recovery) -> Decimal | None:
    """The bid of this round; None: not a spot pod."""
    spec, cap = recovery.spec, recovery.rule.bid_cap
    if spec is None or spec.bid is None:
        return None
    raised = (spec.bid * (1 + BID_STEP * recovery.round)).quantize(_BID_DIGITS)
    return spec.bid if cap is None else max(spec.bid, min(raised, cap))


def _same_gpu(spec: KeptSpec, recovery: Recovery, market: Market) -> Iterator[Offer]:
    home = (spec.data_center,) if spec.data_center else ()
    yield from _same(Move.SAME_GPU, spec, recovery, market, home)


def _same(
    move: Move, spec: KeptSpec, recovery: Recovery, market: Market, centers: tuple[str, ...], *, spot: bool = True
) -> Iterator[Offer]:
    bid = _bid(recovery) if spot else None
    if spec.gpu is None:
        price = _resume_price(recovery, market)
        if price is not None:
            yield Offer(move=move, cloud=spec.cloud, data_centers=centers, price=price)
        return
    known = market.catalog.gpu(spec.gpu.id, spec.cloud) if market.catalog else None
    if known is not None:
        yield from _offered(move, known, spec, centers, bid)


def _other_gpu(spec: KeptSpec, recovery: Recovery, market: Market) -> Iterator[Offer]:
    home = (spec.data_center,) if spec.data_center else ()
    yield from _others(Move.OTHER_GPU, spec, recovery, market, home)


def _others(
    move: Move, spec: KeptSpec, recovery: Recovery, market: Market, centers: tuple[str, ...], *, spot: bool = True
) -> Iterator[Offer]:
    bid = _bid(recovery) if spot else None
    fitting = [each for each in _could_stand_in(spec, market) if _named(recovery, each) and _free(each, centers)]
    cheapest = sorted(fitting, key=lambda each: (each.price or Decimal(0), each.memory_gb, each.id))
    for each in cheapest[:MOST_OTHERS]:
        yield from _offered(move, each, spec, centers, bid)


def _other_center(spec: KeptSpec, recovery: Recovery, market: Market) -> Iterator[Offer]:
    """Wherever there is room: first the same GPU, then others."""
    yield from _same(Move.OTHER_CENTER, spec, recovery, market, ())
    if Move.OTHER_GPU in recovery.rule.moves:
        yield from _others(Move.OTHER_CENTER, spec, recovery, market, ())


def _on_demand(spec: KeptSpec, recovery: Recovery, market: Market) -> Iterator[Offer]:
    centers = (spec.data_center,) if spec.data_center and spec.network is not None else ()
    yield from _same(Move.ON_DEMAND, spec, recovery, market, centers, spot=False)
    if Move.OTHER_GPU in recovery.rule.moves:
        yield from _others(Move.ON_DEMAND, spec, recovery, market, centers, spot=False)


_MAKERS: Final = {
    Move.SAME_GPU: _same_gpu,
    Move.OTHER_GPU: _other_gpu,
    Move.OTHER_CENTER: _other_center,
    Move.ON_DEMAND: _on_demand,
}


def _could_stand_in(spec: KeptSpec, market: Market) -> list[GpuType]:
    """Types of at least the same memory, that come in that number, in the same cloud."""
    catalog = market.fresh
    if spec.gpu is None or catalog is None:
        return []
    own = catalog.gpu(spec.gpu.id, spec.cloud)
    if own is None:
        return []
    types = catalog.gpu_types if spec.cloud is Cloud.SECURE else catalog.community
    return [
        each
        for each in types
        if each.id != own.id
        and each.memory_gb >= own.memory_gb
        and each.price is not None
        and _fits(each, spec.gpu.count)
        and _same_maker(each, own)
    ]


def _same_maker(one: GpuType, other: GpuType) -> bool:
    """An image built for CUDA does not run on AMD, nor the other way round."""
    return one.id.startswith("AMD") == other.id.startswith("AMD")


def _fits(gpu: GpuType, count: int) -> bool:
    most = gpu.max_secure if gpu.cloud is Cloud.SECURE else gpu.max_community
    return most is None or count <= most


def _named(recovery: Recovery, gpu: GpuType) -> bool:
    """Whether the rule's list of GPUs has it."""
    wanted = recovery.rule.gpus
    words = (gpu.id.casefold(), gpu.name.casefold())
    return not wanted or any(word.startswith(each.casefold()) for each in wanted for word in words)


def _free(gpu: GpuType, centers: tuple[str, ...]) -> bool:
    if gpu.availability is None or gpu.availability.upper() == "NONE":
        return False
    return not centers or not gpu.data_centers or bool(set(centers) & set(gpu.data_centers))


def _offered(
    move: Move, gpu: GpuType, spec: KeptSpec, centers: tuple[str, ...], bid: Decimal | None
) -> Iterator[Offer]:
    count = spec.gpu.count if spec.gpu else 1
    each = bid if bid is not None else gpu.price
    if each is not None:
        yield Offer(
            move=move,
            gpu=gpu.id,
            gpu_name=gpu.name,
            count=count,
            cloud=spec.cloud,
            data_centers=centers,
            price=each * count,
            bid=bid,
        )


def _affordable(recovery: Recovery, move: Move, offers: Iterator[Offer]) -> Iterator[Choice]:
    """Those within the cap; if all are above it, what the cheapest would cost."""
    every = tuple(offers)
    within = [offer for offer in every if _within(recovery, offer.price)]
    if within or not every:
        yield from within
    else:
        yield Barred(move=move, bar=Bar.TOO_DEAR, price=min(offer.price for offer in every))


def _within(recovery: Recovery, price: Decimal) -> bool:
    """A cap that is not known allows nothing: what it would cost could not be answered for."""
    return recovery.cap is not None and price <= recovery.cap


def _name(market: Market, gpu: str) -> str:
    return market.catalog.gpu_name(gpu) if market.catalog else gpu
