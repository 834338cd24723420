"""What a verdict needs, what it rests on, and what it asks for next."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pods.idle import judge, still_quiet
from pods.model import GpuSample, PodStatus
from pods.samples import Rings, Sample, record
from pods.verdicts import Break, Reason, VerdictKind
from pods.watch_rules import IdleRule
from tests.unit.watch.scenes import RULE, gpus, judged, minute, outcome, quiet, sample

K, R, B = VerdictKind, Reason, Break


def without(samples: list[Sample], *minutes: float) -> list[Sample]:
    return [each for each in samples if each.at not in {minute(number) for number in minutes}]


def test_idle_needs_a_whole_window_and_not_a_sample_less() -> None:
    assert outcome(judged(quiet(0, 29), 29)) == (K.UNKNOWN, R.NOT_COVERED)
    verdict = judged(quiet(0, 30), 30)
    assert outcome(verdict) == (K.IDLE, R.QUIET)
    assert verdict.since == minute(0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (gpus(0, 4), (K.IDLE, R.QUIET)),
        (gpus(0, 5), (K.BUSY, R.GPU)),
        (gpus(None, 5), (K.BUSY, R.GPU)),
        ({"cpu_util": 4}, (K.IDLE, R.QUIET)),
        ({"cpu_util": 5}, (K.CPU_BOUND, R.QUIET)),
        (gpus(0, 0, memory=4), (K.IDLE, R.QUIET)),
        (gpus(0, 0, memory=5), (K.HELD, R.QUIET)),
        ({"heartbeat": True}, (K.BUSY, R.SIGNS)),
        ({"log_rate": 0.5}, (K.BUSY, R.SIGNS)),
        ({"log_rate": 0.4}, (K.IDLE, R.QUIET)),
        ({"status": PodStatus.EXITED}, (K.UNKNOWN, R.NOT_COVERED)),
        ({"gpu_count": 1, **gpus(0)}, (K.UNKNOWN, R.NOT_COVERED)),
        ({"started_at": minute(7)}, (K.UNKNOWN, R.NOT_COVERED)),
        ({"gpus": None}, (K.IDLE, R.QUIET)),
        ({"gpu_count": None}, (K.IDLE, R.QUIET)),
    ],
)
def test_one_sample_in_the_window_decides(changes: dict[str, object], expected: tuple[VerdictKind, Reason]) -> None:
    samples = [*quiet(0, 9), sample(10, **changes), *quiet(11, 36)]
    assert outcome(judged(samples, 36)) == expected


def test_work_just_outside_the_window_is_past() -> None:
    samples = [sample(0, **gpus(90, 0)), *quiet(1, 31)]
    assert outcome(judged(samples[:-1], 30)) == (K.BUSY, R.GPU)
    assert outcome(judged(samples, 31)) == (K.IDLE, R.QUIET)


@pytest.mark.parametrize(("lost", "expected"), [((10, 11), K.IDLE), ((10, 11, 12), K.UNKNOWN)])
def test_a_hole_longer_than_allowed_begins_the_window_anew(lost: tuple[int, ...], expected: VerdictKind) -> None:
    verdict = judged(without(quiet(0, 36), *lost), 36)
    assert verdict.kind is expected
    assert verdict.evidence.broken_by is (B.GAP if expected is K.UNKNOWN else B.HISTORY)


@pytest.mark.parametrize(
    ("before", "after", "restarted"),
    [
        ({}, {}, False),
        ({"uptime_s": 3000}, {"uptime_s": 2999}, False),
        ({"uptime_s": 3000}, {"uptime_s": 2997}, True),
        ({"uptime_s": 20}, {"uptime_s": 57}, True),
        ({"uptime_s": 1}, {"uptime_s": 58}, False),
        ({"uptime_s": None}, {"uptime_s": 30}, True),
        ({"uptime_s": 3000}, {"uptime_s": None}, False),
        ({"started_at": minute(-9)}, {"started_at": minute(-8)}, True),
        ({"started_at": None}, {"started_at": minute(-8)}, False),
    ],
)
def test_a_restart_shows_in_start_time_or_uptime(
    before: dict[str, object], after: dict[str, object], restarted: bool
) -> None:
    fixed = {"uptime_s": None, "started_at": None}
    rule = RULE.model_copy(update={"warm_up_min": 0})
    samples = [sample(0, **{**fixed, **before}), sample(1, **{**fixed, **after})]
    found = judged(samples, 1, rule).evidence.broken_by is B.RESTART
    assert found is restarted


def test_a_standing_uptime_tells_nothing_new() -> None:
    frozen = [sample(number, uptime_s=9000) for number in range(31)]
    verdict = judged(frozen, 30)
    assert outcome(verdict) == (K.UNKNOWN, R.MISSING)
    assert verdict.evidence.missing >= 3


@pytest.mark.parametrize(
    ("samples", "now_min", "expected"),
    [
        ([], 0, (K.UNKNOWN, R.NO_SAMPLES)),
        (quiet(0, 40), 42, (K.IDLE, R.QUIET)),
        (quiet(0, 40), 42.1, (K.UNKNOWN, R.STALE)),
        (quiet(0, 40), 38.9, (K.UNKNOWN, R.CLOCK)),
        ([*quiet(0, 40), sample(41, status=PodStatus.STARTING)], 41, (K.STARTING, R.STARTS)),
        ([*quiet(0, 40), sample(41, status=PodStatus.PROVISIONING)], 41, (K.STARTING, R.STARTS)),
        ([*quiet(0, 40), sample(41, status=PodStatus.EXITED)], 41, (K.UNKNOWN, R.NOT_RUNNING)),
        ([*quiet(0, 40), sample(41, status=PodStatus.ERROR)], 41, (K.UNKNOWN, R.NOT_RUNNING)),
        ([*quiet(0, 40), sample(41, status=PodStatus.UNKNOWN)], 41, (K.IDLE, R.QUIET)),
        ([*quiet(0, 40), *(sample(m, cpu_util=None) for m in (41, 42))], 42, (K.IDLE, R.QUIET)),
        ([*quiet(0, 40), *(sample(m, cpu_util=None) for m in (41, 42, 43))], 43, (K.UNKNOWN, R.MISSING)),
        ([sample(m, uptime_s=None, started_at=None) for m in range(40)], 39, (K.UNKNOWN, R.NO_AGE)),
    ],
)
def test_what_is_missing_old_or_not_running_is_not_judged(
    samples: list[Sample], now_min: float, expected: tuple[VerdictKind, Reason]
) -> None:
    assert outcome(judged(samples, now_min)) == expected


def test_warm_up_is_not_judged_but_work_in_it_counts() -> None:
    young = [sample(m, uptime_s=round(m * 60) or None, started_at=minute(0)) for m in range(60)]
    assert outcome(judged(young[:15], 14)) == (K.STARTING, R.WARM_UP)
    assert outcome(judged(young[:45], 44)) == (K.UNKNOWN, R.NOT_COVERED)
    verdict = judged(young[:46], 45)
    assert (verdict.kind, verdict.since) == (K.IDLE, minute(15))
    working = [*young[:10], young[10].model_copy(update=gpus(70, 0))]
    assert outcome(judged(working, 10)) == (K.BUSY, R.GPU)


def test_a_pod_without_gpus_is_judged_by_its_cpu() -> None:
    none = {"gpu_count": 0, "gpus": None}
    assert judged([sample(m, **none) for m in range(40)], 39).kind is K.IDLE
    busy = [sample(m, **none, cpu_util=5) for m in range(40)]
    assert outcome(judged(busy, 39)) == (K.BUSY, R.CPU)


def test_the_evidence_shows_the_arithmetic() -> None:
    samples = quiet(0, 40)
    samples[5] = sample(5, **gpus(99, 0))
    samples[20] = sample(20, gpus=(GpuSample(util=3, memory_util=1), GpuSample(util=0, memory_util=4)), cpu_util=4)
    samples[22] = sample(22, gpus=None)
    verdict = judged(samples, 40)
    evidence = verdict.evidence
    assert (evidence.gpu_peaks, evidence.gpu_memory_peaks, evidence.cpu_peak, evidence.memory_peak) == (
        (3, 0),
        (1, 4),
        4,
        4,
    )
    assert (evidence.used, evidence.missing, evidence.longest_gap_s) == (33, 1, 120)
    assert (evidence.first_at, evidence.last_at) == (minute(7), minute(40))
    assert evidence.began_at == minute(-1000)
    assert evidence.rule == RULE
    assert (verdict.since, verdict.idle_for) == (minute(7), timedelta(minutes=33))
    assert verdict.wasted == Decimal("2.40") * 33 / 60


def test_unknown_price_is_not_zero_waste() -> None:
    samples = [each.model_copy(update={"cost_per_hour": None}) for each in quiet(0, 40)]
    assert judged(samples, 40).wasted is None


def test_buckets_date_idleness_further_back_until_they_show_work_or_a_hole() -> None:
    rings = record(Rings(pod_id="abc123"), quiet(0, 150), minute(150))
    verdict = judge(rings.raw, RULE, minute(150), buckets=rings.buckets)
    assert verdict.since == minute(0)
    busy = record(rings, [sample(62, **gpus(50, 0))], minute(150))
    assert judge(busy.raw, RULE, minute(150), buckets=busy.buckets).since == minute(65)
    cpu = record(rings, [sample(62, cpu_util=50)], minute(150))
    assert judge(cpu.raw, RULE, minute(150), buckets=cpu.buckets).since == minute(65)
    beat = record(rings, [sample(62, heartbeat=True)], minute(150))
    assert judge(beat.raw, RULE, minute(150), buckets=beat.buckets).since == minute(65)
    logs = record(rings, [sample(62, log_rate=2)], minute(150))
    assert judge(logs.raw, RULE, minute(150), buckets=logs.buckets).since == minute(65)
    holed = record(Rings(pod_id="abc123"), without(quiet(0, 150), 62, 63), minute(150))
    assert judge(holed.raw, RULE, minute(150), buckets=holed.buckets).since == minute(65)


def test_the_last_reading_must_bear_the_verdict_out() -> None:
    verdict = judged(quiet(0, 40), 40)
    assert still_quiet(sample(41), verdict)
    for changes in (
        gpus(5, 0),
        gpus(None, 0),
        {"cpu_util": 5},
        {"status": PodStatus.EXITED},
        {"started_at": minute(39)},
        {"uptime_s": 60},
        {"uptime_s": None, "started_at": None},
    ):
        assert not still_quiet(sample(41, **changes), verdict), changes


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_min": 5, "max_gap_s": 300},
        {"window_min": 5, "fresh_s": 301, "max_gap_s": 60},
        {"gpu_busy": 0},
        {"window_min": 400},
        {"protectors": ["ssh"]},
    ],
)
def test_a_rule_that_could_not_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        IdleRule.model_validate(wrong)


def test_a_rule_says_whether_polls_are_close_enough() -> None:
    assert RULE.can_judge(90)
    assert not RULE.can_judge(91)
    assert not RULE.model_copy(update={"fresh_s": 60}).can_judge(61)


@pytest.mark.parametrize(
    ("before", "between", "after", "broken_by"),
    [
        ({"gpu_count": 1, **gpus(0)}, {"gpu_count": None}, {}, B.GPU_COUNT),
        ({"started_at": minute(-9)}, {"started_at": None}, {"started_at": minute(-5)}, B.RESTART),
        ({}, {"uptime_s": None}, {"uptime_s": 90}, B.RESTART),
        ({}, {"uptime_s": None, "started_at": None, "gpu_count": None}, {}, B.HISTORY),
    ],
)
def test_a_change_shows_across_a_sample_that_does_not_say(
    before: dict[str, object], between: dict[str, object], after: dict[str, object], broken_by: Break
) -> None:
    samples = [sample(9, **before), sample(10, **between), sample(11, **after)]
    assert judged(samples, 11).evidence.broken_by is broken_by


def test_idleness_counts_from_signs_of_work_that_came_with_samples() -> None:
    samples = [*quiet(0, 1), sample(2, heartbeat=True), *quiet(3, 34)]
    assert judged(samples, 34).since == minute(3)


def test_buckets_before_the_container_began_are_not_its_idleness() -> None:
    young = [sample(m, started_at=minute(100), uptime_s=(m - 100) * 60 or None) for m in range(100, 161)]
    rings = record(Rings(pod_id="abc123"), [*quiet(0, 99), *young], minute(160))
    assert judge(rings.raw, RULE, minute(160), buckets=rings.buckets).since == minute(115)
