"""Samples of a fleet, appended once per poll, read by whoever judges, summed up once per five minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.model import GpuSample, PodStatus
from pods.samples import RAW_FOR, Rings, Sample, record
from pods.store import Store, sample_rows
from pods.times import MINUTE
from tests.unit.watch.scenes import minute, sample

HALF = timedelta(seconds=30)


def keep(store: Store, at_min: float, *pods: str, **changes: object) -> bool:
    return store.samples.record({pod: sample(at_min, **changes) for pod in pods}, minute(at_min))


SAMPLES = [
    sample(1),
    sample(2, gpus=None, cpu_util=None, memory_util=None, uptime_s=None, started_at=None, cost_per_hour=None),
    sample(3, gpus=(GpuSample(), GpuSample(util=7)), status=PodStatus.UNKNOWN),
    sample(4, log_rate=2.5, heartbeat=True, gpu_count=None),
    sample(5, gpus=(), gpu_count=0),
]


@pytest.mark.parametrize("each", SAMPLES, ids=lambda each: str(each.at))
def test_a_row_holds_all_of_a_sample(each: Sample) -> None:
    assert sample_rows.read(sample_rows.write(each)) == each


def test_the_store_says_what_the_pure_rings_would(store: Store) -> None:
    rings = Rings(pod_id="a")
    for half in range(80):
        taken = sample(half / 2, cpu_util=half % 7)
        store.samples.record({"a": taken}, taken.at)
        store.samples.pour(["a"], taken.at)
        rings = record(rings, [taken], taken.at)
    known = store.samples.of("a")
    assert (known.raw, known.buckets) == (rings.raw, rings.buckets)


def test_a_poll_is_recorded_once(store: Store, other: Store) -> None:
    assert keep(store, 1, "a", "b")
    assert not keep(other, 1, "a", "b")
    assert len(store.samples.of("a").raw) == 1


def test_a_window_has_what_another_watcher_brought_and_nothing_older(store: Store, other: Store) -> None:
    for number in range(10):
        keep((store, other)[number % 2], number, "a", "b")
        windows = store.samples.windows(["a", "b"], minute(max(0, number - 3)))
        assert [each.at for each in windows["a"]] == [minute(n) for n in range(max(0, number - 3), number + 1)]
    assert windows["b"] == other.samples.windows(["a", "b"], minute(6))["b"]


def test_a_poll_that_comes_late_takes_its_place(store: Store, other: Store) -> None:
    keep(store, 1, "a")
    keep(store, 3, "a")
    assert len(store.samples.windows(["a"], minute(0))["a"]) == 2
    keep(other, 2, "a", cpu_util=90)
    assert [each.cpu_util for each in store.samples.windows(["a"], minute(0))["a"]] == [1, 90, 1]


def test_a_wider_window_is_read_anew(store: Store) -> None:
    for number in range(6):
        keep(store, number, "a")
    assert len(store.samples.windows(["a"], minute(4))["a"]) == 2
    assert len(store.samples.windows(["a"], minute(1))["a"]) == 5


def test_a_pod_that_comes_later_is_read_from_its_beginning(store: Store) -> None:
    keep(store, 1, "a")
    store.samples.windows(["a"], minute(0))
    keep(store, 2, "a", "b")
    keep(store, 3, "a", "b")
    windows = store.samples.windows(["a", "b"], minute(0))
    assert [len(windows["a"]), len(windows["b"])] == [3, 2]
    assert store.samples.windows(["nobody"], minute(0)) == {"nobody": []}


def test_rows_older_than_raw_samples_are_kept_are_forgotten(store: Store) -> None:
    keep(store, 0, "a")
    keep(store, 1, "a")
    keep(store, RAW_FOR / MINUTE + 0.5, "a")
    assert store.samples.of("a").raw[0].at == minute(1)


def test_five_minutes_are_summed_up_once_and_only_when_they_are_over(store: Store, other: Store) -> None:
    for number in range(5):
        keep(store, number, "a", gpus=(GpuSample(util=number, memory_util=0),) * 2)
    assert store.samples.pour(["a"], minute(5)) == 0
    assert store.samples.pour(["a"], minute(5) + HALF) == 1
    assert other.samples.pour(["a"], minute(5) + HALF) == 0
    [bucket] = store.samples.peaks("a")
    assert (bucket.start, bucket.gpu_peaks, bucket.coverage) == (minute(0), (4, 4), 1)


def test_five_minutes_that_nobody_watched_have_no_bucket(store: Store) -> None:
    keep(store, 1, "a")
    keep(store, 22, "a")
    store.samples.pour(["a"], minute(26))
    assert [each.start for each in store.samples.peaks("a")] == [minute(0), minute(20)]
