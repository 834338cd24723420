"""What a candidate costs an hour, by the catalog as last read. Pure."""

from __future__ import annotations

from decimal import Decimal

from pods.catalog import Catalog
from pods.model import Cloud
from pods.orders import Candidate


def price_of(catalog: Catalog, candidate: Candidate) -> Decimal | None:
    """USD per hour of the whole pod's compute; None: the catalog does not say."""
    if candidate.gpu is not None:
        known = catalog.gpu(candidate.gpu.id, candidate.cloud) or catalog.gpu(candidate.gpu.id)
        if known is None:
            return None
        each = known.price_secure if candidate.cloud is Cloud.SECURE else known.price_community
        return None if each is None else each * candidate.gpu.count
    if candidate.cpu is not None:
        flavor = next((each for each in catalog.cpu_types if each.id == candidate.cpu.id), None)
        price = flavor.price_per_vcpu if flavor else None
        return None if price is None else price * candidate.cpu.vcpu_count
    return None
