"""Every precondition of a commit keeps every change from being made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from pods.errors import NotRecorded
from pods.store import Store
from pods.store.commit import Busy, Claimed, Commit, Conflict, Done, Exists, Result
from pods.store.connection import Scripts
from tests.unit.pods.builders import NOON, at
from tests.unit.store.records import dump_all, entry, message

TEN_S = timedelta(seconds=10)


def every_change(store: Store) -> Commit:
    """A commit that would touch one key of each sort."""
    return (
        Commit(store.keys, NOON)
        .put("record", message("new"))
        .put("mortal", message("new"), for_=TEN_S)
        .put_text("text", "new")
        .put_field("hash", "field", message("new"))
        .delete("doomed")
        .free("freed", "me")
        .schedule("zset", "new", at(5))
        .unschedule("zset", "old")
        .include("set", "new")
        .exclude("set", "old")
        .want("msg")
        .audit(entry())
    )


@pytest.fixture
def before(store: Store) -> dict[str, object]:
    store.client.set("doomed", "x")
    store.client.set("freed", "me")
    store.client.zadd("zset", {"old": 1})
    store.client.sadd("set", "old")
    store.client.set("held", "them")
    store.client.set("versioned", '{"version": 3}')
    return dump_all(store)


def test_a_commit_whose_preconditions_hold_makes_every_change(store: Store, before: dict[str, object]) -> None:
    commit = every_change(store).once("nothing").expect_version("versioned", 3).expect("held", "them")
    commit.claim("claimed", "me", for_=TEN_S).occupy("occupied", "me")
    assert commit.run(Scripts(store.client)) == Done()
    client = store.client
    assert client.get("claimed") == client.get("occupied") == "me"
    assert 0 < client.pttl("claimed") <= 10_000
    assert client.pttl("occupied") == -1
    assert client.pttl("record") == -1
    assert 0 < client.pttl("mortal") <= 10_000
    assert client.get("text") == "new"
    assert client.hexists("hash", "field")
    assert not client.exists("doomed", "freed")
    assert client.zrange("zset", 0, -1, withscores=True) == [("new", float(NOON.timestamp() + 5) * 1000)]
    assert client.smembers("set") == {"new"}
    assert client.get(store.keys.wanted("msg")) == "1"
    assert client.zrange(store.keys.outbox, 0, -1) == ["msg"]
    assert client.xlen(store.keys.audit) == 1


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(lambda c: c.once("held"), Exists("them"), id="it exists"),
        pytest.param(lambda c: c.expect_version("versioned", 2), Conflict("versioned"), id="older version"),
        pytest.param(lambda c: c.expect_version("nothing", 1), Conflict("nothing"), id="no record"),
        pytest.param(lambda c: c.expect("held", "me"), Conflict("held"), id="another value"),
        pytest.param(lambda c: c.expect("nothing", ""), Conflict("nothing"), id="no value"),
        pytest.param(lambda c: c.claim("held", "me", for_=TEN_S), Claimed("held", "them"), id="claimed"),
        pytest.param(
            lambda c: c.occupy("occupied", "me").occupy("held", "me"), Busy({"held": "them"}), id="one of two busy"
        ),
    ],
)
def test_one_broken_precondition_changes_nothing(
    store: Store, before: dict[str, object], spoil: Callable[[Commit], Commit], told: Result
) -> None:
    assert spoil(every_change(store)).run(Scripts(store.client)) == told
    assert dump_all(store) == before


def test_a_mark_that_is_another_s_is_not_freed(store: Store) -> None:
    store.client.set("mark", "them")
    Commit(store.keys, NOON).free("mark", "me").run(Scripts(store.client))
    assert store.client.get("mark") == "them"


def test_a_claim_and_a_mark_of_one_s_own_are_no_hindrance(store: Store) -> None:
    for _ in range(2):
        commit = Commit(store.keys, NOON).claim("claim", "me", for_=TEN_S).occupy("mark", "me")
        assert commit.run(Scripts(store.client)) == Done()


def test_scripts_are_loaded_again_after_redis_forgot_them(store: Store) -> None:
    scripts = Scripts(store.client)
    commit = Commit(store.keys, NOON).put_text("text", "new")
    assert commit.run(scripts) == Done()
    store.client.script_flush()
    assert commit.run(scripts) == Done()


class LostAnswers:
    """A connection on which the script runs and its answer is lost, so many times."""

    def __init__(self, client: redis.Redis, times: int) -> None:
        self._client = client
        self._left = times

    def script_load(self, source: str) -> str:
        return str(self._client.script_load(source))

    def get(self, key: str) -> object:
        return self._client.get(key)

    def evalsha(self, *given: object) -> object:
        answer = self._client.evalsha(*given)  # type: ignore[arg-type]
        if self._left:
            self._left -= 1
            raise redis.ConnectionError("Connection closed by server.")
        return answer


def test_a_commit_whose_answer_was_lost_is_recognised_as_its_own(store: Store) -> None:
    first = Commit(store.keys, NOON).once("record").put("record", message("a"))
    assert first.run(Scripts(LostAnswers(store.client, 1))) == Done()  # type: ignore[arg-type]
    second = Commit(store.keys, NOON).expect_version("record", 1).put("record", message("a", version=2))
    assert second.run(Scripts(LostAnswers(store.client, 1))) == Done()  # type: ignore[arg-type]
    assert second.run(Scripts(store.client)) == Conflict("record")


def test_a_commit_that_lost_to_another_is_not_taken_for_its_own(store: Store) -> None:
    store.client.set("record", message("a", user="U2").model_dump_json())
    mine = Commit(store.keys, NOON).once("record").put("record", message("a"))
    assert isinstance(mine.run(Scripts(LostAnswers(store.client, 1))), Exists)  # type: ignore[arg-type]


def test_a_commit_whose_answer_is_lost_twice_is_not_recorded(store: Store) -> None:
    mine = Commit(store.keys, NOON).once("record").put("record", message("a"))
    with pytest.raises(NotRecorded):
        mine.run(Scripts(LostAnswers(store.client, 2)))  # type: ignore[arg-type]


def test_a_redis_that_refuses_is_not_recorded(store: Store) -> None:
    store.client.zadd("record", {"a": 1})
    with pytest.raises(NotRecorded):
        Commit(store.keys, NOON).expect_version("record", 1).run(Scripts(store.client))
