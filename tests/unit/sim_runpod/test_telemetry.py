from __future__ import annotations

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import Load, Settings, SimRunPod, Telemetry, demo_seed
from tests.unit.sim_runpod.conftest import client_of


@pytest.mark.parametrize(
    ("telemetry", "in_list", "in_read"),
    [(Telemetry.LIST, True, True), (Telemetry.DETAIL, False, True), (Telemetry.NONE, False, False)],
)
def test_the_mode_says_which_answers_carry_figures(
    clock: SimClock, telemetry: Telemetry, in_list: bool, in_read: bool
) -> None:
    sim = SimRunPod(clock, demo_seed(), Settings(telemetry=telemetry))
    with client_of(sim) as client:
        listed = next(pod for pod in client.get("/v2/pods").json()["pods"] if pod["id"] == "abc123")["runtime"]
        read = client.get("/v2/pods/abc123").json()["runtime"]
    assert ({"gpus", "cpu", "memory"} <= set(listed)) is in_list
    assert ({"gpus", "cpu", "memory"} <= set(read)) is in_read
    assert listed["uptime"] == read["uptime"] > 0


@pytest.mark.parametrize(
    ("load", "figures"),
    [
        (Load.BUSY, (range(80, 101), range(50, 101), range(101))),
        (Load.IDLE, (range(5), range(5), range(10))),
        (Load.CPU_BOUND, (range(5), range(20), range(80, 101))),
        (Load.MEMORY_HELD, (range(5), range(70, 101), range(10))),
    ],
)
def test_each_load_looks_like_itself_all_day(sim: SimRunPod, load: Load, figures: tuple[range, range, range]) -> None:
    sim.world.pods["abc123"].script = [(sim.clock.now(), load)]
    with client_of(sim) as client:
        for _ in range(24):
            sim.clock.advance(3600)
            runtime = client.get("/v2/pods/abc123").json()["runtime"]
            told = (runtime["gpus"][0]["util"], runtime["gpus"][0]["memoryUtil"], runtime["cpu"]["util"])
            assert all(figure in span for figure, span in zip(told, figures, strict=True))


def test_a_silent_host_gives_a_runtime_without_figures(sim: SimRunPod, api: httpx.Client, clock: SimClock) -> None:
    sim.world.pods["abc123"].script = [(clock.now(), Load.MISSING)]
    assert set(api.get("/v2/pods/abc123").json()["runtime"]) == {"uptime", "ports"}


def test_a_scripted_load_changes_at_its_hour(api: httpx.Client, clock: SimClock) -> None:
    assert api.get("/v2/pods/abc123").json()["runtime"]["gpus"][0]["util"] > 80
    api.post("/control/pods/abc123/do", json={"what": "idle"})
    assert api.get("/v2/pods/abc123").json()["runtime"]["gpus"][0]["util"] == 0


def test_two_runs_report_the_same_figures(clock: SimClock) -> None:
    first, second = SimRunPod(clock, demo_seed()), SimRunPod(clock, demo_seed())
    with client_of(first) as one, client_of(second) as other:
        assert one.get("/v2/pods").json() == other.get("/v2/pods").json()
