"""What the simulated account holds: pods, network volumes, templates and the knobs of the simulation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sim.runpod.prices import CPU_FLAVORS, GPU_TYPES


class Status(StrEnum):
    PROVISIONING = "PROVISIONING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    EXITED = "EXITED"
    ERROR = "ERROR"
    TERMINATED = "TERMINATED"


#: Compute is held, and billed, in these.
LIVE = frozenset({Status.PROVISIONING, Status.STARTING, Status.RUNNING})

#: Which actions RunPod accepts in which status, in the order of the `actions` field.
ACTIONS: dict[Status, tuple[str, ...]] = {
    Status.PROVISIONING: ("stop", "terminate"),
    Status.STARTING: ("stop", "terminate"),
    Status.RUNNING: ("stop", "restart", "terminate"),
    Status.EXITED: ("start", "terminate"),
    Status.ERROR: ("start", "terminate"),
    Status.TERMINATED: (),
}


class Load(StrEnum):
    """What runs inside a pod, as far as its telemetry shows."""

    BUSY = "busy"
    IDLE = "idle"
    #: The GPU waits for the CPU.
    CPU_BOUND = "cpu_bound"
    #: Nothing computes, and the GPU's memory stays taken.
    MEMORY_HELD = "memory_held"
    #: Busy, and its host's memory nearly used up.
    MEMORY_FULL = "memory_full"
    #: The host reports no figures at all.
    MISSING = "missing"


class Telemetry(StrEnum):
    """Where RunPod gives utilisation: in the list, only in a single read, or nowhere."""

    LIST = "list"
    DETAIL = "detail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Persistent:
    size_gb: int
    path: str


@dataclass(frozen=True, slots=True)
class Network:
    volume_id: str
    path: str


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    source: str
    line: str


@dataclass(slots=True, kw_only=True)
class SimPod:
    id: str
    name: str
    created_at: datetime
    image: str
    #: USD per hour for the whole pod's compute while it runs with all its GPUs.
    price: Decimal
    status: Status = Status.PROVISIONING
    args: str = ""
    disk_gb: int = 20
    ports: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    registry: str | None = None
    cloud: str = "SECURE"
    data_center: str = "US-KS-2"
    cuda: str | None = None
    gpu_id: str | None = None
    #: GPUs asked for, and GPUs it has now (0 after a start on a host whose GPUs are taken).
    gpu_wanted: int = 0
    gpu_count: int = 0
    cpu_id: str | None = None
    vcpu: int = 0
    persistent: Persistent | None = None
    network: Network | None = None
    locked: bool = False
    global_networking: bool = False
    started_at: datetime | None = None
    #: A stop was accepted and the container is going down.
    stopping: bool = False
    #: When the running transition ends.
    due_at: datetime | None = None
    stop_after: datetime | None = None
    terminate_after: datetime | None = None
    #: The container died while the pod stayed RUNNING.
    crashed_at: datetime | None = None
    ended_at: datetime | None = None
    spot: bool = False
    #: Its image cannot be pulled: it never comes up.
    unpullable: bool = False
    #: Its container ends as soon as it starts, again and again.
    crashes: bool = False
    #: Its container ends every minute and begins anew, until the pod is stopped.
    loops: bool = False
    #: What its host's owner announced: from when to when, and why.
    maintenance: tuple[datetime, datetime, str] | None = None
    #: Nothing in it ever listens.
    mute: bool = False
    host: str = "64410065"
    cluster: str | None = None
    last_change: str = ""
    #: What runs inside, from when on; sorted by time.
    script: list[tuple[datetime, Load]] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    story: str = ""

    @property
    def actions(self) -> tuple[str, ...]:
        return ACTIONS[self.status]

    @property
    def gpu_name(self) -> str:
        if self.gpu_id is None:
            return CPU_FLAVORS[self.cpu_id].name if self.cpu_id in CPU_FLAVORS else "CPU"
        return GPU_TYPES[self.gpu_id].name if self.gpu_id in GPU_TYPES else self.gpu_id

    @property
    def cost(self) -> Decimal:
        """The `cost` field: 0 when no compute is held, though a disk may still be billed."""
        if self.status not in LIVE:
            return Decimal(0)
        if self.gpu_id is None or self.gpu_wanted == 0:
            return self.price
        return self.price * self.gpu_count / self.gpu_wanted

    def load(self, now: datetime) -> Load:
        current = Load.IDLE
        for since, load in self.script:
            if since <= now:
                current = load
        return current


@dataclass(slots=True, kw_only=True)
class SimVolume:
    id: str
    name: str
    size_gb: int
    data_center: str
    type: str = "STANDARD"


@dataclass(slots=True, kw_only=True)
class SimTemplate:
    id: str
    name: str
    image: str
    args: str = ""
    disk_gb: int = 20
    ports: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    persistent: Persistent | None = None
    serverless: bool = False


@dataclass(slots=True, kw_only=True)
class Settings:
    """The knobs of the simulation. Delays are seconds of simulated time."""

    telemetry: Telemetry = Telemetry.LIST
    #: Pods per page of the list; None answers without pagination, as the August document does.
    page_size: int | None = None
    #: Requests per minute, hour and day.
    quotas: dict[str, int] = field(default_factory=lambda: {"minute": 180, "hour": 7200, "day": 100_000})
    provision_delay_s: float = 3.0
    start_delay_s: float = 20.0
    restart_delay_s: float = 4.0
    stop_delay_s: float = 2.0
    #: From the start of a container until its services answer.
    service_delay_s: float = 15.0
    #: Whether podRentInterruptable finds anything.
    spot_offered: bool = False
    #: Real seconds that a replayed step of the clock waits for a list pass.
    list_wait_s: float = 2.0
