"""What a pod would cost if it were started or made now, estimated before anything is asked of RunPod. Pure.

RunPod says what a pod costs only once it runs. Before that, what it last cost and what the catalog asks today are both
evidence; the dearer of the two is quoted, so that what follows is no surprise.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pods.catalog import Catalog
from pods.forecast import Quote, quoted
from pods.ledger.amounts import ZERO
from pods.ledger.rates import Rates
from pods.ledger.usd import is_sum
from pods.model import BILLED, Cloud, Pod
from pods.money import stopped_storage_per_month


def start_price(pod: Pod, catalog: Catalog | None, last: Decimal | None) -> Decimal | None:
    """USD per hour of its compute. `last`: what it cost when it last ran. None: nothing says."""
    if pod.status in BILLED:
        return pod.cost_per_hour if pod.cost_known else None
    said = [price for price in (last, catalog_price(pod, catalog)) if price and is_sum(price)]
    return max(said, default=None)


def catalog_price(pod: Pod, catalog: Catalog | None) -> Decimal | None:
    """What RunPod's list asks for hardware like this pod's; without its discount, if it has any."""
    if catalog is None:
        return None
    if pod.gpu is not None:
        gpu = catalog.gpu(pod.gpu.id, pod.cloud or Cloud.SECURE)
        price = None if gpu is None else gpu.price_secure if pod.cloud is not Cloud.COMMUNITY else gpu.price_community
        return None if price is None else price * (pod.gpu.count or 1)
    if pod.cpu is not None:
        cpu_id = pod.cpu.id
        cpu = next((each for each in catalog.cpu_types if each.id == cpu_id), None)
        return None if cpu is None or cpu.price_per_vcpu is None else cpu.price_per_vcpu * pod.cpu.vcpu_count
    return None


def start_quote(pod: Pod, compute: Decimal | None, rates: Rates, now: datetime, zone: ZoneInfo) -> Quote:
    """Compute with the pod's own disks, to tonight and to Friday; and what its disk costs once it is stopped."""
    volume = pod.persistent.size_gb if pod.persistent else 0
    whole = None if compute is None else rates.running(disk_gb=pod.disk_gb or 0, volume_gb=volume, compute=compute)
    return quoted(whole.total if whole else None, now, zone, stopped_per_month=stopped_storage_per_month(pod, rates))


def together(quotes: tuple[Quote, ...]) -> Quote:
    """Several as one. What is not known of one is not known of all."""
    first = quotes[0]
    return first.model_copy(
        update={
            name: _sum([getattr(each, name) for each in quotes])
            for name in ("per_hour", "tonight", "friday", "stopped_per_month")
        }
    )


def _sum(figures: list[Decimal | None]) -> Decimal | None:
    known = [each for each in figures if each is not None]
    return sum(known, ZERO) if len(known) == len(figures) else None
