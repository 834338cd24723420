"""What a pod is, in RunPod's own terms. Source of the fields: REST v2, with what only GraphQL says marked so."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from pods.times import Instant


class Value(BaseModel):
    """A frozen value; unknown fields of older or newer records are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Record(Value):
    """A value the store keeps under an id. `v` is its schema; `version` counts its changes, which the store does."""

    v: int = 1
    version: int = 0


class PodStatus(StrEnum):
    PROVISIONING = "PROVISIONING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    EXITED = "EXITED"
    ERROR = "ERROR"
    TERMINATED = "TERMINATED"
    #: RunPod said something this version does not know. Never acted upon.
    UNKNOWN = "UNKNOWN"


#: RunPod bills compute in these states.
BILLED = frozenset({PodStatus.PROVISIONING, PodStatus.STARTING, PodStatus.RUNNING})
#: A start is valid in these states.
STARTABLE = frozenset({PodStatus.EXITED, PodStatus.ERROR})


class Verb(StrEnum):
    """What a person or a rule can ask for."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    TERMINATE = "terminate"
    RENAME = "rename"
    LOCK = "lock"
    UNLOCK = "unlock"
    #: Of a pod that is not there yet.
    CREATE = "create"


#: RunPod's own actions, whose names these values are; the others change what a pod says of itself, or make one.
ACTIONS = (Verb.START, Verb.STOP, Verb.RESTART, Verb.TERMINATE)
#: What can be asked of a pod that is there.
POD_VERBS: tuple[Verb, ...] = tuple(verb for verb in Verb if verb is not Verb.CREATE)


class Api(StrEnum):
    """Which RunPod API an observation came from; it decides what counts as read back."""

    REST = "rest"
    GRAPHQL = "graphql"


class Cloud(StrEnum):
    SECURE = "SECURE"
    COMMUNITY = "COMMUNITY"


class Gpu(Value):
    #: RunPod's GPU type id, such as "NVIDIA H100 80GB HBM3".
    id: str
    #: 0 after a start on a host whose GPUs are taken.
    count: int


class Cpu(Value):
    id: str
    vcpu_count: int
    memory_gb: int | None = None


class PersistentMount(Value):
    """Host-local disk: survives a stop, dies with a terminate, pinned to its host."""

    size_gb: int
    path: str


class NetworkMount(Value):
    """A network volume: lives on its own."""

    volume_id: str
    path: str


class GpuSample(Value):
    #: Percent, 0 to 100; None where RunPod said nothing.
    util: int | None = None
    memory_util: int | None = None


class RuntimePort(Value):
    private: int
    public: int | None = None
    type: str = ""
    ip: str | None = None


class Runtime(Value):
    """Live figures. Each member may be missing, and missing never means zero."""

    uptime_s: int | None = None
    #: None: the answer carried no GPU figures. Empty: it said there are none.
    gpus: tuple[GpuSample, ...] | None = None
    cpu_util: int | None = None
    memory_util: int | None = None
    ports: tuple[RuntimePort, ...] = ()


class SshEndpoint(Value):
    host: str
    port: int
    username: str
    command: str


class Pod(Value):
    """A pod as observed once. `cost_per_hour` is USD, 0 when stopped (it hides the storage charge)."""

    id: str
    name: str
    status: PodStatus
    actions: tuple[Verb, ...] = ()
    api: Api = Api.REST
    image: str = ""
    args: str = ""
    #: Container disk in GB; wiped by a stop.
    disk_gb: int | None = None
    persistent: PersistentMount | None = None
    network: NetworkMount | None = None
    #: False where the answer did not say what is mounted (then nothing may be called kept).
    mounts_known: bool = True
    ports: tuple[str, ...] = ()
    #: Names only: values never leave the client.
    env_names: tuple[str, ...] = ()
    #: The operation id we stamped into PODKEEPER_OP when we made the pod.
    stamp: str | None = None
    gpu: Gpu | None = None
    cpu: Cpu | None = None
    cloud: Cloud | None = None
    data_center: str | None = None
    cost_per_hour: Decimal = Decimal(0)
    #: False where the answer did not say what it costs (then it is not free).
    cost_known: bool = True
    locked: bool = False
    #: GraphQL only: RunPod may take it away for a higher bid.
    spot: bool = False
    #: GraphQL only: USD per GPU and hour that start it again.
    bid_to_resume: Decimal | None = None
    ssh_proxy: SshEndpoint | None = None
    ssh_direct: SshEndpoint | None = None
    runtime: Runtime | None = None
    created_at: Instant | None = None
    started_at: Instant | None = None
    cluster_id: str | None = None
    #: GraphQL only: prose such as "Exited by user: <date>".
    last_status_change: str | None = None

    @property
    def uptime_s(self) -> int | None:
        return self.runtime.uptime_s if self.runtime else None

    @property
    def keeps_data_on_stop(self) -> bool:
        """True only if it is known that something outlives a stop or restart of the container."""
        return self.mounts_known and (self.persistent is not None or self.network is not None)


class Listing(Value):
    """One list pass: every page read, at one time."""

    pods: tuple[Pod, ...]
    at: Instant
    api: Api


class LogLine(Value):
    ts: Instant | None
    source: str
    line: str


class GpuType(Value):
    """A GPU type for rent; prices are USD per GPU and hour, None where that cloud does not offer it."""

    id: str
    name: str
    memory_gb: int
    secure: bool
    community: bool
    price_secure: Decimal | None
    price_community: Decimal | None
    #: The most GPUs one machine has; None where RunPod did not say.
    max_secure: int | None = None
    max_community: int | None = None
    #: Of which cloud the stock below speaks.
    cloud: Cloud = Cloud.SECURE
    #: NONE, LOW, MEDIUM or HIGH; None where availability was not asked for.
    availability: str | None = None
    #: Those that have any, best stocked first.
    data_centers: tuple[str, ...] = ()

    @property
    def price(self) -> Decimal | None:
        """In the cloud the stock speaks of."""
        return self.price_secure if self.cloud is Cloud.SECURE else self.price_community


class Maintenance(Value):
    """A maintenance window of a pod's host, as announced (GraphQL only)."""

    pod_id: str
    starts_at: Instant
    #: None: not said.
    ends_at: Instant | None = None
    note: str = ""


class Account(Value):
    """GraphQL `myself`; USD and USD per hour."""

    email: str | None
    balance: Decimal | None
    spend_per_hour: Decimal | None
    spend_limit: Decimal | None = None


class Quota(Value):
    """What the RateLimit headers last said of one window (minute, hour, day)."""

    window: str
    remaining: int
    reset_s: int
    limit: int | None = None


class PodChange(Value):
    """What of a pod changes without touching its container; None: stays as it is."""

    name: str | None = None
    locked: bool | None = None


class GpuRequest(Value):
    id: str
    count: int = 1


class CpuRequest(Value):
    id: str
    vcpu_count: int


class PodSpec(Value):
    """What to create. Exactly one of gpu and cpu; `image` unless a template is named."""

    #: Env values are secrets: no text made of a spec, or of one that is not valid, shows them.
    model_config = ConfigDict(hide_input_in_errors=True)

    name: str
    image: str | None = None
    template_id: str | None = None
    args: str | None = None
    disk_gb: int | None = None
    ports: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict, repr=False)
    gpu: GpuRequest | None = None
    cpu: CpuRequest | None = None
    cloud: Cloud = Cloud.SECURE
    data_centers: tuple[str, ...] = ()
    persistent: PersistentMount | None = None
    network: NetworkMount | None = None
    start_ssh: bool = False
    start_jupyter: bool = False
    #: Id of the credentials for a private image.
    registry: str | None = None
    #: USD per GPU and hour; set: a spot pod, which RunPod may take away for a higher bid.
    bid_per_gpu: Decimal | None = None
