"""gpus, volumes, templates: from the catalog as last read. No listener asks RunPod."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from bot import gpus as gpu_words
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.presets import presets
from bot.views import catalog as views
from pods.catalog import Catalog
from pods.model import Cloud, GpuType

_PARTS: Final = re.compile(r"[a-z0-9]+")
_NONE: Final = "NONE"


def gpus(face: Face, ask: Ask, read: Invocation) -> Answer:
    catalog = face.store.catalog.load()
    wanted = Wanted(read)
    types = tuple(each for each in catalog.gpu_types if wanted.fits(catalog, each))
    by_price = sorted(types, key=lambda each: (-(each.price_secure or each.price_community or Decimal(0)), each.name))
    now, tz = face.clock.now(), face.zone(ask.user)
    content = views.gpus(catalog, by_price, wanted=wanted.shown, count=len(catalog.gpu_types), now=now, tz=tz)
    return Answer(content=content)


class Wanted:
    """What was asked of the list of GPU types."""

    def __init__(self, read: Invocation) -> None:
        self._words = read.each("word", str)
        self._free = read.one("free", str) is not None
        cloud = read.one("cloud", str)
        self._clouds = tuple(Cloud) if cloud is None else (Cloud(cloud.upper()),)
        self._under = read.one("under", Decimal)
        self._memory = read.one("memory", Decimal)

    @property
    def shown(self) -> list[str]:
        clouds = [each.value.lower() for each in self._clouds] if len(self._clouds) == 1 else []
        limits = [f"under {self._under}"] if self._under is not None else []
        limits += [f"memory {self._memory}"] if self._memory is not None else []
        return [*self._words, *clouds, *(["free"] if self._free else []), *limits]

    def fits(self, catalog: Catalog, gpu: GpuType) -> bool:
        if self._memory is not None and gpu.memory_gb < self._memory:
            return False
        sides = [side for cloud in self._clouds if (side := catalog.gpu(gpu.id, cloud)) and side.price is not None]
        sides = [side for side in sides if self._side_fits(side)]
        return bool(sides) and all(_says(word, gpu, sides) for word in self._words)

    def _side_fits(self, side: GpuType) -> bool:
        if self._free and side.availability in {None, _NONE}:
            return False
        return self._under is None or (side.price is not None and side.price <= self._under)


def _says(word: str, gpu: GpuType, sides: list[GpuType]) -> bool:
    """A word of the type's name or id, a GPU as people write it, or the beginning of a data center that has it."""
    read = gpu_words.read(word)
    if read is not None and gpu_words.names(read, gpu.id, gpu.name):
        return True
    lowered = word.casefold()
    if lowered in set(_PARTS.findall(f"{gpu.id} {gpu.name}".casefold())):
        return True
    return any(place.casefold().startswith(lowered) for side in sides for place in side.data_centers)


def volumes(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    catalog, pods = face.store.catalog.load(), face.store.fleet.load().pods
    return Answer(content=views.volumes(catalog, pods, now=face.clock.now(), tz=face.zone(ask.user)))


def templates(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    catalog = face.store.catalog.load()
    used: dict[str, list[str]] = {}
    for preset in face.store.people.policy().preset:
        if preset.template:
            used.setdefault(preset.template, []).append(preset.name)
    return Answer(content=views.templates(catalog, used, now=face.clock.now(), tz=face.zone(ask.user)))


HANDLERS: Final[dict[str, Callable[[Face, Ask, Invocation], Answer]]] = {
    "presets": presets,
    "gpus": gpus,
    "volumes": volumes,
    "templates": templates,
}
