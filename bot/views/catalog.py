"""What RunPod rents and what the account has beside its pods: GPU types, network volumes, templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Block, ContextBlock, Text

from bot.views.figures import at, per_hour, per_month, span
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.tables import ROWS_MAX, table
from bot.views.text import code, counted, listed, pod_ref, prose, ref
from pods.catalog import Catalog, Part
from pods.ledger.rates import published
from pods.messages import Content
from pods.model import Cloud, GpuType, Pod
from pods.money import dollars
from pods.offers import NetworkVolume, Template

#: What is older than this is said to be old in the first line, not only in the last.
OLD_AFTER: Final = timedelta(minutes=15)
_NONE: Final = "NONE"
_PLACES: Final = 3
_PODS: Final = 5
_ROOM: Final = 700
_CONSOLE_STORAGE: Final = "RunPod's console, under Storage"


def gpus(
    catalog: Catalog, types: Sequence[GpuType], *, wanted: Sequence[str], count: int, now: datetime, tz: ZoneInfo
) -> Content:
    """Prices and stock per type. `types` are those that match; `count` of all that there are."""
    key = f"gpus.{catalog.version}.{len(types)}"
    age = _age(catalog, Part.GPU_TYPES, now, tz)
    if not types:
        return page([_no_gpu(catalog, wanted), small(age)], key=key)
    matching = f" matching {listed([code(each) for each in wanted])}" if wanted else ""
    of = f" of {count}" if len(types) < count else ""
    head = f"{counted(len(types), 'GPU type')}{of}{matching}. {_summary(catalog, types)}"
    foot = f"Prices are RunPod's list prices for one GPU and hour. {age}"
    lines = [_gpu_line(catalog, each) for each in types]
    rows = [_gpu_row(catalog, each) for each in types[:ROWS_MAX]]
    cells: list[Block] = [
        table(("GPU", "Secure, stock", "Community, stock", "Where"), rows, key=f"{key}.table"),
        ContextBlock(elements=[Text(foot)], block_id=f"{key}.foot"),
    ]
    old = _old(catalog, Part.GPU_TYPES, now, tz)
    text = "\n".join(each for each in (old, head, *fitting(lines, TEXT_MAX - _ROOM), foot) if each)
    return page([old, head], key=key, before_buttons=cells, text=text)


def _no_gpu(catalog: Catalog, wanted: Sequence[str]) -> str:
    if catalog.read_at() is None:
        return f"I have not been able to read what RunPod rents yet.{_trouble(catalog, Part.GPU_TYPES)}"
    asked = listed([code(each) for each in wanted])
    return f"No GPU type matches {asked}. `/pod gpus` shows all {len(catalog.gpu_types)}."


def _summary(catalog: Catalog, types: Sequence[GpuType]) -> str:
    """The cheapest that is free, since that is what the table is read for."""
    free = [(price, each) for each in types if (price := _lowest_free(catalog, each)) is not None]
    unknown = sum(not _stock_known(catalog, each) for each in types)
    unsaid = f" Of {unknown} RunPod did not say." if unknown else ""
    if not free:
        return f"Nothing is in stock at the moment.{unsaid}" if unknown < len(types) else "Stock is not known."
    price, cheapest = min(free, key=lambda pair: pair[0])
    return f"{len(free)} in stock, the cheapest {code(cheapest.name)} at {per_hour(price)}.{unsaid}"


def _stock_known(catalog: Catalog, gpu: GpuType) -> bool:
    sides = [each for cloud in Cloud if (each := catalog.gpu(gpu.id, cloud)) and each.price is not None]
    return all(each.availability is not None for each in sides)


def _lowest_free(catalog: Catalog, gpu: GpuType) -> Decimal | None:
    sides = [each for cloud in Cloud if (each := catalog.gpu(gpu.id, cloud)) and each.availability not in {None, _NONE}]
    return min((each.price for each in sides if each.price is not None), default=None)


def _gpu_row(catalog: Catalog, gpu: GpuType) -> tuple[str, ...]:
    return (
        f"{gpu.name} {gpu.memory_gb} GB",
        _side(catalog, gpu, Cloud.SECURE),
        _side(catalog, gpu, Cloud.COMMUNITY),
        _places(catalog, gpu),
    )


def _gpu_line(catalog: Catalog, gpu: GpuType) -> str:
    sides = [f"{cloud.value.lower()} {said}" for cloud in Cloud if (said := _side(catalog, gpu, cloud)) != ""]
    places = _places(catalog, gpu)
    where = f" ({places})" if places else ""
    return f"• {code(gpu.name)} {gpu.memory_gb} GB: {'; '.join(sides) or 'not offered'}{where}"


def _side(catalog: Catalog, gpu: GpuType, cloud: Cloud) -> str:
    """$3.29, medium; empty where that cloud does not offer it."""
    price = gpu.price_secure if cloud is Cloud.SECURE else gpu.price_community
    if price is None:
        return ""
    stocked = catalog.gpu(gpu.id, cloud)
    level = stocked.availability if stocked else None
    word = "stock not known" if level is None else "none free" if level == _NONE else level.lower()
    return f"{dollars(price)}, {word}"


def _places(catalog: Catalog, gpu: GpuType) -> str:
    """Data centers that have it now in either cloud, best stocked first."""
    sides = [each for cloud in Cloud if (each := catalog.gpu(gpu.id, cloud))]
    places = list(dict.fromkeys(place for each in sides for place in each.data_centers))
    more = f" +{len(places) - _PLACES}" if len(places) > _PLACES else ""
    return ", ".join(places[:_PLACES]) + more


def volumes(catalog: Catalog, pods: Sequence[Pod], *, now: datetime, tz: ZoneInfo) -> Content:
    """Each network volume with what it costs a month and which pods have it."""
    key, age = f"volumes.{catalog.version}", _age(catalog, Part.NETWORK_VOLUMES, now, tz)
    known = catalog.network_volumes
    if catalog.read_at(Part.NETWORK_VOLUMES) is None:
        why = _trouble(catalog, Part.NETWORK_VOLUMES)
        return page([f"I have not been able to read the network volumes yet.{why}"], key=key)
    if not known:
        return page([f"The account has no network volume. They are made in {_CONSOLE_STORAGE}.", small(age)], key=key)
    monthly = [each for each in map(_per_month, known) if each is not None]
    unsized = len(known) - len(monthly)
    head = f"{counted(len(known), 'network volume')}, together {per_month(sum(monthly, Decimal(0)))} (estimate)."
    left_out = f" That leaves out {counted(unsized, 'volume')} whose size is not known." if unsized else ""
    lines = [_volume(each, pods) for each in sorted(known, key=lambda each: (each.name, each.id))]
    old = _old(catalog, Part.NETWORK_VOLUMES, now, tz)
    return page(
        [old, head + left_out, "\n".join(fitting(lines, BLOCKS_MAX - _ROOM)), small(age)],
        key=key,
        text="\n".join(each for each in (old, head + left_out, *fitting(lines, TEXT_MAX - _ROOM), age) if each),
    )


def _per_month(volume: NetworkVolume) -> Decimal | None:
    if volume.size_gb is None:
        return None
    return published().network_per_month(size_gb=volume.size_gb, tier=volume.type)


def _volume(volume: NetworkVolume, pods: Sequence[Pod]) -> str:
    using = [pod for pod in pods if pod.network is not None and pod.network.volume_id == volume.id]
    size = "size not known" if volume.size_gb is None else f"{volume.size_gb} GB"
    month = _per_month(volume)
    cost = "cost not known" if month is None else per_month(month)
    fast = ", high performance" if volume.type == "HIGH_PERFORMANCE" else ""
    where = code(volume.data_center) if volume.data_center else "a data center not known"
    used = f"on {listed(_some(using))}" if using else "no pod has it"
    return f"• {pod_ref(volume.name, volume.id)}: {size}{fast} in {where}, {cost}; {used}"


def _some(pods: Sequence[Pod]) -> list[str]:
    named = [ref(pod) for pod in pods[:_PODS]]
    return [*named, f"{len(pods) - _PODS} more"] if len(pods) > _PODS else named


def templates(catalog: Catalog, presets: Mapping[str, Sequence[str]], *, now: datetime, tz: ZoneInfo) -> Content:
    """The account's own templates. `presets` are those of the policy that start from one, by template id."""
    key, age = f"templates.{catalog.version}", _age(catalog, Part.TEMPLATES, now, tz)
    if catalog.read_at(Part.TEMPLATES) is None:
        why = _trouble(catalog, Part.TEMPLATES)
        return page([f"I have not been able to read the templates yet.{why}"], key=key)
    known = sorted(catalog.templates, key=lambda each: (each.serverless, each.name, each.id))
    if not known:
        return page(["The account has no templates of its own.", small(age)], key=key)
    usable = sum(not each.serverless for each in known)
    head = f"{counted(len(known), 'template')}, {usable} of them for pods."
    lines = [_template(each, presets.get(each.id, ())) for each in known]
    old = _old(catalog, Part.TEMPLATES, now, tz)
    return page(
        [old, head, "\n".join(fitting(lines, BLOCKS_MAX - _ROOM)), small(age)],
        key=key,
        text="\n".join(each for each in (old, head, *fitting(lines, TEXT_MAX - _ROOM), age) if each),
    )


def _template(template: Template, presets: Sequence[str]) -> str:
    if template.serverless:
        return f"• {pod_ref(template.name, template.id)}: for serverless workers, no pod can start from it"
    disk = "" if template.disk_gb is None else f"container disk {template.disk_gb} GB"
    persistent = template.persistent
    volume = f"volume disk {persistent.size_gb} GB at {code(persistent.path)}" if persistent else ""
    ports = f"ports {', '.join(code(port) for port in template.ports)}" if template.ports else ""
    env = f"{len(template.env_names)} env variables" if template.env_names else ""
    used = f"preset {listed([code(name) for name in presets])}" if presets else ""
    parts = [each for each in (code(template.image, 100), disk, volume, ports, env, used) if each]
    return f"• {pod_ref(template.name, template.id)}: {', '.join(parts)}"


def _age(catalog: Catalog, part: Part, now: datetime, tz: ZoneInfo) -> str:
    read_at = catalog.read_at(part)
    return f"Read from RunPod at {at(read_at, now, tz)}." if read_at else ""


def _old(catalog: Catalog, part: Part, now: datetime, tz: ZoneInfo) -> str:
    """The first line when what follows may no longer be so."""
    read_at = catalog.read_at(part)
    if read_at is None or now - read_at < OLD_AFTER:
        return ""
    return f"*This is {span(now - read_at)} old, from {at(read_at, now, tz)}.*{_trouble(catalog, part)}"


def _trouble(catalog: Catalog, part: Part) -> str:
    why = catalog.troubles.get(part)
    return f" {prose(why)}" if why else ""
