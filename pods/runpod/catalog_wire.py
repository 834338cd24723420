"""REST v2's catalog, volumes and templates as sent, and what the domain makes of them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from pods.model import Cloud, GpuType, PersistentMount
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.runpod.lenient import Env, EnvNames, Maybe, Money, Text, Texts, Whole, WireModel
from pods.runpod.wire import WireMounts

#: Best first. A word this version does not know comes before what is certainly not there.
_LEVELS = ("HIGH", "MEDIUM", "LOW")
_NO_STOCK = "NONE"


class WirePrice(WireModel):
    secure: Money = None
    community: Money = None


class WireStock(WireModel):
    id: Text
    availability: Maybe[Text] = None


class WireMaxCount(WireModel):
    secure: Whole = None
    community: Whole = None


def _stocked(places: tuple[WireStock | None, ...] | None) -> tuple[str, ...]:
    """The data centers that have any, best stocked first."""
    having = [place for place in places or () if place and place.availability not in {None, _NO_STOCK}]
    return tuple(place.id for place in sorted(having, key=_level))


def _level(place: WireStock) -> int:
    word = place.availability or ""
    return _LEVELS.index(word) if word in _LEVELS else len(_LEVELS)


class WireGpuType(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    memory: Whole = None
    secure: Maybe[bool] = None
    community: Maybe[bool] = None
    price: Maybe[WirePrice] = None
    max_count: Maybe[WireMaxCount] = Field(default=None, alias="maxCount")
    availability: Maybe[Text] = None
    data_centers: Maybe[tuple[Maybe[WireStock], ...]] = Field(default=None, alias="dataCenters")

    def value(self, cloud: Cloud = Cloud.SECURE) -> GpuType:
        price = self.price or WirePrice()
        most = self.max_count or WireMaxCount()
        return GpuType(
            id=self.id,
            name=self.name or self.id,
            memory_gb=self.memory or 0,
            secure=bool(self.secure),
            community=bool(self.community),
            price_secure=_offered(price.secure, offered=self.secure),
            price_community=_offered(price.community, offered=self.community),
            max_secure=most.secure,
            max_community=most.community,
            cloud=cloud,
            availability=self.availability,
            data_centers=_stocked(self.data_centers),
        )


def _offered(price: Decimal | None, *, offered: bool | None) -> Decimal | None:
    """RunPod fills in a placeholder for a cloud that does not offer the type, and nothing is rented for nothing."""
    return price if offered and price else None


class WireVcpu(WireModel):
    min: Whole = None
    max: Whole = None


class WireCpuPrice(WireModel):
    secure: Money = Field(default=None, alias="securePerVcpu")


class WireCpuType(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    group: Maybe[Text] = None
    vcpu: Maybe[WireVcpu] = None
    ram: Money = Field(default=None, alias="ramGbPerVcpu")
    price: Maybe[WireCpuPrice] = None
    availability: Maybe[Text] = None
    data_centers: Maybe[tuple[Maybe[WireStock], ...]] = Field(default=None, alias="dataCenters")

    def value(self) -> CpuType:
        vcpu = self.vcpu or WireVcpu()
        return CpuType(
            id=self.id,
            name=self.name or self.id,
            group=self.group or "",
            min_vcpu=vcpu.min,
            max_vcpu=vcpu.max,
            ram_gb_per_vcpu=self.ram,
            price_per_vcpu=(self.price.secure if self.price else None) or None,
            availability=self.availability,
            data_centers=_stocked(self.data_centers),
        )


class WireDataCenter(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    region: Maybe[Text] = None
    volume_types: Texts = Field(default=(), alias="networkVolumeTypes")

    def value(self) -> DataCenter:
        return DataCenter(
            id=self.id,
            name=self.name or self.id,
            region=self.region or "",
            network_volume_types=self.volume_types,
        )


class WireNetworkVolume(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    size: Whole = None
    data_center: Maybe[Text] = Field(default=None, alias="dataCenter")
    type: Maybe[Text] = None

    def value(self) -> NetworkVolume:
        return NetworkVolume(
            id=self.id, name=self.name or "", size_gb=self.size, data_center=self.data_center, type=self.type
        )


class WireTemplate(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    image: Maybe[Text] = None
    disk: Whole = None
    mounts: Maybe[WireMounts] = None
    ports: Texts = ()
    env: EnvNames = Env()
    serverless: Maybe[bool] = None
    public: Maybe[bool] = None

    def value(self) -> Template:
        persistent = self.mounts.persistent if self.mounts else None
        return Template(
            id=self.id,
            name=self.name or "",
            image=self.image or "",
            disk_gb=self.disk,
            persistent=PersistentMount(size_gb=persistent.size, path=persistent.path) if persistent else None,
            ports=self.ports,
            env_names=self.env.names,
            serverless=bool(self.serverless),
            public=bool(self.public),
        )
