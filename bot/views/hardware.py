"""What a pod computes with, and how busy that is. A figure RunPod did not give is not known, never 0."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.text import code, listed
from pods.model import GpuSample, Pod

_MAKERS = ("NVIDIA ", "AMD ", "GeForce ")


def hardware(pod: Pod) -> str:
    """A gpu count of 0 is a pod whose host has none free."""
    if pod.gpu is not None:
        name = code(gpu_name(pod.gpu.id))
        return f"{name} x{pod.gpu.count}" if pod.gpu.count else f"no GPU now (it is a {name} pod)"
    if pod.cpu is not None:
        return f"{pod.cpu.vcpu_count} vCPU, no GPU"
    return "GPU not known"


def gpu_name(gpu_id: str) -> str:
    """NVIDIA H100 80GB HBM3 reads as H100 80GB HBM3."""
    for maker in _MAKERS:
        gpu_id = gpu_id.removeprefix(maker)
    return gpu_id


def telemetry(pod: Pod) -> str:
    runtime = pod.runtime
    if runtime is None or (not runtime.gpus and runtime.cpu_util is None and runtime.memory_util is None):
        return "GPU, CPU and memory not known"
    parts = [_gpus(runtime.gpus), f"CPU {_percent(runtime.cpu_util)}", f"memory {_percent(runtime.memory_util)}"]
    return ", ".join(parts)


def _gpus(samples: Sequence[GpuSample] | None) -> str:
    if samples is None:
        return "GPU not known"
    if not samples:
        return "no GPU reported"
    utils = [_percent(each.util) for each in samples]
    memory = [_percent(each.memory_util) for each in samples]
    if len(samples) == 1:
        return f"GPU {utils[0]} (its memory {memory[0]})"
    return f"GPUs {listed(utils)} (their memory {listed(memory)})"


def _percent(value: int | None) -> str:
    return "not known" if value is None else f"{value} %"
