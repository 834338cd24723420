"""What RunPod rents out: GPU types with list prices of August 2026, CPU flavors, data centers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class GpuType:
    id: str
    name: str
    memory_gb: int
    #: USD per GPU-hour; None where that cloud does not offer it.
    secure: Decimal | None
    community: Decimal | None
    stock: str = "HIGH"
    max_count: int = 8

    @property
    def manufacturer(self) -> str:
        return "AMD" if self.id.startswith("AMD") else "NVIDIA"

    def price(self, cloud: str) -> Decimal | None:
        return self.community if cloud == "COMMUNITY" else self.secure


@dataclass(frozen=True, slots=True)
class CpuFlavor:
    id: str
    name: str
    group: str
    ram_per_vcpu: Decimal
    #: USD per vCPU-hour.
    price: Decimal
    max_vcpu: int = 32
    disk_per_vcpu: int = 15


@dataclass(frozen=True, slots=True)
class DataCenter:
    id: str
    name: str
    region: str
    #: ISO 3166-1 alpha-2.
    country: str
    compliance: tuple[str, ...] = ()
    high_performance: bool = False


def _gpu(
    type_id: str, name: str, memory: int, secure: str | None, community: str | None, *, stock: str = "HIGH"
) -> GpuType:
    return GpuType(
        type_id, name, memory, Decimal(secure) if secure else None, Decimal(community) if community else None, stock
    )


GPU_TYPES: dict[str, GpuType] = {
    gpu.id: gpu
    for gpu in (
        _gpu("NVIDIA B300 SXM6 AC", "B300", 288, "7.89", "6.94", stock="LOW"),
        _gpu("NVIDIA B200", "B200", 180, "6.79", "5.98", stock="LOW"),
        _gpu("NVIDIA H200", "H200 SXM", 141, "4.59", "3.59", stock="MEDIUM"),
        _gpu("NVIDIA H200 NVL", "H200 NVL", 143, "3.79", None, stock="LOW"),
        _gpu("NVIDIA H100 80GB HBM3", "H100 SXM", 80, "3.29", "2.69", stock="MEDIUM"),
        _gpu("NVIDIA H100 NVL", "H100 NVL", 94, "3.19", "2.59", stock="LOW"),
        _gpu("AMD Instinct MI300X OAM", "MI300X", 192, "2.39", None, stock="LOW"),
        _gpu("NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTX PRO 6000", 96, "2.09", "1.69"),
        _gpu("NVIDIA A100-SXM4-80GB", "A100 SXM", 80, "1.59", "1.39"),
        _gpu("NVIDIA A100 80GB PCIe", "A100 PCIe", 80, "1.39", "1.19"),
        _gpu("NVIDIA L40S", "L40S", 48, "0.99", "0.79"),
        _gpu("NVIDIA GeForce RTX 5090", "RTX 5090", 32, "0.99", "0.69"),
        _gpu("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada", 48, "0.84", "0.74", stock="MEDIUM"),
        _gpu("NVIDIA L40", "L40", 48, "0.82", "0.69", stock="MEDIUM"),
        _gpu("NVIDIA GeForce RTX 4090", "RTX 4090", 24, "0.74", "0.34"),
        _gpu("NVIDIA RTX PRO 4500 Blackwell", "RTX PRO 4500", 32, "0.72", None, stock="LOW"),
        _gpu("NVIDIA RTX A6000", "RTX A6000", 48, "0.53", "0.33"),
        _gpu("NVIDIA L4", "L4", 24, "0.49", None),
        _gpu("NVIDIA A40", "A40", 48, "0.44", None),
        _gpu("NVIDIA RTX 4000 Ada Generation", "RTX 4000 Ada", 20, "0.28", "0.20"),
        _gpu("NVIDIA RTX A5000", "RTX A5000", 24, "0.27", "0.16"),
        _gpu("NVIDIA RTX A4500", "RTX A4500", 20, "0.25", "0.19", stock="NONE"),
        _gpu("NVIDIA RTX A4000", "RTX A4000", 16, "0.25", "0.17"),
    )
}

CPU_FLAVORS: dict[str, CpuFlavor] = {
    flavor.id: flavor
    for flavor in (
        CpuFlavor("cpu3c", "Compute-Optimized", "Gen 3", Decimal(2), Decimal("0.03"), disk_per_vcpu=10),
        CpuFlavor("cpu3g", "General Purpose", "Gen 3", Decimal(4), Decimal("0.04"), disk_per_vcpu=10),
        CpuFlavor("cpu5c", "Compute-Optimized", "Gen 5", Decimal(2), Decimal("0.04")),
    )
}

DATA_CENTERS: dict[str, DataCenter] = {
    center.id: center
    for center in (
        DataCenter("EU-RO-1", "EU Romania 1", "EUROPE", "RO", ("GDPR", "ISO_IEC_27001"), high_performance=True),
        DataCenter("EU-SE-1", "EU Sweden 1", "EUROPE", "SE", ("GDPR",)),
        DataCenter("US-KS-2", "US Kansas 2", "NORTH_AMERICA", "US", ("SOC_2_TYPE_2",)),
        DataCenter("US-TX-3", "US Texas 3", "NORTH_AMERICA", "US"),
        DataCenter("CA-MTL-1", "CA Montreal 1", "NORTH_AMERICA", "CA"),
    )
}

#: CUDA versions that the hosts report, newest first.
CUDA_VERSIONS = ("12.9", "12.8", "12.6", "12.4")
