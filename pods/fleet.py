"""The fleet snapshot: what one list pass said, kept honest when a list is missing something. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pods.errors import ProviderError
from pods.model import Listing, Pod, Record, Value
from pods.times import Instant

#: A pod is gone from the fleet only if two lists this far apart lack it.
GONE_AFTER = timedelta(seconds=20)


class OwnerKind(StrEnum):
    PERSON = "person"
    TEAM = "team"


class Owner(Value):
    kind: OwnerKind
    #: Set for a person.
    user: str | None = None
    since: Instant
    #: Who said so.
    by: str


class PodOrigin(StrEnum):
    OURS = "ours"
    OUTSIDE = "outside"


class PodFacts(Record):
    """What we know of a pod that RunPod does not."""

    v: int = 1
    version: int = 0
    pod_id: str
    origin: PodOrigin = PodOrigin.OUTSIDE
    owner: Owner | None = None
    #: The policy's table it was made from.
    preset: str | None = None


class Entry(Value):
    """A pod in the snapshot; `missing_since` is set while lists lack it but it is not yet counted as gone."""

    pod: Pod
    seen_at: Instant
    missing_since: Instant | None = None


class Fleet(Value):
    v: int = 1
    #: Grows at each change, so readers can tell whether theirs is the newest.
    version: int = 0
    entries: tuple[Entry, ...] = ()
    #: The last list pass that answered.
    listed_at: Instant | None = None
    #: The last attempt, answered or not.
    tried_at: Instant | None = None
    #: Since when RunPod has not answered; None while it does.
    failing_since: Instant | None = None
    #: The error's sentence while it fails.
    trouble: str = ""

    @property
    def pods(self) -> tuple[Pod, ...]:
        return tuple(entry.pod for entry in self.entries)

    def get(self, pod_id: str) -> Pod | None:
        return next((entry.pod for entry in self.entries if entry.pod.id == pod_id), None)


def absorb(fleet: Fleet, listing: Listing) -> Fleet:
    """The snapshot after a list pass. An entry the list lacks stays, marked, until a second list lacks it too."""
    listed = {pod.id: pod for pod in listing.pods}
    newer = {entry.pod.id: entry for entry in fleet.entries if entry.seen_at > listing.at}
    entries = [newer.get(pod.id) or Entry(pod=pod, seen_at=listing.at) for pod in listed.values()]
    for old in fleet.entries:
        if old.pod.id in listed:
            continue
        since = old.missing_since or listing.at
        if listing.at - since < GONE_AFTER or _suspicious(fleet, listing):
            entries.append(old.model_copy(update={"missing_since": since}))
    return Fleet(
        version=fleet.version + 1,
        entries=tuple(sorted(entries, key=lambda entry: (entry.pod.name, entry.pod.id))),
        listed_at=listing.at,
        tried_at=listing.at,
    )


def _suspicious(fleet: Fleet, listing: Listing) -> bool:
    """An empty list while several pods were known is a fault of the list until it has stayed so."""
    if listing.pods or len(fleet.entries) <= 1:
        return False
    since = max(entry.missing_since or listing.at for entry in fleet.entries)
    return listing.at - since < 3 * GONE_AFTER


def observed(fleet: Fleet, pod: Pod, at: datetime) -> Fleet:
    """The snapshot with one pod as it was read on its own, unless a list pass has said more since."""
    old = next((entry for entry in fleet.entries if entry.pod.id == pod.id), None)
    if old is None or old.seen_at > at:
        return fleet
    entry = Entry(pod=pod, seen_at=at)
    return _with(fleet, tuple(entry if each is old else each for each in fleet.entries))


def added(fleet: Fleet, pod: Pod, at: datetime) -> Fleet:
    """The snapshot with a pod that was made just now, unless a list pass has it already."""
    if fleet.get(pod.id) is not None:
        return fleet
    entries = (*fleet.entries, Entry(pod=pod, seen_at=at))
    return _with(fleet, tuple(sorted(entries, key=lambda entry: (entry.pod.name, entry.pod.id))))


def removed(fleet: Fleet, pod_id: str) -> Fleet:
    """The snapshot without a pod that RunPod has terminated for us."""
    return _with(fleet, tuple(entry for entry in fleet.entries if entry.pod.id != pod_id))


def _with(fleet: Fleet, entries: tuple[Entry, ...]) -> Fleet:
    return fleet.model_copy(update={"version": fleet.version + 1, "entries": entries})


def missed(fleet: Fleet, error: ProviderError, at: datetime) -> Fleet:
    """The snapshot after a list pass that failed: nothing is forgotten, and its age shows."""
    return fleet.model_copy(
        update={
            "version": fleet.version + 1,
            "tried_at": at,
            "failing_since": fleet.failing_since or at,
            "trouble": error.sentence,
        }
    )


def find(pods: Iterable[Pod], reference: str) -> tuple[Pod, ...]:
    """The pods a reference can mean: exact id, else exact name, else id prefix of three or more characters."""
    pods = tuple(pods)
    wanted = reference.strip()
    exact = tuple(pod for pod in pods if pod.id == wanted)
    if exact:
        return exact
    lowered = wanted.casefold()
    named = tuple(pod for pod in pods if pod.name == wanted) or tuple(
        pod for pod in pods if pod.name.casefold() == lowered
    )
    if named:
        return named
    if len(lowered) >= MIN_PREFIX:
        return tuple(pod for pod in pods if pod.id.casefold().startswith(lowered))
    return ()


#: Shorter prefixes are too easily a typo.
MIN_PREFIX = 3


def owners(facts: Mapping[str, PodFacts], pod_id: str) -> Owner | None:
    known = facts.get(pod_id)
    return known.owner if known else None
