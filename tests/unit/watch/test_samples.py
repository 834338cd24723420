"""Recording samples is a join: twice, late, from several watchers, it comes to the same; and it is bounded."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.model import Cpu, Gpu, GpuSample, Pod, PodStatus, Runtime
from pods.samples import BUCKETS_FOR, RAW_FOR, Bucket, Rings, Sample, joined, observe, record
from tests.unit.pods.builders import NOON, at, pod

EMPTY = Rings(pod_id="abc123")
LATER = at(30 * 24 * 3600)


def sample(seconds: float, util: int | None = 0, /, **more: Any) -> Sample:
    usual = Sample(at=at(seconds), gpu_count=1, gpus=(GpuSample(util=util, memory_util=3),), cpu_util=2, uptime_s=100)
    return usual.model_copy(update=more)


percents = st.one_of(st.none(), st.integers(0, 100))
gpu_samples = st.builds(GpuSample, util=percents, memory_util=percents)
samples = st.builds(
    Sample,
    at=st.integers(0, 40).map(lambda step: at(step * 30)),
    status=st.sampled_from([PodStatus.RUNNING, PodStatus.RUNNING, PodStatus.EXITED]),
    gpu_count=st.one_of(st.none(), st.integers(0, 3)),
    gpus=st.one_of(st.none(), st.lists(gpu_samples, max_size=3).map(tuple)),
    cpu_util=percents,
    uptime_s=st.one_of(st.none(), st.integers(1, 500)),
    started_at=st.one_of(st.none(), st.just(at(-60)), st.just(at(90))),
    log_rate=st.one_of(st.none(), st.floats(0, 9)),
    heartbeat=st.booleans(),
)


def kept(rings: Rings) -> object:
    return rings.raw, rings.buckets


@given(st.lists(samples, max_size=20), st.randoms(use_true_random=False))
def test_order_repetition_and_batches_do_not_matter(seen: list[Sample], random: object) -> None:
    once = record(EMPTY, seen, LATER)
    shuffled = [*seen, *seen]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one_by_one = EMPTY
    for each in shuffled:
        one_by_one = record(one_by_one, [each], LATER)
    assert kept(one_by_one) == kept(once)
    assert record(once, seen, LATER) is once
    assert len(once.raw) == len({each.at for each in seen})


@given(st.lists(samples, max_size=20))
def test_rings_survive_their_record(seen: list[Sample]) -> None:
    rings = record(EMPTY, seen, LATER)
    assert Rings.model_validate_json(rings.model_dump_json()) == rings


def test_two_readings_of_one_instant_keep_what_is_known_and_busier() -> None:
    one = sample(0, 3, cpu_util=None, memory_util=9)
    other = sample(0, 40, cpu_util=7, gpus=(GpuSample(util=40, memory_util=None),))
    both = joined(one, other)
    assert both.gpus == (GpuSample(util=40, memory_util=3),)
    assert (both.cpu_util, both.memory_util) == (7, 9)


def test_raw_samples_and_buckets_are_bounded_by_the_newest() -> None:
    old, edge, newest = sample(0), sample(60), sample(60 + RAW_FOR.total_seconds())
    rings = record(EMPTY, [old, edge, newest], LATER)
    assert rings.raw == (edge, newest)
    much_later = sample(BUCKETS_FOR.total_seconds())
    rings = record(rings, [much_later], LATER)
    assert rings.raw == (much_later,)
    assert all(much_later.at - bucket.start < BUCKETS_FOR for bucket in rings.buckets)
    assert len(rings.buckets) == 2


def test_a_sample_from_the_future_is_not_taken() -> None:
    assert record(EMPTY, [sample(61)], NOON) is EMPTY
    assert record(EMPTY, [sample(60)], NOON).raw == (sample(60),)


def test_a_bucket_holds_peaks_and_the_minutes_that_were_fully_seen() -> None:
    seen = [
        sample(0, 10, log_rate=0.5),
        sample(30, 80, memory_util=50),
        sample(120, None),
        sample(299, 5, cpu_util=44, heartbeat=True),
        sample(300),
    ]
    first, second = record(EMPTY, seen, LATER).buckets
    assert first == Bucket(
        start=NOON,
        minutes=0b10001,
        gpu_peaks=(80,),
        gpu_memory_peaks=(3,),
        cpu_peak=44,
        memory_peak=50,
        log_peak=0.5,
        heartbeat=True,
    )
    assert (first.coverage, second.coverage) == (0.4, 0.2)


@pytest.mark.parametrize(
    ("changes", "complete"),
    [
        ({}, True),
        ({"status": PodStatus.UNKNOWN}, False),
        ({"gpu_count": None}, False),
        ({"cpu_util": None}, False),
        ({"gpus": None}, False),
        ({"gpus": ()}, False),
        ({"gpus": (GpuSample(util=0),)}, False),
        ({"gpus": (GpuSample(memory_util=0),)}, False),
        ({"gpu_count": 2}, False),
        ({"gpu_count": 0, "gpus": None}, True),
        ({"memory_util": None, "uptime_s": None}, True),
    ],
)
def test_a_sample_is_complete_only_with_every_figure_of_every_gpu(changes: dict[str, Any], complete: bool) -> None:
    assert sample(0, **changes).complete is complete


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (pod(), {"gpu_count": 2, "uptime_s": 3600, "cost_per_hour": None, "started_at": at(-3600)}),
        (pod(cost_per_hour=Decimal("2.69")), {"cost_per_hour": Decimal("2.69")}),
        (pod(cost_per_hour=Decimal("2.69"), cost_known=False), {"cost_per_hour": None}),
        (pod(PodStatus.EXITED), {"cost_per_hour": Decimal(0), "status": PodStatus.EXITED}),
        (pod(runtime=Runtime(uptime_s=0, cpu_util=0)), {"uptime_s": None, "cpu_util": 0, "gpus": None}),
        (pod(runtime=None), {"uptime_s": None, "cpu_util": None, "gpus": None}),
        (pod(PodStatus.EXITED, runtime=Runtime(cpu_util=1, gpus=())), {"cpu_util": None, "gpus": None}),
        (pod(gpu=None, cpu=Cpu(id="c", vcpu_count=2)), {"gpu_count": 0}),
        (pod(gpu=None), {"gpu_count": None}),
        (pod(gpu=Gpu(id="x", count=0)), {"gpu_count": 0}),
    ],
)
def test_observing_keeps_what_was_said_and_nothing_else(seen: Pod, expected: dict[str, object]) -> None:
    observed = observe(seen, NOON)
    assert {key: getattr(observed, key) for key in expected} == expected


def test_a_container_began_at_the_later_of_start_and_uptime() -> None:
    assert sample(0, started_at=at(-500)).began_at == at(-100)
    assert sample(0, started_at=at(-50)).began_at == at(-50)
    assert sample(0, uptime_s=None, started_at=at(-50)).began_at == at(-50)
    assert sample(0, uptime_s=None).began_at is None
    assert sample(0).began_at == NOON - timedelta(seconds=100)
