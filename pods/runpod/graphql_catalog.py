"""What GraphQL says of GPU types, network volumes and templates, where REST is not to be used."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pods.model import Cloud, GpuType, PersistentMount
from pods.offers import NetworkVolume, Template
from pods.runpod.lenient import Maybe, Money, Text, Whole, WireModel

_NO_STOCK = "NONE"
_VOLUME_PATH = "/workspace"


class WireLowestPrice(WireModel):
    stock: Maybe[Text] = Field(default=None, alias="stockStatus")
    price: Money = Field(default=None, alias="uninterruptablePrice")

    def level(self) -> str | None:
        """Neither stock nor a price is how GraphQL says that none is free."""
        if self.stock:
            return self.stock.upper()
        return _NO_STOCK if self.price is None else None


class WireGpuType(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = Field(default=None, alias="displayName")
    memory: Whole = Field(default=None, alias="memoryInGb")
    secure: Maybe[bool] = Field(default=None, alias="secureCloud")
    community: Maybe[bool] = Field(default=None, alias="communityCloud")
    price_secure: Money = Field(default=None, alias="securePrice")
    price_community: Money = Field(default=None, alias="communityPrice")
    max_secure: Whole = Field(default=None, alias="maxGpuCountSecureCloud")
    max_community: Whole = Field(default=None, alias="maxGpuCountCommunityCloud")
    lowest: Maybe[WireLowestPrice] = Field(default=None, alias="lowestPrice")

    def value(self, cloud: Cloud) -> GpuType:
        return GpuType(
            id=self.id,
            name=self.name or self.id,
            memory_gb=self.memory or 0,
            secure=bool(self.secure),
            community=bool(self.community),
            price_secure=_offered(self.price_secure, offered=self.secure),
            price_community=_offered(self.price_community, offered=self.community),
            max_secure=self.max_secure,
            max_community=self.max_community,
            cloud=cloud,
            availability=self.lowest.level() if self.lowest else None,
        )


def _offered(price: Decimal | None, *, offered: bool | None) -> Decimal | None:
    """A price of a cloud that does not offer the type is a placeholder."""
    return price if offered and price else None


class WireNetworkVolume(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    size: Whole = None
    data_center: Maybe[Text] = Field(default=None, alias="dataCenterId")

    def value(self) -> NetworkVolume:
        return NetworkVolume(id=self.id, name=self.name or "", size_gb=self.size, data_center=self.data_center)


def _split(value: object) -> object:
    return tuple(part for part in map(str.strip, value.split(",")) if part) if isinstance(value, str) else ()


def _env_names(value: object) -> tuple[str, ...]:
    """The values end here."""
    entries: list[Any] = value if isinstance(value, list) else []
    return tuple(entry["key"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("key"), str))


class WireTemplate(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    image: Maybe[Text] = Field(default=None, alias="imageName")
    disk: Whole = Field(default=None, alias="containerDiskInGb")
    volume: Whole = Field(default=None, alias="volumeInGb")
    volume_path: Maybe[Text] = Field(default=None, alias="volumeMountPath")
    ports: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    env_names: Annotated[tuple[str, ...], BeforeValidator(_env_names)] = Field(default=(), alias="env")
    serverless: Maybe[bool] = Field(default=None, alias="isServerless")
    public: Maybe[bool] = Field(default=None, alias="isPublic")

    def value(self) -> Template:
        path = self.volume_path or _VOLUME_PATH
        return Template(
            id=self.id,
            name=self.name or "",
            image=self.image or "",
            disk_gb=self.disk,
            persistent=PersistentMount(size_gb=self.volume, path=path) if self.volume else None,
            ports=self.ports,
            env_names=self.env_names,
            serverless=bool(self.serverless),
            public=bool(self.public),
        )
