"""Which API is asked for what, and the whole client against the simulated RunPod."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from pods import errors as e
from pods.model import Api, Gpu, GpuRequest, Pod, PodChange, PodSpec, PodStatus, Verb
from pods.ports import Capability, PodProvider
from pods.runpod.provider import Mode, RunPodProvider, build_provider
from sim.clock import SimClock
from sim.runpod import FULL_KEY, READ_ONLY_KEY, Kind, SimRunPod, demo_seed, many_seed, mock_transport
from tests.unit.runpod.canned import KEY, FixedClock, always, graphql_pod, ok, problem, provider_of

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BOTH = pytest.mark.parametrize("mode", [Mode.AUTO, Mode.GRAPHQL])
SPEC = PodSpec(
    name="new-abcdefghij",
    image="runpod/pytorch:1",
    gpu=GpuRequest(id="NVIDIA GeForce RTX 4090"),
    ports=("22/tcp",),
    env={"PODKEEPER_OP": "abcdefghij", "TOKEN": "t0p"},
)


@pytest.fixture
def sim() -> SimRunPod:
    return SimRunPod(SimClock(START, speed=0), demo_seed())


def client(sim: SimRunPod, mode: Mode = Mode.AUTO, key: str = FULL_KEY) -> RunPodProvider:
    return build_provider(api_key=key, clock=sim.clock, mode=mode, transport=mock_transport(sim))


def gone(name: str) -> Callable[[httpx.Request], httpx.Response]:
    """410 on one API; the other answers with an account."""

    def handler(request: httpx.Request) -> httpx.Response:
        by = Api.GRAPHQL if request.url.path == "/graphql" else Api.REST
        return problem(410, "gone") if by == name else ok({"data": {"myself": {"email": "a@b.c"}}, "pods": []})

    return handler


def test_it_is_what_the_domain_asks_for(sim: SimRunPod) -> None:
    provider: PodProvider = client(sim)

    assert provider.list().at == START


@BOTH
def test_the_fleet_is_listed(sim: SimRunPod, mode: Mode) -> None:
    listing = client(sim, mode).list()

    pods = {pod.id: pod for pod in listing.pods}
    assert set(pods) == {"abc123", "k7m2qx", "w3n8ze", "p4v9td", "r8h5yc", "f6j1bs"}
    assert listing.api is (Api.GRAPHQL if mode is Mode.GRAPHQL else Api.REST)
    assert pods["abc123"].status is PodStatus.RUNNING
    assert pods["abc123"].cost_per_hour > 0
    assert pods["abc123"].keeps_data_on_stop
    assert pods["abc123"].env_names == ("WANDB_API_KEY", "RUN_NAME")
    assert pods["r8h5yc"].gpu == Gpu(id="NVIDIA H100 80GB HBM3", count=2)
    assert pods["r8h5yc"].network
    assert pods["p4v9td"].status is PodStatus.EXITED
    assert pods["p4v9td"].cost_per_hour == 0
    runtime = pods["abc123"].runtime
    assert runtime
    assert runtime.gpus
    assert runtime.gpus[0].util


def test_a_large_fleet_is_listed_over_its_pages() -> None:
    sim = SimRunPod(SimClock(START, speed=0), many_seed(2500))

    assert len(client(sim).list().pods) == 2500


@BOTH
def test_a_pod_is_stopped_started_and_terminated(sim: SimRunPod, mode: Mode) -> None:
    provider = client(sim, mode)
    pod = provider.get("abc123")

    assert provider.act(Verb.STOP, pod).request_id
    sim.clock.advance(300)
    stopped = provider.get("abc123")
    assert stopped.status is PodStatus.EXITED
    assert Verb.START in stopped.actions

    provider.act(Verb.START, stopped)
    sim.clock.advance(600)
    assert provider.get("abc123").status is PodStatus.RUNNING

    assert provider.act(Verb.TERMINATE, stopped).pod is None
    sim.clock.advance(60)
    with pytest.raises(e.PodNotFound):
        provider.get("abc123")
    with pytest.raises(e.PodNotFound):
        provider.act(Verb.TERMINATE, stopped)


@BOTH
def test_a_pod_is_created_with_its_stamp(sim: SimRunPod, mode: Mode) -> None:
    provider = client(sim, mode)

    made = provider.create(SPEC).pod

    assert made
    assert made.stamp == "abcdefghij"
    assert made.gpu
    assert made.gpu.count == 1
    assert made.id in {pod.id for pod in provider.list().pods}


def test_a_pod_is_restarted_over_rest(sim: SimRunPod) -> None:
    provider = client(sim)
    pod = provider.get("abc123")

    assert provider.act(Verb.RESTART, pod).pod


def test_a_log_is_read(sim: SimRunPod) -> None:
    lines = client(sim).logs("abc123", source="container", tail=5)

    assert len(lines) == 5
    assert all(line.source == "container" and line.ts and line.line for line in lines)


def test_the_balance_and_the_reason_of_a_stop_come_from_graphql(sim: SimRunPod) -> None:
    provider = client(sim)

    assert provider.account().balance
    said = provider.last_status_change("p4v9td")
    assert said
    assert said.startswith("Exited by user")


@pytest.mark.parametrize(
    ("kind", "ask", "error"),
    [
        (Kind.OUTAGE, lambda p, pod: p.list(), e.ServerFault),
        (Kind.TIMEOUT, lambda p, pod: p.act(Verb.STOP, pod), e.TimedOut),
        (Kind.LOST_ANSWER, lambda p, pod: p.act(Verb.STOP, pod), e.Unclear),
        (Kind.DROP, lambda p, pod: p.list(), e.TimedOut),
        (Kind.CONFLICT, lambda p, pod: p.act(Verb.STOP, pod), e.ActionConflict),
        (Kind.RATE_LIMITED, lambda p, pod: p.list(), e.RateLimited),
        (Kind.MALFORMED, lambda p, pod: p.list(), e.Unreadable),
        (Kind.NO_CAPACITY, lambda p, pod: p.create(SPEC), e.NoCapacity),
        (Kind.NO_BALANCE, lambda p, pod: p.create(SPEC), e.InsufficientBalance),
    ],
)
def test_each_fault_of_the_simulator_has_its_name(
    sim: SimRunPod,
    kind: Kind,
    ask: Callable[[RunPodProvider, Pod], object],
    error: type[e.ProviderError],
) -> None:
    provider = client(sim)
    pod = provider.get("abc123")
    sim.faults.arm(kind)

    with pytest.raises(error):
        ask(provider, pod)


@BOTH
def test_a_full_host_is_named(sim: SimRunPod, mode: Mode) -> None:
    sim.faults.arm(Kind.HOST_FULL)
    provider = client(sim, mode)

    with pytest.raises(e.HostFull):
        provider.act(Verb.START, provider.get("p4v9td"))


@BOTH
def test_a_key_that_may_only_read_is_forbidden_to_change(sim: SimRunPod, mode: Mode) -> None:
    provider = client(sim, mode, key=READ_ONLY_KEY)

    with pytest.raises(e.Forbidden):
        provider.act(Verb.STOP, provider.get("abc123"))


@BOTH
def test_an_unknown_key_is_unauthorized(sim: SimRunPod, mode: Mode) -> None:
    with pytest.raises(e.Unauthorized):
        client(sim, mode, key="rp_wrong").list()


def test_a_410_switches_graphql_off_with_one_notice_and_no_further_call() -> None:
    calls: list[str] = []
    answer = gone(Api.GRAPHQL)

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return answer(request)

    provider = provider_of(handler)
    assert {Capability.ACCOUNT, Capability.STOP_REASON} <= provider.capabilities()

    for _ in range(3):
        with pytest.raises(e.Retired) as caught:
            provider.account()
        assert "GraphQL" in caught.value.sentence
    with pytest.raises(e.Retired):
        provider.last_status_change("abc123")

    assert calls == ["/graphql"]
    assert not {Capability.ACCOUNT, Capability.STOP_REASON} & provider.capabilities()
    assert len(provider.notices()) == 1
    assert provider.notices() == ()
    assert provider.list().pods == ()


def test_a_410_from_rest_is_said_and_graphql_does_not_step_in() -> None:
    calls: list[str] = []
    answer = gone(Api.REST)

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return answer(request)

    provider = provider_of(handler)

    for _ in range(2):
        with pytest.raises(e.Retired) as caught:
            provider.list()

    assert "REST" in caught.value.sentence
    assert calls == ["/v2/pods", "/v2/pods"]
    assert len(provider.notices()) == 1
    assert provider.account().email == "a@b.c"


def test_on_graphql_alone_restart_logs_and_changes_need_rest() -> None:
    provider = provider_of(always(ok({"data": {"pod": graphql_pod()}})), Mode.GRAPHQL)
    pod = provider.get("abc123")

    for ask in (
        lambda: provider.act(Verb.RESTART, pod),
        lambda: provider.logs("abc123", source="container", tail=5),
        lambda: provider.update(pod, PodChange(locked=True)),
        provider.cpu_types,
        provider.data_centers,
    ):
        with pytest.raises(e.NeedsRest) as caught:
            ask()
        assert "REST v2" in caught.value.sentence
    assert not {Capability.RESTART, Capability.LOGS, Capability.UPDATE} & provider.capabilities()
    assert {Capability.LIST, Capability.START, Capability.CREATE, Capability.ACCOUNT} <= provider.capabilities()


def test_on_rest_alone_the_balance_needs_graphql() -> None:
    provider = provider_of(always(ok({})), Mode.REST)

    for ask in (provider.account, lambda: provider.last_status_change("abc123")):
        with pytest.raises(e.NeedsGraphql):
            ask()
    assert Capability.ACCOUNT not in provider.capabilities()


@pytest.mark.parametrize(("mode", "offered"), [(Mode.AUTO, True), (Mode.GRAPHQL, True), (Mode.REST, False)])
def test_spot_is_a_capability_of_graphql(mode: Mode, offered: bool) -> None:
    assert (Capability.SPOT in provider_of(always(ok({})), mode).capabilities()) is offered


def test_an_id_that_cannot_be_one_is_never_sent() -> None:
    provider = provider_of(always(problem(500, "called")))

    for odd in ("", "..", "a/b", "a?b", "a b", "x" * 65):
        with pytest.raises(e.PodNotFound):
            provider.get(odd)


def test_a_terminate_answered_with_anything_but_204_is_unclear() -> None:
    pod = Pod(id="abc123", name="n", status=PodStatus.EXITED)

    with pytest.raises(e.Unreadable):
        provider_of(always(ok({"id": "abc123", "status": "TERMINATED"}))).act(Verb.TERMINATE, pod)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(e.InvalidSetting):
        build_provider(api_key=KEY, clock=FixedClock(), mode="soap")
