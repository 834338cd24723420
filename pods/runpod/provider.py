"""The pods of one RunPod account, each call by the API that can do it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Final

import httpx
from pydantic import SecretStr

from pods.errors import InvalidSetting, NeedsGraphql, NeedsRest, Retired
from pods.ledger.bill import Bill
from pods.ledger.sightings import SubjectKind
from pods.model import Account, Api, Cloud, GpuType, Listing, LogLine, Maintenance, Pod, PodChange, PodSpec, Quota, Verb
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.ports import ActionResult, Capability, Clock
from pods.runpod.errors import GRAPHQL_GONE
from pods.runpod.graphql import GraphqlApi
from pods.runpod.rest import RestApi
from pods.runpod.rest_catalog import RestCatalog
from pods.runpod.transport import BearerKey, Sender

REST_URL: Final = "https://api.runpod.io/v2"
GRAPHQL_URL: Final = "https://api.runpod.io/graphql"

_PODS_BY_GRAPHQL: Final = frozenset(
    {
        Capability.LIST,
        Capability.GET,
        Capability.START,
        Capability.STOP,
        Capability.TERMINATE,
        Capability.CREATE,
        Capability.CATALOG,
    }
)
_BY_REST: Final = _PODS_BY_GRAPHQL | {Capability.RESTART, Capability.LOGS, Capability.UPDATE, Capability.BILLING}
_ONLY_GRAPHQL: Final = frozenset({Capability.ACCOUNT, Capability.STOP_REASON, Capability.SPOT})


class Mode(StrEnum):
    """RUNPOD_API."""

    AUTO = "auto"
    REST = "rest"
    GRAPHQL = "graphql"


class RunPodProvider:
    """A `pods.ports.PodProvider`. Thread-safe."""

    def __init__(self, *, rest: RestApi | None, graphql: GraphqlApi | None) -> None:
        """Without `rest`, GraphQL carries the pods; without `graphql`, what only GraphQL knows is not known."""
        main = rest or graphql
        if main is None:
            raise ValueError("neither of RunPod's APIs is given")
        self._main = main
        self._rest = rest
        self._graphql = graphql
        self._lock = threading.Lock()
        self._told: set[Api] = set()
        self._graphql_retired = False
        self._notices: list[str] = []

    def capabilities(self) -> frozenset[Capability]:
        can = _BY_REST if self._rest else frozenset[Capability]()
        if self._graphql is not None and not self._graphql_retired:
            can |= _ONLY_GRAPHQL if self._rest else _ONLY_GRAPHQL | _PODS_BY_GRAPHQL
        return can

    def notices(self) -> Sequence[str]:
        """What people must be told of the APIs themselves. Each is given out once."""
        with self._lock:
            told, self._notices = self._notices, []
        return tuple(told)

    def list(self) -> Listing:
        with self._noticing(self._main):
            return self._main.list()

    def figures(self) -> Listing:
        graphql = self._graphql_for("Utilisation beside the list")
        with self._noticing(graphql):
            return graphql.list()

    def get(self, pod_id: str) -> Pod:
        with self._noticing(self._main):
            return self._main.get(pod_id)

    def act(self, verb: Verb, pod: Pod) -> ActionResult:
        if verb is Verb.CREATE:
            raise AssertionError("a create is no action on a pod")
        with self._noticing(self._main):
            return self._main.act(verb, pod)

    def create(self, spec: PodSpec) -> ActionResult:
        api = self._main if spec.bid_per_gpu is None else self._graphql_for("A spot pod")
        with self._noticing(api):
            return api.create(spec)

    def spec(self, pod_id: str) -> PodSpec:
        """What a pod was made of, env values and all: for a create at once, never for a record."""
        with self._noticing(self._main):
            return self._main.spec(pod_id)

    def logs(self, pod_id: str, *, source: str, tail: int, since: datetime | None = None) -> Sequence[LogLine]:
        rest = self._rest_for("A pod's log")
        with self._noticing(rest):
            return rest.logs(pod_id, source=source, tail=tail, since=since)

    def update(self, pod: Pod, change: PodChange) -> ActionResult:
        rest = self._rest_for("To rename, lock or unlock a pod")
        with self._noticing(rest):
            return rest.update(pod, change)

    def gpu_types(self, *, count: int = 1, cloud: Cloud = Cloud.SECURE) -> Sequence[GpuType]:
        with self._noticing(self._main):
            return self._catalog.gpu_types(count=count, cloud=cloud)

    def cpu_types(self) -> Sequence[CpuType]:
        rest = self._rest_for("The list of CPU types")
        with self._noticing(rest):
            return RestCatalog(rest.sender).cpu_types()

    def data_centers(self) -> Sequence[DataCenter]:
        rest = self._rest_for("The list of data centers")
        with self._noticing(rest):
            return RestCatalog(rest.sender).data_centers()

    def network_volumes(self) -> Sequence[NetworkVolume]:
        with self._noticing(self._main):
            return self._catalog.network_volumes()

    def network_volume(self, volume_id: str) -> NetworkVolume:
        rest = self._rest_for("To read one network volume")
        with self._noticing(rest):
            return RestCatalog(rest.sender).network_volume(volume_id)

    def delete_volume(self, volume_id: str) -> ActionResult:
        rest = self._rest_for("To delete a network volume")
        with self._noticing(rest):
            return RestCatalog(rest.sender).delete_volume(volume_id)

    def templates(self) -> Sequence[Template]:
        with self._noticing(self._main):
            return self._catalog.templates()

    def bill(self, kind: SubjectKind, start: datetime, end: datetime) -> Bill:
        rest = self._rest_for("What RunPod billed")
        with self._noticing(rest):
            return rest.bill(kind, start, end)

    def account(self) -> Account:
        graphql = self._graphql_for("The balance")
        with self._noticing(graphql):
            return graphql.account()

    def last_status_change(self, pod_id: str) -> str | None:
        graphql = self._graphql_for("Why a pod changed its state")
        with self._noticing(graphql):
            return graphql.last_status_change(pod_id)

    def maintenances(self) -> Sequence[Maintenance]:
        graphql = self._graphql_for("When a host is maintained")
        with self._noticing(graphql):
            return graphql.maintenances()

    def quotas(self) -> Sequence[Quota]:
        return self._main.sender.quota.quotas()

    def share_left(self, window: str) -> float | None:
        """From 0 to 1, of the API that carries the pods; None where RunPod has not said."""
        return self._main.sender.quota.share_left(window)

    def close(self) -> None:
        for api in (self._rest, self._graphql):
            if api is not None:
                api.sender.close()

    @property
    def _catalog(self) -> RestCatalog | GraphqlApi:
        return RestCatalog(self._main.sender) if isinstance(self._main, RestApi) else self._main

    def _rest_for(self, what: str) -> RestApi:
        if self._rest is None:
            raise NeedsRest(
                what, sentence=f"{what} needs RunPod's REST v2 API, which is switched off here (RUNPOD_API)."
            )
        return self._rest

    def _graphql_for(self, what: str) -> GraphqlApi:
        if self._graphql is None:
            sentence = f"{what} comes from RunPod's GraphQL API, which is switched off here (RUNPOD_API)."
            raise NeedsGraphql(what, sentence=sentence)
        return self._graphql

    @contextmanager
    def _noticing(self, api: RestApi | GraphqlApi) -> Iterator[None]:
        """Let the call through unless GraphQL is known to be gone; notice when an API says that it is."""
        name = api.sender.api
        if name is Api.GRAPHQL and self._graphql_retired:
            raise Retired("GraphQL answered 410 before; not asked again", sentence=GRAPHQL_GONE)
        try:
            yield
        except Retired as retired:
            self._note_retired(name, retired.sentence)
            raise

    def _note_retired(self, api: Api, sentence: str) -> None:
        with self._lock:
            if api is Api.GRAPHQL:
                self._graphql_retired = True
            if api not in self._told:
                self._told.add(api)
                self._notices.append(sentence)


def build_provider(
    *,
    api_key: SecretStr | str,
    clock: Clock,
    mode: Mode | str = Mode.AUTO,
    rest_url: str = REST_URL,
    graphql_url: str = GRAPHQL_URL,
    transport: httpx.BaseTransport | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> RunPodProvider:
    """One account's provider. `transport` stands in for the network."""
    chosen = _mode(mode)
    key = BearerKey(api_key if isinstance(api_key, SecretStr) else SecretStr(api_key))

    def sender(api: Api, base_url: str) -> Sender:
        return Sender(api=api, base_url=base_url, key=key, transport=transport, monotonic=monotonic)

    rest = None if chosen is Mode.GRAPHQL else RestApi(sender(Api.REST, rest_url), clock)
    graphql = None if chosen is Mode.REST else GraphqlApi(sender(Api.GRAPHQL, graphql_url), clock)
    return RunPodProvider(rest=rest, graphql=graphql)


def _mode(word: str) -> Mode:
    try:
        return Mode(word.strip().lower())
    except ValueError:
        wrong = InvalidSetting("RUNPOD_API", sentence="RUNPOD_API must be auto, rest or graphql.")
    raise wrong
