"""REST v2's GPU types as sent, and what the domain makes of them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from pods.model import GpuType
from pods.runpod.lenient import Maybe, Money, Text, Whole, WireModel

_NO_STOCK = "NONE"


class WirePrice(WireModel):
    secure: Money = None
    community: Money = None


class WireStock(WireModel):
    id: Text
    availability: Maybe[Text] = None


class WireGpuType(WireModel):
    id: Text = Field(min_length=1)
    name: Maybe[Text] = None
    memory: Whole = None
    secure: Maybe[bool] = None
    community: Maybe[bool] = None
    price: Maybe[WirePrice] = None
    availability: Maybe[Text] = None
    data_centers: Maybe[tuple[Maybe[WireStock], ...]] = Field(default=None, alias="dataCenters")

    def value(self) -> GpuType:
        price = self.price or WirePrice()
        return GpuType(
            id=self.id,
            name=self.name or self.id,
            memory_gb=self.memory or 0,
            secure=bool(self.secure),
            community=bool(self.community),
            price_secure=_offered(price.secure, offered=self.secure),
            price_community=_offered(price.community, offered=self.community),
            availability=self.availability,
            data_centers=tuple(
                place.id for place in self.data_centers or () if place and place.availability not in {None, _NO_STOCK}
            ),
        )


def _offered(price: Decimal | None, *, offered: bool | None) -> Decimal | None:
    """RunPod fills in a placeholder for a cloud that does not offer the type, and nothing is rented for nothing."""
    return price if offered and price else None
