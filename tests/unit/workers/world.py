"""A worker's context on a real Valkey: RunPod and Slack are scripted, time stands until it is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pods.catalog import Part
from pods.errors import NeedsGraphql, PodNotFound, ProviderError
from pods.jobs import Job
from pods.ledger.bill import Bill, BillRecord
from pods.ledger.sightings import SubjectKind
from pods.messages import Target
from pods.model import Account, Cloud, GpuType, Listing, LogLine, Maintenance, Pod, PodChange, PodSpec, Quota, Verb
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.ports import ActionResult, Block, Capability, Posted, Profile, WebAnswer
from pods.proxy_urls import proxy_url
from pods.requests import Place
from pods.sealing import Sealer
from pods.store import Store
from pods.store.acceptance import Accepted
from tests.marks import forget
from tests.unit.pods.builders import NOON, pod
from tests.unit.store.records import asked, entry, message
from workers import context


@dataclass
class HandClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class FakeRunPod:
    """Pods as they are; an action has no effect until the test gives it one."""

    clock: HandClock
    pods: dict[str, Pod] = field(default_factory=dict)
    calls: list[tuple[Verb, str]] = field(default_factory=list)
    reads: int = 0
    can: frozenset[Capability] = frozenset({Capability.LIST, Capability.GET})
    #: How the list shows a pod; None: it leaves it out.
    list_shows: Callable[[Pod], Pod | None] = field(default=lambda each: each)
    #: What GraphQL's list says; None: it is off.
    figures_answer: Listing | None = None
    figure_lists: int = 0
    #: Raised by the next reads, actions and lists, in order.
    read_errors: list[Exception] = field(default_factory=list)
    act_errors: list[Exception] = field(default_factory=list)
    list_errors: list[ProviderError] = field(default_factory=list)
    account_answer: Account | ProviderError = field(default_factory=NeedsGraphql)
    quotas_left: Sequence[Quota] = ()
    bills: dict[SubjectKind, Sequence[BillRecord] | ProviderError] = field(default_factory=dict)
    bills_asked: list[tuple[SubjectKind, datetime, datetime]] = field(default_factory=list)
    #: By source: the lines of every pod's log, or what reading it raises; and what was read.
    log_answers: dict[str, Sequence[LogLine | Exception]] = field(default_factory=dict)
    log_reads: list[tuple[str, str, int]] = field(default_factory=list)
    #: Called inside each read of a log.
    log_takes: Callable[[], object] | None = None
    #: The catalog by part, or why it cannot be read.
    offers: dict[Part, Sequence[Any] | ProviderError] = field(default_factory=dict)
    #: Called once, inside the next read.
    meanwhile: Callable[[], None] | None = None
    #: Called instead of nothing when an action comes in.
    effect: Any = None

    #: Pod id -> its lastStatusChange, or what is raised instead.
    sayings: dict[str, str | ProviderError | None] = field(default_factory=dict)
    windows: Sequence[Maintenance] = ()
    said: Sequence[str] = ()

    def capabilities(self) -> frozenset[Capability]:
        return self.can

    def list(self) -> Listing:
        if self.list_errors:
            raise self.list_errors.pop(0)
        shown = (self.list_shows(each) for each in self.pods.values())
        return Listing(pods=tuple(each for each in shown if each), at=self.clock.now(), api=pod().api)

    def figures(self) -> Listing:
        self.figure_lists += 1
        if self.figures_answer is None:
            raise NeedsGraphql
        return self.figures_answer

    def get(self, pod_id: str) -> Pod:
        self.reads += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        if self.read_errors:
            raise self.read_errors.pop(0)
        if pod_id not in self.pods:
            raise PodNotFound(status=404)
        return self.pods[pod_id]

    def act(self, verb: Verb, pod: Pod) -> ActionResult:
        self.calls.append((verb, pod.id))
        if self.effect is not None:
            self.effect(verb, pod)
        if self.act_errors:
            raise self.act_errors.pop(0)
        return ActionResult(request_id=f"req-{len(self.calls)}")

    def create(self, spec: PodSpec) -> ActionResult:
        raise NotImplementedError

    def spec(self, pod_id: str) -> PodSpec:
        raise NotImplementedError

    def logs(self, pod_id: str, *, source: str, tail: int, since: datetime | None = None) -> Sequence[LogLine]:
        self.log_reads.append((pod_id, source, tail))
        self.quotas_left = tuple(
            quota.model_copy(update={"remaining": quota.remaining - 1}) for quota in self.quotas_left
        )
        if self.log_takes is not None:
            self.log_takes()
        answer = self.log_answers.get(source, ())
        for each in answer:
            if isinstance(each, Exception):
                raise each
        return [each for each in answer if isinstance(each, LogLine)][-tail:]

    def update(self, pod: Pod, change: PodChange) -> ActionResult:
        verb = Verb.RENAME if change.name is not None else Verb.LOCK if change.locked else Verb.UNLOCK
        return self.act(verb, pod)

    def gpu_types(self, *, count: int = 1, cloud: Cloud = Cloud.SECURE) -> Sequence[GpuType]:
        return [gpu.model_copy(update={"cloud": cloud}) for gpu in self._offered(Part.GPU_TYPES)]

    def cpu_types(self) -> Sequence[CpuType]:
        return self._offered(Part.CPU_TYPES)

    def data_centers(self) -> Sequence[DataCenter]:
        return self._offered(Part.DATA_CENTERS)

    def network_volumes(self) -> Sequence[NetworkVolume]:
        return self._offered(Part.NETWORK_VOLUMES)

    def network_volume(self, volume_id: str) -> NetworkVolume:
        raise NotImplementedError

    def delete_volume(self, volume_id: str) -> ActionResult:
        raise NotImplementedError

    def templates(self) -> Sequence[Template]:
        return self._offered(Part.TEMPLATES)

    def _offered(self, part: Part) -> Sequence[Any]:
        offered = self.offers.get(part, ())
        if isinstance(offered, ProviderError):
            raise offered
        return offered

    def bill(self, kind: SubjectKind, start: datetime, end: datetime) -> Bill:
        self.bills_asked.append((kind, start, end))
        answer = self.bills.get(kind, ())
        if isinstance(answer, ProviderError):
            raise answer
        records = tuple(record for record in answer if start <= record.start < end)
        return Bill(kind=kind, start=start, end=end, asked_at=self.clock.now(), records=records)

    def account(self) -> Account:
        if isinstance(self.account_answer, ProviderError):
            raise self.account_answer
        return self.account_answer

    def last_status_change(self, pod_id: str) -> str | None:
        self.reads += 1
        said = self.sayings.get(pod_id, NeedsGraphql())
        if isinstance(said, ProviderError):
            raise said
        return said

    def maintenances(self) -> Sequence[Maintenance]:
        return self.windows

    def notices(self) -> Sequence[str]:
        said, self.said = self.said, ()
        return said

    def quotas(self) -> Sequence[Quota]:
        return self.quotas_left


@dataclass
class FakeChat:
    """Records what Slack was asked; `fails` holds, per method, what it raises next (None: it does not)."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    blocks: list[Sequence[Block]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    fails: dict[str, list[Exception | None]] = field(default_factory=dict)
    #: Message key -> ts of a post that stands in the channel.
    standing: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    #: Called before each answer, as (method).
    meanwhile: Any = None

    def _answer(self, method: str, where: str = "", text: str = "", blocks: Sequence[Block] = (), **more: Any) -> None:
        self.asked.append({"method": method, "where": where, **more})
        if self.meanwhile is not None:
            self.meanwhile(method)
        queue = self.fails.get(method, [])
        if queue and (error := queue.pop(0)) is not None:
            raise error
        if text:
            self.sent.append((method, where, text))
            self.blocks.append(blocks)

    def methods(self) -> list[str]:
        return [each["method"] for each in self.asked]

    def post(
        self,
        channel: str,
        *,
        text: str,
        blocks: Sequence[Block],
        thread_ts: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Posted:
        self._answer("post", channel, text, blocks, thread_ts=thread_ts, metadata=metadata)
        return Posted(channel=channel, ts=f"{len(self.sent)}.0")

    def update(self, channel: str, ts: str, *, text: str, blocks: Sequence[Block]) -> None:
        self._answer("update", f"{channel}/{ts}", text, blocks)

    def ephemeral(
        self, channel: str, user: str, *, text: str, blocks: Sequence[Block], thread_ts: str | None = None
    ) -> None:
        self._answer("ephemeral", f"{channel}/{user}", text, blocks, thread_ts=thread_ts)

    def respond(
        self,
        response_url: str,
        *,
        text: str,
        blocks: Sequence[Block],
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        self._answer("respond", response_url, text, blocks, replace=replace, in_channel=in_channel)

    def upload(self, channel: str, *, filename: str, content: str, comment: str) -> None:
        self._answer("upload", channel, comment, filename=filename, content=content)

    def open_dm(self, user: str) -> str:
        self._answer("open_dm", user)
        return f"D{user}"

    def find(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        self._answer("find", channel, since=since, thread_ts=thread_ts)
        return self.standing.get(key)

    def publish_home(self, user: str, view: Block) -> None:
        self._answer("publish_home", user, view=view)

    def group_members(self, group: str) -> Sequence[str]:
        self._answer("group_members", group)
        return self.groups.get(group, ())

    def profile(self, user: str) -> Profile:
        self._answer("profile", user)
        return Profile(zone=self.zones.get(user), name=self.names.get(user, ""))


ROOM = "C0GPUPODS"
POLICY = """
zone = "Europe/Berlin"
[roles]
default = "operator"
[direct]
ceiling = "operator"
[[channel]]
id = "C0GPUPODS"
ceiling = "admin"
"""


@dataclass
class FakeWeb:
    """Answers by (pod, port, path); what is not entered does not answer."""

    answers: dict[tuple[str, int, str], WebAnswer] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    def url(self, pod_id: str, port: int) -> str:
        return proxy_url(pod_id, port)

    def get(self, pod_id: str, port: int, path: str = "/") -> WebAnswer:
        self.asked.append((pod_id, port, path))
        return self.answers.get((pod_id, port, path), WebAnswer(trouble="ConnectError"))


@dataclass
class World:
    store: Store
    clock: HandClock = field(default_factory=HandClock)
    chat: FakeChat = field(default_factory=FakeChat)
    web: FakeWeb = field(default_factory=FakeWeb)
    woken: list[tuple[Job, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runpod = FakeRunPod(self.clock)
        self.monotonic = 0.0
        self.store.people.publish(POLICY, self.clock.now())
        self.context = context.Context(
            account="main",
            store=self.store,
            provider=self.runpod,
            chat=self.chat,
            web=self.web,
            clock=self.clock,
            wake=lambda job, subject: self.woken.append((job, subject)),
            sealer=Sealer(),
            monotonic=lambda: self.monotonic,
        )
        context.install(self.context)

    def accept(
        self, name: str, verb: Verb = Verb.STOP, pods: Sequence[str] = (), *, response_url: str | None = None
    ) -> Accepted:
        """As the bot writes it, with its message."""
        now = self.clock.now()
        made, operations = asked(name, verb, pods or tuple(self.runpod.pods), now=now)
        made = made.model_copy(update={"place": Place(channel=ROOM, response_url=response_url)})
        told = message(name, created_at=now, response_url=response_url, target=Target(channel=ROOM))
        accepted = self.store.walk.accept(made, operations, (told,), intent=name, audit=entry(at=now), now=now)
        assert isinstance(accepted, Accepted)
        return accepted

    def forget_real_time(self) -> None:
        forget(self.store.client, "*woken*", "*paced*")
