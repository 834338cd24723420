"""The samples of the fleet: raw rows per pod for hours, five-minute peaks for days.

Rows are appended, never rewritten: one script per poll for the whole fleet. Two watchers that bring the same poll, or
one that dies half-way, leave what one would. A process keeps the rows it has read, and reads only what others brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

import redis

from pods.samples import BUCKET, BUCKETS_FOR, RAW_FOR, Bucket, Rings, Sample, bucket_start, bucketed, joined
from pods.store import sample_rows as rows
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.times import from_ms, to_ms

#: Process time: rows of a pod that is gone are forgotten after this.
_FORGET_AFTER: Final = BUCKETS_FOR + timedelta(days=1)
_TTL_MS: Final = round(_FORGET_AFTER.total_seconds() * 1000)
_BUCKETS: Final = round(BUCKETS_FOR / BUCKET)
#: A bucket is closed this long after its end, so that a watcher that is a little late still gets in.
_GRACE: Final = timedelta(seconds=30)


class SampleStore:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        #: What this process has read: of which polls, of each pod, from when on.
        self._polls: set[int] = set()
        self._read: dict[str, list[Sample]] = {}
        self._since: datetime | None = None

    def record(self, samples: Mapping[str, Sample], at: datetime) -> bool:
        """Append one poll's samples, all taken at `at`; False when this poll was recorded before."""
        rows_of = [part for pod, sample in samples.items() for part in (self._keys.samples(pod), rows.write(sample))]
        given: tuple[str | int, ...] = (to_ms(at), to_ms(at - RAW_FOR), _TTL_MS, *rows_of)
        return bool(self._scripts.run("samples", (self._keys.polls,), given))

    def windows(self, pod_ids: Iterable[str], since: datetime) -> dict[str, list[Sample]]:
        """Each pod's samples from then on, oldest first. Not to be changed: they are kept for the next poll."""
        ids = tuple(pod_ids)
        if self._since is None or since < self._since:
            self._read, self._polls = {}, set()
        polls = self._polls_in(since)
        fresh = min(polls - self._polls, default=None)
        strange = [each for each in ids if each not in self._read]
        if fresh is not None:
            self._catch_up([each for each in ids if each in self._read], from_ms(fresh), polls)
        self._catch_up(strange, since, polls)
        self._polls, self._since = polls, since
        self._read = {each: [sample for sample in self._read.get(each, ()) if sample.at >= since] for each in ids}
        return self._read

    def _polls_in(self, since: datetime, until: datetime | None = None) -> set[int]:
        end = "+inf" if until is None else to_ms(until) - 1
        found = cast("list[str]", self._client.zrangebyscore(self._keys.polls, to_ms(since), end))
        return {int(each) for each in found}

    def _catch_up(self, pod_ids: Iterable[str], first: datetime, polls: set[int]) -> None:
        newer = self._tails(pod_ids, first, count=sum(poll >= to_ms(first) for poll in polls))
        for pod_id, found in newer.items():
            self._read[pod_id] = [*(each for each in self._read.get(pod_id, ()) if each.at < first), *found]

    def _tails(self, pod_ids: Iterable[str], first: datetime, *, count: int) -> dict[str, list[Sample]]:
        """Each pod's samples from then on, of so many polls: a poll adds at most one row to a pod."""
        ids = tuple(pod_ids)
        if not ids or not count:
            return {}
        pipe = self._client.pipeline(transaction=False)
        for pod_id in ids:
            # Another watcher may add a poll meanwhile.
            pipe.lrange(self._keys.samples(pod_id), -count - 1, -1)
        tails = zip(ids, cast("list[list[str]]", pipe.execute()), strict=True)
        return {pod_id: _ordered(each for each in map(rows.read, tail) if each.at >= first) for pod_id, tail in tails}

    def pour(self, pod_ids: Iterable[str], now: datetime) -> int:
        """Close every bucket that is over and was not closed yet; how many this call closed."""
        last = cast("str | None", self._client.get(self._keys.poured))
        after = from_ms(int(last)) + BUCKET if last else now - RAW_FOR
        until = bucket_start(now - _GRACE)
        starts = sorted({bucket_start(from_ms(poll)) for poll in self._polls_in(after, until)})
        if not starts:
            return 0
        samples = self._tails(pod_ids, starts[0], count=len(self._polls_in(starts[0])))
        return sum(self._close(start, samples) for start in starts)

    def _close(self, start: datetime, samples: Mapping[str, list[Sample]]) -> bool:
        rows_of: list[str] = []
        for pod_id, known in samples.items():
            within = [sample for sample in known if start <= sample.at < start + BUCKET]
            if within:
                rows_of += (self._keys.peaks(pod_id), rows.write_bucket(bucketed(start, within)))
        given: tuple[str | int, ...] = (to_ms(start), _BUCKETS, _TTL_MS, *rows_of)
        return bool(self._scripts.run("peaks", (self._keys.poured,), given))

    def peaks(self, pod_id: str) -> tuple[Bucket, ...]:
        """The closed buckets of one pod, oldest first."""
        found = cast("list[str]", self._client.lrange(self._keys.peaks(pod_id), 0, -1))
        return tuple(map(rows.read_bucket, found))

    def of(self, pod_id: str) -> Rings:
        """Everything known of one pod, the bucket that is not closed yet included."""
        raw = cast("list[str]", self._client.lrange(self._keys.samples(pod_id), 0, -1))
        samples = _ordered(map(rows.read, raw))
        buckets = {bucket.start: bucket for bucket in self.peaks(pod_id)}
        for start in {bucket_start(sample.at) for sample in samples} - set(buckets):
            buckets[start] = bucketed(start, [each for each in samples if bucket_start(each.at) == start])
        return Rings(pod_id=pod_id, raw=tuple(samples), buckets=tuple(buckets[start] for start in sorted(buckets)))


def _ordered(samples: Iterable[Sample]) -> list[Sample]:
    """By time; two of one instant, which two watchers may bring, are joined."""
    by_time: dict[datetime, Sample] = {}
    for sample in samples:
        known = by_time.get(sample.at)
        by_time[sample.at] = joined(known, sample) if known else sample
    return [by_time[at] for at in sorted(by_time)]
