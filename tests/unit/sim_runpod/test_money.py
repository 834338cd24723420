from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import SimClock
from sim.runpod import PodSeed, Seed, SimRunPod, VolumeSeed, demo_seed
from sim.runpod.money import Amounts, pod_rates, volume_rates
from sim.runpod.state import Network, Persistent, SimVolume
from tests.unit.sim_runpod.conftest import START, Act, client_of

CENT = Decimal("0.01")
A40 = "NVIDIA A40"


def account(clock: SimClock, balance: str, *pods: PodSeed, volumes: tuple[VolumeSeed, ...] = ()) -> SimRunPod:
    return SimRunPod(clock, Seed(balance=Decimal(balance), pod_seeds=pods, volume_seeds=volumes))


def test_a_day_of_a_running_pod_costs_its_compute_and_its_disks_to_the_cent(clock: SimClock) -> None:
    sim = account(clock, "100", PodSeed(id="aaaaaa", name="a", gpu=A40, persistent=Persistent(50, "/w")))
    clock.advance(86_400)
    sim.world.settle()
    # 24 h of 0.44, and 24 h of (20 + 50) GB at 0.10 a month of 730 h.
    assert (Decimal(100) - sim.world.balance).quantize(CENT) == Decimal("10.79")


def test_a_stopped_pod_costs_its_volume_disk_twice_and_its_container_disk_not_at_all(clock: SimClock) -> None:
    stopped = PodSeed(
        id="aaaaaa", name="a", gpu=A40, stopped_ago=60, disk_gb=500, persistent=Persistent(100, "/workspace")
    )
    sim = account(clock, "100", stopped)
    clock.advance(730 * 3600)
    sim.world.settle()
    assert Decimal(100) - sim.world.balance == pytest.approx(Decimal(20))


@pytest.mark.parametrize(
    ("size", "tier", "monthly"),
    [(500, "STANDARD", "35"), (1000, "STANDARD", "70"), (1500, "STANDARD", "95"), (100, "HIGH_PERFORMANCE", "14")],
)
def test_a_network_volume_costs_less_above_its_first_terabyte(size: int, tier: str, monthly: str) -> None:
    volume = SimVolume(id="v", name="v", size_gb=size, data_center="EU-RO-1", type=tier)
    assert (volume_rates(volume).total * 730).quantize(CENT) == Decimal(monthly)


def test_a_stop_ends_the_charge_at_the_second_the_container_is_down(sim: SimRunPod, clock: SimClock, act: Act) -> None:
    act("abc123", "stop")
    clock.advance(3600)
    sim.world.settle()
    spent = sim.world.ledger.spent("pod/abc123", START, clock.now())
    assert spent.gpu == Decimal("2.69") * 2 / 3600


def test_the_burn_is_what_everything_costs_now(sim: SimRunPod) -> None:
    rates = [pod_rates(pod).total for pod in sim.world.pods.values()]
    rates += [volume_rates(volume).total for volume in sim.world.volumes.values()]
    assert sim.world.burn == sum(rates, Decimal(0))


def test_at_zero_pods_on_network_volumes_are_stopped_and_the_others_lost(clock: SimClock) -> None:
    sim = account(
        clock,
        "1",
        PodSeed(id="onnet1", name="a", gpu=A40, data_center="EU-RO-1", network=Network("vol1", "/w")),
        PodSeed(id="local1", name="b", gpu=A40, persistent=Persistent(10, "/w")),
        volumes=(VolumeSeed(id="vol1", name="v", size_gb=10, data_center="EU-RO-1"),),
    )
    clock.advance(2 * 3600)
    with client_of(sim) as client:
        pods = {pod["id"]: pod["status"] for pod in client.get("/v2/pods").json()["pods"]}
    assert pods == {"onnet1": "EXITED"}
    assert sim.world.pods["onnet1"].last_change.startswith("Exited by Runpod: Mon Nov 23 2026 13:0")
    assert Decimal("-0.01") < sim.world.balance <= 0


def test_without_an_hours_credit_nothing_is_created_or_started(clock: SimClock) -> None:
    sim = account(clock, "0.30", PodSeed(id="aaaaaa", name="a", gpu=A40, stopped_ago=60))
    body = {"name": "n", "image": "i", "gpu": {"id": A40, "count": 1}}
    with client_of(sim) as client:
        created = client.post("/v2/pods", json=body)
        started = client.post("/v2/pods/aaaaaa/action", json={"action": "start"})
    assert created.status_code == started.status_code == 402
    assert "You need at least $0.44 (current: $0.30, deficit: $0.14)." in started.json()["detail"]


def test_billing_tells_each_pod_by_day_and_sums_it_up(api: httpx.Client) -> None:
    query = {"startTime": "2026-11-22T00:00:00Z", "endTime": "2026-11-24T00:00:00Z", "podId": "f6j1bs"}
    answer = api.get("/v2/billing/pods", params=query).json()
    first, second = answer["records"]
    # Made a day ago at noon: half of each day.
    assert (first["startTime"], first["endTime"]) == ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")
    assert first["gpuAmount"] == second["gpuAmount"] == pytest.approx(5.28)
    assert first["diskAmount"] == pytest.approx(12 * 40 * 0.10 / 730)
    assert answer["metadata"]["totals"]["gpuAmount"] == pytest.approx(10.56)
    assert answer["metadata"]["uniquePodCount"] == 1


def test_billing_windows_snap_outwards_to_their_buckets(api: httpx.Client) -> None:
    query = {"startTime": "2026-11-18T05:00:00+02:00", "endTime": "2026-11-20T00:00:01Z", "bucketSize": "week"}
    answered = api.get("/v2/billing/pods", params=query).json()["metadata"]["query"]
    assert answered["startTime"] == "2026-11-16T00:00:00Z"
    assert answered["endTime"] == "2026-11-23T00:00:00Z"
    last = api.get("/v2/billing/pods", params={"lastN": "2", "bucketSize": "month"}).json()["metadata"]["query"]
    assert (last["startTime"], last["endTime"]) == ("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"lastN": "2", "startTime": "2026-11-18T05:00:00Z"}, 400),
        ({"startTime": "yesterday"}, 422),
        ({"bucketSize": "decade"}, 422),
        ({"lastN": "0"}, 422),
        ({"startTime": "2026-11-20T00:00:00Z", "endTime": "2026-11-19T00:00:00Z"}, 400),
    ],
)
def test_a_billing_query_that_makes_no_sense_is_refused(api: httpx.Client, query: dict[str, str], status: int) -> None:
    assert api.get("/v2/billing/pods", params=query).status_code == status


def test_a_terminated_pod_stays_in_the_bills(api: httpx.Client) -> None:
    api.delete("/v2/pods/abc123")
    answer = api.get("/v2/billing/pods", params={"lastN": "1", "podId": "abc123"}).json()
    assert answer["records"][0]["gpuAmount"] == pytest.approx(12 * 2.69)


def test_volume_billing_splits_by_tier(api: httpx.Client) -> None:
    records = api.get("/v2/billing/network-volumes", params={"lastN": "1"}).json()["records"]
    assert [record["networkVolumeId"] for record in records] == ["vol8kq2x1c"]
    assert records[0]["standardAmount"] == records[0]["totalAmount"] == pytest.approx(12 * 35 / 730)
    assert records[0]["highPerformanceAmount"] == 0


Step = tuple[str, str, int]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["start", "stop", "restart", "terminate"]),
            st.sampled_from(["abc123", "p4v9td", "r8h5yc", "f6j1bs"]),
            st.integers(min_value=0, max_value=7200),
        ),
        max_size=12,
    )
)
def test_what_leaves_the_balance_is_what_is_billed(steps: list[Step]) -> None:
    clock = SimClock(START, monotonic=lambda: 0.0)
    sim = SimRunPod(clock, demo_seed())
    before = sim.world.balance
    with client_of(sim) as client:
        for action, pod, seconds in steps:
            client.post(f"/v2/pods/{pod}/action", json={"action": action})
            clock.advance(seconds)
    end = sim.world.settle()
    ledger = sim.world.ledger
    billed = sum((ledger.spent(owner, START, end).total for owner in ledger.owners()), Decimal(0))
    assert abs(before - sim.world.balance - billed) < Decimal("1e-15")


def test_a_rate_kept_up_over_a_span_is_exact() -> None:
    rate = Amounts(gpu=Decimal("3.6"))
    assert rate.over(START, START + timedelta(microseconds=1)).gpu == Decimal("1e-9")
