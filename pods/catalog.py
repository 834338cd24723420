"""What RunPod rents, as read now and then: GPU and CPU types with their stock, data centers, volumes, templates. Pure.

A part that could not be read keeps what it last was, with its age: an empty catalog would look like no stock at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from pods.model import Cloud, GpuType, Record, Value
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.times import Instant


class Part(StrEnum):
    """What is read on its own; the values are the catalog's fields."""

    GPU_TYPES = "gpu_types"
    #: GPU types again, with the community cloud's stock.
    COMMUNITY = "community"
    CPU_TYPES = "cpu_types"
    DATA_CENTERS = "data_centers"
    NETWORK_VOLUMES = "network_volumes"
    TEMPLATES = "templates"


class Catalog(Record):
    #: With the stock of the secure cloud, for one GPU.
    gpu_types: tuple[GpuType, ...] = ()
    community: tuple[GpuType, ...] = ()
    cpu_types: tuple[CpuType, ...] = ()
    data_centers: tuple[DataCenter, ...] = ()
    network_volumes: tuple[NetworkVolume, ...] = ()
    templates: tuple[Template, ...] = ()
    #: When each part was last read; a part that is not here was never read.
    read: Mapping[Part, Instant] = Field(default_factory=dict)
    #: Why a part could not be read last time.
    troubles: Mapping[Part, str] = Field(default_factory=dict)

    def read_at(self, part: Part = Part.GPU_TYPES) -> datetime | None:
        return self.read.get(part)

    def gpu(self, gpu_id: str, cloud: Cloud = Cloud.SECURE) -> GpuType | None:
        """A type with what is free of it in that cloud; None where the catalog does not know it."""
        types = self.gpu_types if cloud is Cloud.SECURE else self.community
        return next((each for each in types if each.id == gpu_id), None)

    def gpu_name(self, gpu_id: str) -> str:
        """RunPod's short name, such as "H100 SXM"; the id where the catalog does not know the type."""
        known = self.gpu(gpu_id) or self.gpu(gpu_id, Cloud.COMMUNITY)
        return known.name if known else gpu_id

    def volume(self, volume_id: str) -> NetworkVolume | None:
        return next((each for each in self.network_volumes if each.id == volume_id), None)

    def template(self, template_id: str) -> Template | None:
        return next((each for each in self.templates if each.id == template_id), None)


def read(catalog: Catalog, part: Part, values: tuple[Value, ...], at: datetime) -> Catalog:
    """The catalog with a part as it was read. An older reading than the one it has changes nothing."""
    known = catalog.read.get(part)
    if known is not None and known > at:
        return catalog
    troubles = {each: why for each, why in catalog.troubles.items() if each is not part}
    return catalog.model_copy(update={part.value: values, "read": {**catalog.read, part: at}, "troubles": troubles})


def unread(catalog: Catalog, part: Part, why: str) -> Catalog:
    """The catalog after a part could not be read: what it was, and why it is not newer."""
    if catalog.troubles.get(part) == why:
        return catalog
    return catalog.model_copy(update={"troubles": {**catalog.troubles, part: why}})
