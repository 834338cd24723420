"""The ledger: what is watched in one record, closed hours by day.

Each is guarded by a version of its own: any number of watchers and the bill may write at once, and nothing is written
twice or lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

import redis

from pods.ledger.entries import HOUR, Entry
from pods.ledger.sheets import day_of, hours, joined, pieces, read, written
from pods.ledger.sightings import SubjectKind
from pods.ledger.watching import Passed, Watching
from pods.store.commit import Commit, Done
from pods.store.connection import Scripts
from pods.store.keys import Keys

#: Days a process remembers as parsed; a closed day seldom changes.
REMEMBERED: Final = 100
_DAY: Final = timedelta(days=1)
_Subject = tuple[SubjectKind, str]


@dataclass(frozen=True, slots=True)
class _Sheets:
    """A day as it stands. A version of None: the books have nothing of it."""

    day: date
    version: str | None
    lines: dict[_Subject, tuple[Entry, ...]]


class LedgerStore:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._watching: tuple[str, Watching] | None = None
        self._days: dict[date, _Sheets] = {}

    # -- what is watched

    def watching(self) -> Watching:
        return self._newest()[1]

    def take(self, decide: Callable[[Watching], Passed], now: datetime) -> Passed:
        """Apply a poll, purely decided, to what is watched; the hours it closes go into the books with it.

        A concurrent change is decided upon anew.
        """
        while True:
            version, before = self._newest()
            done = decide(before)
            if done.watching is before and not done.closed:
                return done
            commit = Commit(self._keys, now)
            after = done.watching.model_copy(update={"version": before.version + 1})
            self._guard(commit, self._keys.ledger_watching_version, version, str(after.version))
            commit.put(self._keys.ledger_watching, after)
            for at in after.listed.values():
                commit.include(self._keys.ledger_days, at.date().isoformat())
            by_day = _by_day(done.closed)
            for sheets in self._sheets(list(by_day)):
                self._enter(commit, sheets, _merged(sheets, by_day[sheets.day]))
            if isinstance(commit.run(self._scripts), Done):
                self._watching = (str(after.version), after)
                return done

    def _newest(self) -> tuple[str | None, Watching]:
        version = self._scripts.get(self._keys.ledger_watching_version)
        if version is None:
            return None, Watching()
        if self._watching is None or self._watching[0] != version:
            record = Watching.model_validate_json(self._scripts.get(self._keys.ledger_watching) or "{}")
            # Read after the version, so it is that one or a later one.
            self._watching = (str(record.version), record)
        return self._watching

    # -- the books

    def lines(self, day: date) -> tuple[Entry, ...]:
        """What is closed of a day in UTC; equal hours as one line."""
        return tuple(line for lines in self._sheets([day])[0].lines.values() for line in lines)

    def entries(self, start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Entry, ...]:
        """What is closed of the hours that begin in [start, end), divided where local days begin."""
        first, last = start.astimezone(_UTC).date(), end.astimezone(_UTC).date()
        days = [first + _DAY * place for place in range((last - first).days + 1)]
        return tuple(
            piece
            for sheets in self._sheets(days)
            for lines in sheets.lines.values()
            for line in lines
            for piece in pieces(line, start, end, zone)
        )

    def of(self, kind: SubjectKind, subject: str) -> tuple[Entry, ...]:
        """All that is closed of one pod or volume."""
        field = f"{kind.value}:{subject}"
        with self._client.pipeline(transaction=False) as pipeline:
            for day in self.days():
                pipeline.hget(self._keys.ledger_day(day.isoformat()), field)
            found = cast("list[str | None]", pipeline.execute())
        return tuple(line for text in found if text for line in read(kind, subject, text))

    def settle(self, day: date, decide: Callable[[Sequence[Entry]], Iterable[Entry]], now: datetime) -> None:
        """Change the lines of a day by a pure decision, which gives back every line that stands afterwards.

        What a pod or volume has no line of afterwards stays as it was.
        """
        while True:
            sheets = self._sheets([day])[0]
            after: dict[_Subject, list[Entry]] = {}
            for line in decide([line for lines in sheets.lines.values() for line in lines]):
                after.setdefault((line.kind, line.id), []).append(line)
            changed = {key: lines for key, lines in after.items() if tuple(lines) != sheets.lines.get(key)}
            # That there is nothing of a day is known as well.
            commit = Commit(self._keys, now).include(self._keys.ledger_days, day.isoformat())
            if changed:
                self._enter(commit, sheets, changed)
            if isinstance(commit.run(self._scripts), Done):
                return

    def days(self) -> tuple[date, ...]:
        """Every day, in UTC, of which something is known, be it that nothing was spent; oldest first."""
        return tuple(sorted(map(date.fromisoformat, cast("set[str]", self._client.smembers(self._keys.ledger_days)))))

    def forget(self, day: date, now: datetime) -> None:
        keys, name = self._keys, day.isoformat()
        commit = Commit(keys, now).delete(keys.ledger_day(name)).delete(keys.ledger_day_version(name))
        commit.exclude(keys.ledger_days, name).run(self._scripts)

    def _enter(self, commit: Commit, sheets: _Sheets, lines: dict[_Subject, list[Entry]]) -> None:
        keys, name = self._keys, sheets.day.isoformat()
        self._guard(commit, keys.ledger_day_version(name), sheets.version, str(int(sheets.version or 0) + 1))
        commit.include(keys.ledger_days, name)
        for (kind, subject), each in lines.items():
            commit.put_field_text(keys.ledger_day(name), f"{kind.value}:{subject}", written(each))

    def _guard(self, commit: Commit, key: str, version: str | None, after: str) -> None:
        """The change holds only if nobody changed this meanwhile."""
        if version is None:
            commit.absent(key)
        else:
            commit.expect(key, version)
        commit.put_text(key, after)

    def _sheets(self, days: Sequence[date]) -> list[_Sheets]:
        if not days:
            return []
        keys = [self._keys.ledger_day_version(day.isoformat()) for day in days]
        versions = dict(zip(days, cast("list[str | None]", self._client.mget(keys)), strict=True))
        known = {day: sheets for day, sheets in self._days.items() if versions.get(day) in {None, sheets.version}}
        stale = [day for day, version in versions.items() if version is not None and day not in known]
        known |= {sheets.day: sheets for sheets in self._load(stale)}
        self._days = dict(sorted(known.items())[-REMEMBERED:])
        return [known[day] if version is not None else _Sheets(day, None, {}) for day, version in versions.items()]

    def _load(self, days: Sequence[date]) -> Iterator[_Sheets]:
        """Version and lines of each, read together."""
        with self._client.pipeline(transaction=True) as pipeline:
            for day in days:
                pipeline.get(self._keys.ledger_day_version(day.isoformat()))
                pipeline.hgetall(self._keys.ledger_day(day.isoformat()))
            answers = pipeline.execute() if days else []
        for place, day in enumerate(days):
            version, raw = answers[2 * place : 2 * place + 2]
            yield _Sheets(day, version, dict(_read(raw)))


_UTC: Final = ZoneInfo("UTC")


def _read(raw: dict[str, str]) -> Iterator[tuple[_Subject, tuple[Entry, ...]]]:
    for field, text in raw.items():
        kind, _, subject = field.partition(":")
        key = (SubjectKind(kind), subject)
        yield key, read(*key, text)


def _by_day(closed: Iterable[Entry]) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = {}
    for entry in closed:
        days.setdefault(day_of(entry), []).append(entry)
    return days


def _merged(sheets: _Sheets, closed: Iterable[Entry]) -> dict[_Subject, list[Entry]]:
    """The sheets that change. An hour the bill knew of before the watch did keeps what was billed."""
    new: dict[_Subject, dict[datetime, Entry]] = {}
    for entry in closed:
        new.setdefault((entry.kind, entry.id), {})[entry.hour] = entry
    return {key: list(joined(_with(sheets.lines.get(key, ()), by_hour))) for key, by_hour in new.items()}


def _with(lines: Iterable[Entry], new: dict[datetime, Entry]) -> Iterator[Entry]:
    """Old lines, taken apart only where new hours fall into them, and the new hours."""
    new = dict(new)
    for line in lines:
        if not any(line.hour <= hour < line.hour + line.hours * HOUR for hour in new):
            yield line
            continue
        for old in hours(line):
            fresh = new.pop(old.hour, None)
            kept = {"billed": old.billed, "not_on_bill": old.not_on_bill}
            yield old if fresh is None else fresh.model_copy(update=kept)
    yield from new.values()
