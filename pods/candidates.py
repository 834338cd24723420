"""What RunPod is asked for, in which order, and what could be had instead: from a preset and the catalog. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pods.catalog import Catalog
from pods.gpu_names import names
from pods.model import Cloud, CpuRequest, GpuRequest, GpuType
from pods.offers import NetworkVolume
from pods.orders import Candidate
from pods.presets import Pick, Preset
from pods.prices import price_of

#: Each is a call to RunPod in the worst case.
MOST: Final = 24
OFFERED: Final = 4
_OUT: Final = "NONE"
_DEAREST: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class NoCandidate:
    """Why there is nothing to ask for, as a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What the catalog says is free instead."""

    candidate: Candidate
    name: str
    memory_gb: int
    #: USD per hour more than what was asked for first; None: either price is not known.
    dearer_by: Decimal | None
    #: LOW, MEDIUM or HIGH.
    stock: str


def candidates(
    preset: Preset, catalog: Catalog, *, gpu: str | None = None, volume: NetworkVolume | None = None
) -> tuple[Candidate, ...] | NoCandidate:
    """What to ask for, best first. `gpu`: a word that takes the place of the preset's GPUs; `volume`: of its volume."""
    if preset.cpu is not None and gpu is None:
        return _cpu(preset, catalog)
    wanted = _gpu_ids((gpu,) if gpu else preset.gpus, catalog)
    if not wanted:
        return NoCandidate(f"RunPod's catalog knows no GPU called {gpu or ', '.join(preset.gpus)}.")
    clouds = (Cloud.SECURE,) if volume is not None else preset.clouds
    found = [
        each
        for gpu_id in wanted
        for cloud in clouds
        if _offers(catalog, gpu_id, cloud)
        for each in _in_centers(preset, catalog, gpu_id, cloud, volume)
    ]
    if not found:
        return NoCandidate(f"None of these is offered in the {_clouds(clouds)} cloud: {', '.join(wanted)}.")
    within = [each for each in found if not _above(each, preset.max_price_per_hour)]
    if not within:
        return NoCandidate(_all_above(found, preset))
    return tuple(sorted(within, key=lambda each: _rank(each, preset, catalog))[:MOST])


def _cpu(preset: Preset, catalog: Catalog) -> tuple[Candidate, ...] | NoCandidate:
    rule = preset.cpu
    if rule is None:
        raise AssertionError("only a preset with a cpu table comes here")
    cpu = CpuRequest(id=rule.flavor, vcpu_count=rule.vcpus)
    bare = Candidate(cpu=cpu, data_centers=preset.data_centers)
    priced = bare.model_copy(update={"price": price_of(catalog, bare)})
    return NoCandidate(_all_above([priced], preset)) if _above(priced, preset.max_price_per_hour) else (priced,)


def _gpu_ids(words: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """RunPod's ids, in the order of the words; of several types one word means, the cheapest first."""
    types = _types(catalog)
    found: dict[str, None] = {}
    for word in words:
        if word in types or not types:
            found[word] = None
            continue
        meant = [each for each in types.values() if names(word, each.id, each.name)]
        for each in sorted(meant, key=lambda each: each.price_secure or each.price_community or _DEAREST):
            found[each.id] = None
    return tuple(found)


def _types(catalog: Catalog) -> dict[str, GpuType]:
    return {each.id: each for each in (*catalog.community, *catalog.gpu_types)}


def _offers(catalog: Catalog, gpu_id: str, cloud: Cloud) -> bool:
    """Whether that cloud rents the type; where the catalog does not know the type, RunPod is asked."""
    known = catalog.gpu(gpu_id, cloud) or _types(catalog).get(gpu_id)
    if known is None:
        return True
    return (known.price_secure if cloud is Cloud.SECURE else known.price_community) is not None


def _in_centers(
    preset: Preset, catalog: Catalog, gpu_id: str, cloud: Cloud, volume: NetworkVolume | None
) -> list[Candidate]:
    """One for each data center named, in that order; a network volume can only be mounted where it is."""
    gpu = GpuRequest(id=gpu_id, count=preset.gpu_count)
    bare = Candidate(gpu=gpu, cloud=cloud, bid=preset.spot.bid if preset.spot else None)
    price = price_of(catalog, bare)
    centers: Sequence[str | None] = preset.data_centers or (None,)
    if volume is not None and volume.data_center:
        centers = (volume.data_center,)
    return [bare.model_copy(update={"price": price, "data_centers": (each,) if each else ()}) for each in centers]


def cost(candidate: Candidate) -> Decimal | None:
    """USD per hour at most: a spot pod costs no more than its bid."""
    if candidate.bid is not None and candidate.gpu is not None:
        return candidate.bid * candidate.gpu.count
    return candidate.price


def hardware(candidate: Candidate) -> str | None:
    """RunPod's GPU type id, or that of the CPU, as the books label it."""
    if candidate.gpu is not None:
        return candidate.gpu.id
    return candidate.cpu.id if candidate.cpu is not None else None


def dearest(wanted: Iterable[Candidate]) -> Decimal | None:
    """What it may cost at most; None where the price of any is not known."""
    costs = [cost(each) for each in wanted]
    return None if None in costs else max((each for each in costs if each is not None), default=None)


def _above(candidate: Candidate, cap: Decimal | None) -> bool:
    price = cost(candidate)
    return cap is not None and price is not None and price > cap


def _all_above(found: Sequence[Candidate], preset: Preset) -> str:
    cheapest = min((price for each in found if (price := cost(each)) is not None), default=None)
    least = f" The cheapest of it costs ${cheapest:.2f}/h now." if cheapest is not None else ""
    return f"The preset allows at most ${preset.max_price_per_hour:.2f}/h, and all of it costs more.{least}"


def _rank(candidate: Candidate, preset: Preset, catalog: Catalog) -> tuple[int, Decimal]:
    """Stable, so that what ranks alike stays in the preset's order."""
    price = cost(candidate)
    by_price = _DEAREST if price is None else price
    return (int(_out(candidate, catalog)), by_price if preset.pick is Pick.CHEAPEST else Decimal(0))


def _out(candidate: Candidate, catalog: Catalog) -> bool:
    """The catalog says that none is free there. It may be minutes old, so it is asked for all the same, last."""
    known = catalog.gpu(candidate.gpu.id, candidate.cloud) if candidate.gpu else None
    if known is None or known.availability is None:
        return False
    centers = candidate.data_centers
    return known.availability == _OUT or bool(centers and known.data_centers and centers[0] not in known.data_centers)


def alternatives(
    asked: Sequence[Candidate], catalog: Catalog, *, clouds: Sequence[Cloud], center: str | None = None
) -> tuple[Alternative, ...]:
    """GPUs with as much memory, free by the catalog and not asked for yet, the cheapest first.

    `center`: where a network volume is, which cannot be mounted elsewhere.
    """
    first = next((each for each in asked if each.gpu is not None), None)
    if first is None or first.gpu is None:
        return ()
    types = _types(catalog)
    memory = min((types[each.gpu.id].memory_gb for each in asked if each.gpu and each.gpu.id in types), default=0)
    refused = {(each.gpu.id, each.cloud) for each in asked if each.gpu}
    found = [
        offer
        for cloud in ((Cloud.SECURE,) if center else clouds)
        for each in (catalog.gpu_types if cloud is Cloud.SECURE else catalog.community)
        if each.memory_gb >= memory and (each.id, cloud) not in refused
        if (offer := _offer(each, cloud, first, first.gpu.count, center)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.candidate.price or _DEAREST, each.name))[:OFFERED])


def offer_of(
    catalog: Catalog, gpu: GpuRequest, cloud: Cloud, center: str | None, *, before: Decimal | None = None
) -> Alternative | None:
    """That very GPU, if the catalog says that it is free there; `before`: what it is compared with."""
    known = catalog.gpu(gpu.id, cloud)
    first = Candidate(gpu=gpu, cloud=cloud, price=before)
    return None if known is None else _offer(known, cloud, first, gpu.count, center)


def _offer(known: GpuType, cloud: Cloud, first: Candidate, count: int, center: str | None) -> Alternative | None:
    each = known.price_secure if cloud is Cloud.SECURE else known.price_community
    most = known.max_secure if cloud is Cloud.SECURE else known.max_community
    if each is None or known.availability in {None, _OUT} or (most is not None and most < count):
        return None
    if center is not None and center not in known.data_centers:
        return None
    price, before = each * count, cost(first)
    return Alternative(
        candidate=Candidate(
            gpu=GpuRequest(id=known.id, count=count),
            cloud=cloud,
            data_centers=(center,) if center else (),
            price=price,
        ),
        name=known.name,
        memory_gb=known.memory_gb,
        dearer_by=None if before is None else price - before,
        stock=known.availability or "",
    )


def _clouds(clouds: Sequence[Cloud]) -> str:
    return " or ".join(each.value.lower() for each in clouds)
