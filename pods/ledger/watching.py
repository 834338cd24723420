"""The ledger's side of a poll: the life of all that is watched, whose it was when, and the hours that close. Pure.

Everything here is a union over sightings: a poll seen twice, by two watchers, or late leaves the same books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pydantic import Field

from pods.fleet import Fleet
from pods.ledger.entries import HOUR, Entry, IdleSpan, Labels, hour_of
from pods.ledger.hours import closing, entries
from pods.ledger.rates import Rates
from pods.ledger.sightings import Life, Listed, SubjectKind, pods_listed, watched
from pods.ledger.spans import begins, thinned
from pods.model import Record, Value
from pods.times import Instant

#: What was up before anybody watched is taken into the books for so long at most.
BACK: Final = timedelta(weeks=5)
_NOBODY: Final = Labels()


class Labelled(Value):
    """Whose it is from then on."""

    since: Instant
    labels: Labels


class Subject(Value):
    """A pod or network volume in the ledger's hands."""

    life: Life
    #: Oldest first; what is closed needs the past ones no more.
    labelled: tuple[Labelled, ...] = ()

    @property
    def key(self) -> tuple[SubjectKind, str]:
        return (self.life.kind, self.life.id)


class Watching(Record):
    """Everything that may still cost something, or did in the hours that are not closed."""

    subjects: tuple[Subject, ...] = ()
    #: The last complete list of each kind.
    listed: dict[SubjectKind, Instant] = Field(default_factory=dict)

    def life(self, kind: SubjectKind, subject: str) -> Life | None:
        return next((each.life for each in self.subjects if each.key == (kind, subject)), None)

    def open_from(self, kind: SubjectKind) -> dict[str, datetime]:
        """By id, from which hour on nothing is closed."""
        lives = (subject.life for subject in self.subjects if subject.life.kind is kind)
        return {life.id: hour_of(since) for life in lives if (since := begins(life)) is not None}


#: By pod id.
IdleTimes = Callable[[str], Iterable[IdleSpan]]


def _never(_: str) -> Iterable[IdleSpan]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one poll says, and what is known of whose the pods are."""

    now: datetime
    rates: Rates
    #: A kind that was not listed this time is not in it; nothing is learned of its absence.
    lists: tuple[Listed, ...] = ()
    labels: Mapping[str, Labels] = field(default_factory=dict)
    #: When a pod was proven to do nothing; asked only of pods whose hours close.
    idle: IdleTimes = _never


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    watching: Watching
    #: Hours that are closed now; they will not change any more, except by the bill.
    closed: tuple[Entry, ...] = ()


def fleet_listed(fleet: Fleet, list_prices: dict[str, Decimal] | None = None) -> Listed | None:
    """The snapshot as a list pass: what is missing from the list is not found, whatever was known of it before."""
    if fleet.listed_at is None:
        return None
    present = [entry for entry in fleet.entries if entry.missing_since is None]
    listed = pods_listed((entry.pod for entry in present), fleet.listed_at, list_prices)
    later = {entry.pod.id: entry.seen_at for entry in present if entry.seen_at > fleet.listed_at}
    return listed.model_copy(update={"later": later})


def passed(before: Watching, seen: Pass) -> Passed:
    """The lives after a poll, without what is closed and gone; and what is closed."""
    subjects = {subject.key: subject for subject in before.subjects}
    for listed in seen.lists:
        _take(subjects, listed, before.listed.get(listed.kind), seen)
    kept: list[Subject] = []
    closed: list[Entry] = []
    for subject in subjects.values():
        done = closing(subject.life, seen.now, seen.rates, idle=_lazily(seen.idle, subject.life.id))
        closed += _whose(done.entries, subject)
        if not done.finished:
            kept.append(_current(subject, done.life))
    newest = {listed.kind: max(listed.at, before.listed.get(listed.kind, listed.at)) for listed in seen.lists}
    after = before.model_copy(update={"subjects": tuple(kept), "listed": {**before.listed, **newest}})
    return Passed(watching=before if after == before else after, closed=tuple(closed))


def open_entries(watching: Watching, now: datetime, rates: Rates, idle: IdleTimes = _never) -> Iterator[Entry]:
    """What is not in the books yet, the running hour up to now."""
    for subject in watching.subjects:
        yield from _whose(entries(subject.life, now, rates, idle=idle(subject.life.id)), subject)


def _lazily(idle: IdleTimes, subject: str) -> Iterator[IdleSpan]:
    yield from idle(subject)


def _take(subjects: dict[tuple[SubjectKind, str], Subject], listed: Listed, last: datetime | None, seen: Pass) -> None:
    """Take what a list says into the subjects of its kind."""
    lives = [subject.life for key, subject in subjects.items() if key[0] is listed.kind]
    previous = last if last is not None and last < listed.at else None
    for life in watched(lives, listed, previous, back_to=hour_of(listed.at - BACK)).values():
        key = (life.kind, life.id)
        if not life.stretches and life.id not in listed.found:
            # Never seen in a state that says anything of money, and gone.
            subjects.pop(key, None)
            continue
        before = subjects.get(key) or Subject(life=life)
        said = seen.labels.get(life.id) if life.id in listed.found else None
        subjects[key] = _labelled(before.model_copy(update={"life": thinned(life)}), said, listed.at)


def _labelled(subject: Subject, labels: Labels | None, at: datetime) -> Subject:
    """None: nothing was said of whose it is, so that stays."""
    if labels is None or (subject.labelled and subject.labelled[-1].labels == labels):
        return subject
    if subject.labelled and at <= subject.labelled[-1].since:
        return subject
    return subject.model_copy(update={"labelled": (*subject.labelled, Labelled(since=at, labels=labels))})


def _whose(hours: Iterable[Entry], subject: Subject) -> Iterator[Entry]:
    for entry in hours:
        yield entry.model_copy(update={"labels": labels_in(subject.labelled, entry.hour)})


def labels_in(labelled: tuple[Labelled, ...], hour: datetime) -> Labels:
    """Whose an hour is: of the first to own it within it. What was there before anybody looked is whose it was then."""
    told = [each for each in labelled if each.since < hour + HOUR] or list(labelled[:1])
    current = [each for place, each in enumerate(told) if place == len(told) - 1 or told[place + 1].since > hour]
    owned = next((each.labels for each in current if each.labels.owner is not None), None)
    return owned or (current[-1].labels if current else _NOBODY)


def _current(subject: Subject, life: Life) -> Subject:
    """Without the labels that only closed hours bore."""
    edge = life.closed_to
    past = [each for each in subject.labelled if edge is not None and each.since <= edge]
    labelled = subject.labelled[max(len(past) - 1, 0) :]
    if life is subject.life and labelled == subject.labelled:
        return subject
    return subject.model_copy(update={"life": life, "labelled": labelled})
