"""What RunPod offers beside GPU types: CPU flavors, data centers, network volumes, templates. Source: REST v2."""

from __future__ import annotations

from decimal import Decimal

from pods.model import PersistentMount, Value


class CpuType(Value):
    """A CPU flavor for rent in the secure cloud."""

    id: str
    name: str
    group: str
    min_vcpu: int | None
    max_vcpu: int | None
    ram_gb_per_vcpu: Decimal | None
    #: USD per vCPU and hour.
    price_per_vcpu: Decimal | None
    availability: str | None = None
    data_centers: tuple[str, ...] = ()


class DataCenter(Value):
    id: str
    name: str
    region: str
    #: STANDARD, HIGH_PERFORMANCE; empty: no network volumes there.
    network_volume_types: tuple[str, ...] = ()


class NetworkVolume(Value):
    id: str
    #: Not unique.
    name: str
    size_gb: int | None
    data_center: str | None
    #: STANDARD or HIGH_PERFORMANCE; None where the answer did not say.
    type: str | None = None


class Template(Value):
    """A pod template of the account. Env values never leave the client."""

    id: str
    name: str
    image: str
    disk_gb: int | None = None
    persistent: PersistentMount | None = None
    ports: tuple[str, ...] = ()
    env_names: tuple[str, ...] = ()
    serverless: bool = False
    public: bool = False
