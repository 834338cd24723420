"""Every labelled trace through samples, verdict and ladder: no pod that works is stopped, none that idles is missed."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.watch.replay import TRACES, Replay, load

TRACED = [load(path) for path in sorted(TRACES.glob("*.json"))]
REPLAYED: dict[str, Replay] = {}


def replayed(name: str) -> Replay:
    if name not in REPLAYED:
        REPLAYED[name] = Replay(next(trace for trace in TRACED if trace.name == name)).run()
    return REPLAYED[name]


@pytest.mark.parametrize("trace", TRACED, ids=lambda trace: trace.name)
def test_a_trace_ends_in_its_verdict_and_stops_only_if_that_is_right(trace: object) -> None:
    assert isinstance(trace, type(TRACED[0]))
    played = replayed(trace.name)
    assert played.verdict is not None
    assert (played.verdict.kind.value, played.stopped_min is not None) == (trace.verdict, trace.stop)
    if played.stopped_min is not None:
        assert played.stopped_min >= trace.not_before_min


def test_no_false_stop_and_none_missed(capsys: pytest.CaptureFixture[str]) -> None:
    stops = Counter((trace.stop, replayed(trace.name).stopped_min is not None) for trace in TRACED)
    kinds = Counter((trace.verdict, str(getattr(replayed(trace.name).verdict, "kind", ""))) for trace in TRACED)
    with capsys.disabled():
        print(f"\n{'':24}{'stopped':>10}{'left alone':>12}")  # noqa: T201
        for right, words in ((True, "a stop is right"), (False, "a stop is wrong")):
            print(f"{words:24}{stops[right, True]:>10}{stops[right, False]:>12}")  # noqa: T201
        for (wanted, got), count in sorted(kinds.items()):
            print(f"verdict {wanted:16}{got:>10}{count:>12}")  # noqa: T201
    assert len(TRACED) >= 60
    assert stops[False, True] == 0
    assert stops[True, False] == 0
