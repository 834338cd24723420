"""What the domain asks of the world. One real adapter and one simulated stand-in exist for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pods.jobs import Job
from pods.ledger.bill import Bill
from pods.ledger.sightings import SubjectKind
from pods.model import (
    Account,
    Cloud,
    GpuType,
    Listing,
    LogLine,
    Maintenance,
    Pod,
    PodChange,
    PodSpec,
    Quota,
    Value,
    Verb,
)
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.pages import PageEvent

#: One Block Kit block, as Slack's JSON.
Block = Mapping[str, Any]


class Clock(Protocol):
    """The domain's time: aware UTC. The demo's runs fast; deadlines are compared against it in code."""

    def now(self) -> datetime: ...


class Capability(StrEnum):
    """What the RunPod APIs in use can do now."""

    LIST = "list"
    GET = "get"
    START = "start"
    STOP = "stop"
    RESTART = "restart"
    TERMINATE = "terminate"
    CREATE = "create"
    #: Change its name or its lock.
    UPDATE = "update"
    LOGS = "logs"
    CATALOG = "catalog"
    #: Read one network volume.
    VOLUME = "volume"
    DELETE_VOLUME = "delete_volume"
    BILLING = "billing"
    ACCOUNT = "account"
    STOP_REASON = "stop_reason"
    SPOT = "spot"


class ActionResult(Value):
    """RunPod accepted the action. `pod` is its answer where it gave one (a terminate gives none)."""

    pod: Pod | None = None
    request_id: str | None = None


class PodProvider(Protocol):
    """The pods of one RunPod account. Raises `pods.errors.ProviderError`; never retries what changes something."""

    def capabilities(self) -> frozenset[Capability]: ...

    def list(self) -> Listing:
        """Every pod, all pages, one pass. Raises rather than return a part."""
        ...

    def figures(self) -> Listing:
        """Every pod as GraphQL lists it, for the utilisation that REST's list may lack. Raises where GraphQL is off."""
        ...

    def get(self, pod_id: str) -> Pod:
        """One pod, read now. Raises PodNotFound when RunPod says it is not there."""
        ...

    def act(self, verb: Verb, pod: Pod) -> ActionResult: ...

    def create(self, spec: PodSpec) -> ActionResult: ...

    def spec(self, pod_id: str) -> PodSpec:
        """What a pod was made of, env values and all: for a create at once, never for a record."""
        ...

    def logs(self, pod_id: str, *, source: str, tail: int, since: datetime | None = None) -> Sequence[LogLine]: ...

    def update(self, pod: Pod, change: PodChange) -> ActionResult:
        """Rename, lock or unlock. Restarts nothing."""
        ...

    def gpu_types(self, *, count: int = 1, cloud: Cloud = Cloud.SECURE) -> Sequence[GpuType]:
        """Every type, with what is free of it now for a pod with that many GPUs in that cloud."""
        ...

    def cpu_types(self) -> Sequence[CpuType]: ...

    def data_centers(self) -> Sequence[DataCenter]: ...

    def network_volumes(self) -> Sequence[NetworkVolume]: ...

    def network_volume(self, volume_id: str) -> NetworkVolume:
        """One network volume, read now. Raises VolumeNotFound when RunPod says it is not there."""
        ...

    def delete_volume(self, volume_id: str) -> ActionResult:
        """Delete it with everything on it. RunPod refuses while a pod uses it."""
        ...

    def templates(self) -> Sequence[Template]: ...

    def bill(self, kind: SubjectKind, start: datetime, end: datetime) -> Bill:
        """What RunPod billed for pods or volumes, by hour buckets, complete for [start, end)."""
        ...

    def account(self) -> Account:
        """Balance and burn (GraphQL `myself`). Raises Retired or NeedsRest's like when the road is gone."""
        ...

    def last_status_change(self, pod_id: str) -> str | None:
        """RunPod's prose on why a pod changed state (GraphQL), None when it says nothing."""
        ...

    def maintenances(self) -> Sequence[Maintenance]:
        """The announced maintenance windows of the hosts of our pods (GraphQL); one call for all."""
        ...

    def notices(self) -> Sequence[str]:
        """What people must be told of RunPod's APIs themselves. Each is given out once per process."""
        ...

    def quotas(self) -> Sequence[Quota]: ...


class Profile(Value):
    """What Slack tells of a person."""

    #: IANA.
    zone: str | None = None
    #: As the others see it; untrusted.
    name: str = ""


class Posted(Value):
    channel: str
    ts: str


class Chat(Protocol):
    """Slack as a place to write. Raises `pods.errors.ChatError`; never retries a post."""

    def post(
        self,
        channel: str,
        *,
        text: str,
        blocks: Sequence[Block],
        thread_ts: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Posted: ...

    def update(self, channel: str, ts: str, *, text: str, blocks: Sequence[Block]) -> None: ...

    def ephemeral(
        self, channel: str, user: str, *, text: str, blocks: Sequence[Block], thread_ts: str | None = None
    ) -> None: ...

    def respond(
        self,
        response_url: str,
        *,
        text: str,
        blocks: Sequence[Block],
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        """Use up one of the five answers a response_url allows within 30 minutes."""
        ...

    def upload(self, channel: str, *, filename: str, content: str, comment: str) -> None:
        """A text file, with a message that says what it is."""
        ...

    def open_dm(self, user: str) -> str:
        """The channel id of the direct message with a person."""
        ...

    def find(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        """The ts of our message carrying this key, None if not there; raises where scopes forbid looking."""
        ...

    def publish_home(self, user: str, view: Block) -> None: ...

    def group_members(self, group: str) -> Sequence[str]: ...

    def profile(self, user: str) -> Profile: ...


class WebAnswer(Value):
    """What a pod's HTTP port answered. `status` is None where nothing did; `trouble` says why."""

    status: int | None = None
    #: At most 64 KB of it.
    body: str = ""
    trouble: str = ""


class Web(Protocol):
    """The HTTP ports of pods, through RunPod's proxy. Never raises: no answer is an answer with trouble."""

    def url(self, pod_id: str, port: int) -> str:
        """The address people open in a browser."""
        ...

    def get(self, pod_id: str, port: int, path: str = "/") -> WebAnswer:
        """One GET within three seconds; redirects are not followed."""
        ...


class Pager(Protocol):
    """A paging service. Raises `pods.errors.PagerError`; never retries."""

    def send(self, event: PageEvent) -> None:
        """Tell it. Taken when this returns; telling the same again changes nothing."""
        ...


class Wake(Protocol):
    """A wake-up for a worker. Losing one costs time, never work: the clock wakes again what is due."""

    def __call__(self, job: Job, subject: str) -> None: ...
