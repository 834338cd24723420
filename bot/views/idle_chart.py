"""A pod's use as a chart, and the same in a line of text. A time without figures is left out, never drawn as zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import AxisConfig, Block, DataPoint, DataSeries, DataVisualizationBlock, LineChart

from bot.views.figures import span
from pods.samples import BUCKET, Bucket, most
from pods.times import MINUTE, from_ms, to_ms

#: The lower of the limits that are told of: Slack takes so many points in a line.
POINTS: Final = 20
#: Lengths of time that one point may stand for.
_STEPS: Final = tuple(minutes * MINUTE for minutes in (5, 10, 15, 30, 60, 120, 240, 480, 720))
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """The peaks of some minutes: percent, None where nothing was said."""

    start: datetime
    gpu: int | None
    cpu: int | None
    #: Minutes that were fully seen.
    seen: int


@dataclass(frozen=True, slots=True)
class Series:
    points: tuple[Point, ...]
    step: timedelta
    #: Of the time that is shown, how much no figures are of.
    unseen: timedelta


def series(buckets: Iterable[Bucket], since: datetime, until: datetime) -> Series:
    """At most twenty points from `since` to `until`, each the peak of equally long times."""
    step = next((each for each in _STEPS if each * (POINTS - 1) >= until - since), _STEPS[-1])
    grouped: dict[datetime, list[Bucket]] = {}
    for bucket in buckets:
        if since - step < bucket.start <= until:
            grouped.setdefault(_floor(bucket.start, step), []).append(bucket)
    points = tuple(_point(start, grouped[start]) for start in sorted(grouped))[-POINTS:]
    told = tuple(point for point in points if point.gpu is not None or point.cpu is not None)
    minutes = sum(point.seen for point in told)
    length = min(until - since, until - told[0].start) if told else until - since
    return Series(told, step, max(timedelta(0), length - minutes * MINUTE))


def _floor(at: datetime, step: timedelta) -> datetime:
    length = to_ms(from_ms(0) + step)
    return from_ms(to_ms(at) // length * length)


def _point(start: datetime, buckets: Sequence[Bucket]) -> Point:
    gpu: int | None = None
    cpu: int | None = None
    for bucket in buckets:
        for peak in bucket.gpu_peaks:
            gpu = most(gpu, peak)
        cpu = most(cpu, bucket.cpu_peak)
    return Point(start, gpu, cpu, sum(bucket.minutes.bit_count() for bucket in buckets))


def chart(shown: Series, limit: int, tz: ZoneInfo, *, key: str) -> list[Block]:
    """The GPU's and the CPU's peaks under the limit at which either counts as work; none of fewer than two points."""
    lines = [(name, points) for name, points in _lines(shown) if len(points) == len(shown.points)]
    if len(shown.points) <= 1 or not lines:
        return []
    labels = _labels(shown, tz)
    data = [
        DataSeries(name, [DataPoint(label, value) for label, value in zip(labels, points, strict=True)])
        for name, points in lines
    ]
    data.append(DataSeries("Busy from here", [DataPoint(label, limit) for label in labels]))
    axis = AxisConfig(categories=labels, x_label=f"Peaks of {span(shown.step)} each", y_label="percent")
    return [DataVisualizationBlock("Use, in percent", LineChart(data, axis), block_id=f"{key}.chart")]


def _lines(shown: Series) -> list[tuple[str, list[int]]]:
    """Only a line that has a figure at every point can be drawn."""
    gpu = [point.gpu for point in shown.points if point.gpu is not None]
    cpu = [point.cpu for point in shown.points if point.cpu is not None]
    return [("GPU", gpu), ("CPU", cpu)]


def _labels(shown: Series, tz: ZoneInfo) -> list[str]:
    """Unlike each other, and with the day where a day goes by."""
    first, last = shown.points[0].start.astimezone(tz), shown.points[-1].start.astimezone(tz)
    form = "%H:%M" if first.date() == last.date() else "%-d %b %H:%M"
    labels: list[str] = []
    for point in shown.points:
        label = point.start.astimezone(tz).strftime(form)
        # The hour that the clocks go back over comes twice.
        labels.append(label if label not in labels else f"{label} again")
    return labels


def words(shown: Series, tz: ZoneInfo) -> str:
    """The chart in a line: equal neighbours are told once."""
    if not shown.points:
        return "No figures were recorded in this time."
    runs: list[tuple[str, str, str]] = []
    for label, point in zip(_labels(shown, tz), shown.points, strict=True):
        said = f"GPU {_percent(point.gpu)}, CPU {_percent(point.cpu)}"
        if runs and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], label, said)
        else:
            runs.append((label, label, said))
    told = "; ".join(f"{first} {said}" if first == last else f"{first} to {last} {said}" for first, last, said in runs)
    return f"Peaks of {span(shown.step)} each: {told}."


def _percent(value: int | None) -> str:
    return "not known" if value is None else f"{value} %"


def hole(shown: Series) -> str:
    """Said where a good part of the time has no figures."""
    if shown.unseen < BUCKET:
        return ""
    return f"No full figures for {span(shown.unseen)} of this time; it is left out, not counted as idle."


__all__ = ["POINTS", "Point", "Series", "chart", "hole", "series", "words"]
