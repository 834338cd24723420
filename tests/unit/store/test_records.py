"""Records of one kind: changed from what stands, never over it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.messages import card
from pods.model import Record
from pods.store import Store
from pods.store.commit import Commit, Conflict, Done
from pods.store.connection import Scripts
from pods.store.records import Records
from tests.unit.pods.builders import NOON


class Tally(Record):
    count: int = 0


def tallies(store: Store, *, keep: timedelta | None = None) -> Records[Tally]:
    return Records(store.client, Scripts(store.client), store.keys, "tally", Tally, keep=keep)


def more(tally: Tally | None) -> Tally:
    return (tally or Tally()).model_copy(update={"count": (tally.count if tally else 0) + 1})


def test_each_change_builds_on_the_last_and_counts_its_version(store: Store) -> None:
    records = tallies(store)
    assert records.get("a") is None
    assert records.change("a", more, NOON) == Tally(version=1, count=1)
    assert records.change("a", more, NOON) == records.get("a") == Tally(version=2, count=2)
    assert records.all() == {"a": Tally(version=2, count=2)}


def test_a_change_made_meanwhile_is_built_upon_not_overwritten(store: Store, other: Store) -> None:
    mine, theirs = tallies(store), tallies(other)
    looks: list[int] = []

    def slowly(tally: Tally | None) -> Tally:
        looks.append(tally.count if tally else 0)
        if len(looks) == 1:
            theirs.change("a", more, NOON)
        return more(tally)

    assert mine.change("a", slowly, NOON) == Tally(version=2, count=2)
    assert looks == [0, 1]


@pytest.mark.parametrize("nothing", [lambda _: None, lambda tally: tally])
def test_no_decision_writes_nothing_and_answers_what_stands(store: Store, nothing: object) -> None:
    records = tallies(store)
    records.change("a", more, NOON)
    told: list[str] = []
    assert callable(nothing)
    answer = records.change("a", nothing, NOON, also=lambda _, after: told.append(str(after)))
    assert answer == Tally(version=1, count=1)
    assert records.change("b", nothing, NOON) is None
    assert told == []


def test_what_goes_with_a_change_is_written_with_it_or_not_at_all(store: Store) -> None:
    records = tallies(store)
    message = card("tally", "a", user="U1", channel="C1", now=NOON)
    records.change("a", more, NOON, also=lambda commit, _: commit.tell(message))
    assert store.outbox.get(message.key) == message
    assert list(store.outbox.keys_waiting()) == [message.key]


def test_telling_of_a_message_that_stands_keeps_where_it_stands(store: Store) -> None:
    message = card("tally", "a", user="U1", channel="C1", now=NOON)
    standing = message.model_copy(update={"target": message.target.model_copy(update={"ts": "7.0"}), "version": 9})
    store.outbox.put(standing, NOON)
    tallies(store).change("a", more, NOON, also=lambda commit, _: commit.tell(message))
    assert store.outbox.get(message.key) == standing
    assert store.client.get(store.keys.wanted(message.key)) == "2"


def test_a_deleted_record_is_gone_from_every_list(store: Store) -> None:
    records = tallies(store)
    for each in ("a", "b"):
        records.change(each, more, NOON)
    records.delete("a", NOON)
    assert records.ids() == ("b",)
    assert records.many(("a", "b")) == {"b": Tally(version=1, count=1)}
    assert records.many(()) == {}


def test_a_record_whose_time_is_over_is_forgotten_by_the_list_too(store: Store) -> None:
    records = tallies(store, keep=timedelta(minutes=1))
    records.change("a", more, NOON)
    assert 0 < store.client.pttl(store.keys.record("tally", "a")) <= 60_000
    store.client.delete(store.keys.record("tally", "a"))
    assert records.ids() == ("a",)
    assert records.all() == {}
    assert records.ids() == ()


def test_several_records_change_in_one_commit_or_none_does(store: Store, other: Store) -> None:
    records = tallies(store)
    was = records.change("a", more, NOON)
    assert was is not None

    def both() -> object:
        commit = Commit(store.keys, NOON)
        records.put_in(commit, "a", more(was), was=was)
        records.put_in(commit, "b", Tally(count=7), was=None)
        return commit.run(Scripts(store.client))

    assert both() == Done()
    assert records.all() == {"a": Tally(version=2, count=2), "b": Tally(version=1, count=7)}
    tallies(other).change("a", more, NOON)
    assert isinstance(both(), Conflict)
    assert records.get("b") == Tally(version=1, count=7)
