"""Counters for Prometheus, read from Redis when asked: every process adds to them, any process can show them.

A field of the counters' hash is `name` or `name:label=value,label=value`; each is shown as `podkeeper_{name}_total`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Counters = Callable[[], Mapping[str, int | str]]
Gauges = Callable[[], Mapping[str, float | None]]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class RedisCounters(Collector):
    """`counters` gives the hash; `gauges` what this process measures itself, None where it does not know."""

    def __init__(self, counters: Counters, gauges: Gauges = dict) -> None:
        self._counters = counters
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        families: dict[tuple[str, tuple[str, ...]], CounterMetricFamily] = {}
        for field, value in sorted(self._counters().items()):
            name, labels = parse_field(field)
            if not name:
                continue
            family = families.setdefault(
                (name, tuple(labels)),
                CounterMetricFamily(f"podkeeper_{name}", name.replace("_", " "), labels=list(labels)),
            )
            family.add_metric(list(labels.values()), float(value))
        yield from families.values()
        for name, measured in self._gauges().items():
            if measured is not None:
                yield GaugeMetricFamily(f"podkeeper_{name}", name.replace("_", " "), value=measured)


def parse_field(field: str) -> tuple[str, dict[str, str]]:
    """Name and labels of a counter; an empty name when the field is none of ours."""
    name, _, rest = field.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",") if pair]
    labels = {label: value for label, _, value in pairs}
    if not all(_NAME.fullmatch(word) for word in (name, *labels)):
        return "", {}
    return name, dict(sorted(labels.items()))


def exposition(counters: Counters, gauges: Gauges = dict) -> bytes:
    registry = CollectorRegistry()
    registry.register(RedisCounters(counters, gauges))
    return generate_latest(registry)
