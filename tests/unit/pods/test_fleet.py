"""The snapshot, when lists are short, empty, late or fail; and finding a pod in it."""

from __future__ import annotations

import pytest

from pods.errors import TimedOut, Unreachable
from pods.fleet import Fleet, Owner, OwnerKind, PodFacts, absorb, find, missed, observed, owners, removed
from pods.model import Api, Listing, Pod, PodStatus
from tests.unit.pods.builders import NOON, at, fleet, pod

A = pod(id="aaa111", name="alpha")
B = pod(id="bbb222", name="beta")
C = pod(id="ccc333", name="gamma")


def listing(seconds: float, *pods: Pod) -> Listing:
    return Listing(pods=pods, at=at(seconds), api=Api.REST)


def after(start: Fleet, *lists: Listing) -> Fleet:
    for each in lists:
        start = absorb(start, each)
    return start


def ids(snapshot: Fleet) -> list[str]:
    return [each.id for each in snapshot.pods]


def missing(snapshot: Fleet) -> list[str]:
    return [entry.pod.id for entry in snapshot.entries if entry.missing_since]


@pytest.mark.parametrize(
    ("lists", "there", "marked"),
    [
        ((listing(30, A, B),), ["aaa111", "bbb222"], []),
        ((listing(30, A, B, C),), ["aaa111", "bbb222", "ccc333"], []),
        # One list without it proves nothing; two, 20 s apart, do.
        ((listing(30, A),), ["aaa111", "bbb222"], ["bbb222"]),
        ((listing(30, A), listing(49.9, A)), ["aaa111", "bbb222"], ["bbb222"]),
        ((listing(30, A), listing(50, A)), ["aaa111"], []),
        ((listing(30, A), listing(40, A), listing(50, A)), ["aaa111"], []),
        # A list that flaps starts the count anew each time.
        ((listing(30, A), listing(60, A, B), listing(90, A)), ["aaa111", "bbb222"], ["bbb222"]),
        ((listing(30, A), listing(40, B), listing(50, A)), ["aaa111", "bbb222"], ["bbb222"]),
        # An empty list is a fault of the list for a minute.
        ((listing(30),), ["aaa111", "bbb222"], ["aaa111", "bbb222"]),
        ((listing(30), listing(89)), ["aaa111", "bbb222"], ["aaa111", "bbb222"]),
        ((listing(30), listing(60), listing(90)), [], []),
        ((listing(30), listing(60, A, B), listing(90)), ["aaa111", "bbb222"], ["aaa111", "bbb222"]),
        ((listing(30, A), listing(60)), ["aaa111", "bbb222"], ["aaa111", "bbb222"]),
        # Until it is believed, an empty list proves nothing of any pod.
        ((listing(30, A), listing(45), listing(66)), ["aaa111", "bbb222"], ["aaa111", "bbb222"]),
    ],
)
def test_what_is_in_the_snapshot_after_lists(lists: tuple[Listing, ...], there: list[str], marked: list[str]) -> None:
    snapshot = after(fleet(A, B), *lists)
    assert ids(snapshot) == there
    assert missing(snapshot) == marked


def test_an_old_absence_does_not_make_an_empty_list_true() -> None:
    marked = after(fleet(A, B, C), listing(30, A, B), listing(49, A, B))
    emptied = after(marked, listing(49.5), listing(95))
    assert {"aaa111", "bbb222"} <= set(ids(emptied))
    assert ids(after(emptied, listing(109.5))) == []


def test_the_only_pod_of_all_is_gone_after_two_empty_lists() -> None:
    assert ids(after(fleet(A), listing(30))) == ["aaa111"]
    assert ids(after(fleet(A), listing(30), listing(50))) == []


def test_a_pod_on_two_pages_of_a_list_is_one_pod() -> None:
    newer = A.model_copy(update={"status": PodStatus.EXITED})
    snapshot = after(Fleet(), listing(30, A, B, newer))
    assert ids(snapshot) == ["aaa111", "bbb222"]


def test_what_is_missing_keeps_when_it_was_last_seen() -> None:
    snapshot = after(fleet(A, B), listing(30, A, B), listing(60, A))
    by_id = {entry.pod.id: entry for entry in snapshot.entries}
    assert by_id["aaa111"].seen_at == at(60)
    assert by_id["bbb222"].seen_at == at(30)
    assert by_id["bbb222"].missing_since == at(60)


def test_pods_come_by_name_and_the_newest_reading_counts() -> None:
    stopped = A.model_copy(update={"status": PodStatus.EXITED})
    snapshot = after(fleet(B, A), listing(30, C, B, stopped))
    assert [each.name for each in snapshot.pods] == ["alpha", "beta", "gamma"]
    assert snapshot.get("aaa111") == stopped
    assert snapshot.get("nothere") is None


def test_a_failed_list_forgets_nothing_and_shows_its_age() -> None:
    first = missed(fleet(A, B), TimedOut(), at(30))
    second = missed(first, Unreachable(), at(60))
    assert ids(second) == ["aaa111", "bbb222"]
    assert missing(second) == []
    assert (second.listed_at, second.tried_at, second.failing_since) == (NOON, at(60), at(30))
    assert second.trouble == Unreachable.sentence_default
    assert [fleet().version, first.version, second.version] == [1, 2, 3]
    healed = absorb(second, listing(90, A, B))
    assert (healed.failing_since, healed.trouble, healed.listed_at, healed.version) == (None, "", at(90), 4)


def test_a_snapshot_survives_its_record() -> None:
    snapshot = missed(after(fleet(A, B), listing(30, A)), TimedOut(), at(31))
    assert Fleet.model_validate_json(snapshot.model_dump_json()) == snapshot


NAMED = (
    pod(id="abc123xyz", name="nlp"),
    pod(id="abc999xyz", name="NLP"),
    pod(id="nlp000aaa", name="vision"),
    pod(id="def456xyz", name="abc123xyz"),
    pod(id="ghi789xyz", name="twin"),
    pod(id="jkl789xyz", name="twin"),
    pod(id="mno789xyz", name="Straße"),
)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        # An id is an id, even if something else bears it as a name.
        ("abc123xyz", ["abc123xyz"]),
        ("  abc123xyz ", ["abc123xyz"]),
        # A name, in its own case first.
        ("nlp", ["abc123xyz"]),
        ("NLP", ["abc999xyz"]),
        ("Nlp", ["abc123xyz", "abc999xyz"]),
        ("VISION", ["nlp000aaa"]),
        ("STRASSE", ["mno789xyz"]),
        ("twin", ["ghi789xyz", "jkl789xyz"]),
        # The beginning of an id, never of a name.
        ("abc", ["abc123xyz", "abc999xyz"]),
        ("ABC9", ["abc999xyz"]),
        ("visi", []),
        ("ab", []),
        ("789", []),
        ("zzz", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_a_reference_can_mean(reference: str, found: list[str]) -> None:
    assert [each.id for each in find(NAMED, reference)] == found


def test_the_owner_of_a_pod_is_who_the_facts_say() -> None:
    owner = Owner(kind=OwnerKind.PERSON, user="U1", since=NOON, by="U1")
    facts = {"aaa111": PodFacts(pod_id="aaa111", owner=owner), "bbb222": PodFacts(pod_id="bbb222")}
    assert [owners(facts, each) for each in ("aaa111", "bbb222", "ccc333")] == [owner, None, None]


def test_a_pod_read_on_its_own_replaces_what_an_older_list_said() -> None:
    listed = after(Fleet(), listing(0, A, B))
    stopped = A.model_copy(update={"status": PodStatus.EXITED})

    shown = observed(listed, stopped, at(3))
    assert shown.get("aaa111") == stopped
    assert shown.version == listed.version + 1
    assert observed(listed, stopped, at(-3)) is listed
    assert observed(listed, stopped, NOON).get(stopped.id) == stopped
    assert observed(listed, C, at(3)) is listed


def test_a_terminated_pod_leaves_the_snapshot() -> None:
    assert ids(removed(after(Fleet(), listing(0, A, B)), "aaa111")) == ["bbb222"]


def test_a_slow_list_does_not_overwrite_what_was_read_since() -> None:
    stopped = A.model_copy(update={"status": PodStatus.EXITED})
    shown = observed(after(Fleet(), listing(0, A, B)), stopped, at(40))

    assert absorb(shown, listing(30, A, B)).get("aaa111") == stopped
    assert absorb(shown, listing(41, A, B)).get("aaa111") == A
