"""What a pod's host reports of its load: figures that look alive and are the same in every run."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from sim.runpod.state import Load, SimPod, Status

#: Seconds between two measurements of the host.
PERIOD_S = 10

#: Lowest and highest percent of GPU, GPU memory, CPU and memory.
_RANGES: dict[Load, tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    Load.BUSY: ((86, 99), (70, 92), (25, 45), (40, 60)),
    Load.IDLE: ((0, 0), (0, 1), (1, 3), (4, 8)),
    Load.CPU_BOUND: ((0, 4), (3, 9), (88, 99), (50, 75)),
    Load.MEMORY_FULL: ((86, 99), (70, 92), (25, 45), (96, 99)),
    Load.MEMORY_HELD: ((0, 0), (78, 84), (1, 3), (20, 30)),
}


@dataclass(frozen=True, slots=True)
class Sample:
    #: (utilisation, memory utilisation) of each GPU in percent.
    gpus: tuple[tuple[int, int], ...]
    cpu: int
    memory: int


def measure(pod: SimPod, now: datetime) -> Sample | None:
    """None when the host reports nothing: not running, dead inside, or silent."""
    if pod.status is not Status.RUNNING or pod.crashed_at is not None:
        return None
    load = pod.load(now)
    if load is Load.MISSING:
        return None
    gpu, gpu_memory, cpu, memory = _RANGES[load]
    tick = int(now.timestamp() // PERIOD_S)
    gpus = tuple(
        (_between(gpu, f"{pod.id}/{tick}/{index}/util"), _between(gpu_memory, f"{pod.id}/{tick // 30}/{index}/memory"))
        for index in range(pod.gpu_count)
    )
    return Sample(gpus, _between(cpu, f"{pod.id}/{tick}/cpu"), _between(memory, f"{pod.id}/{tick // 30}/ram"))


def uptime(pod: SimPod, now: datetime) -> int:
    return int((now - pod.started_at).total_seconds()) if pod.started_at else 0


def _between(bounds: tuple[int, int], key: str) -> int:
    low, high = bounds
    return low + zlib.crc32(key.encode()) % (high - low + 1)
