"""Which of the described pods a verb is for, and which are left out with a reason."""

from __future__ import annotations

import pytest

from pods.fleet import Entry
from pods.model import PodStatus, Verb
from pods.selections import Why, meant_for, untouchable
from tests.unit.pods.builders import NOON, pod

S, V = PodStatus, Verb
LIVE = {S.PROVISIONING, S.STARTING, S.RUNNING}
MEANT: dict[Verb, set[PodStatus]] = {
    V.START: {S.EXITED, S.ERROR},
    V.STOP: LIVE,
    V.RESTART: {S.RUNNING},
    V.TERMINATE: LIVE | {S.EXITED, S.ERROR},
    V.RENAME: LIVE | {S.EXITED, S.ERROR},
    V.LOCK: LIVE | {S.EXITED, S.ERROR},
    V.UNLOCK: set(),
}


@pytest.mark.parametrize("verb", MEANT)
def test_a_verb_is_for_pods_it_would_change_and_never_for_one_in_a_state_nobody_knows(verb: Verb) -> None:
    assert {status for status in PodStatus if meant_for(verb, pod(status))} == MEANT[verb]


def test_a_lock_is_for_what_is_not_locked_and_an_unlock_for_what_is() -> None:
    assert not meant_for(V.LOCK, pod(locked=True))
    assert meant_for(V.UNLOCK, pod(locked=True))


@pytest.mark.parametrize(
    ("verb", "changes", "missing", "why"),
    [
        (V.STOP, {}, False, None),
        (V.STOP, {"locked": True}, False, Why.LOCKED),
        (V.TERMINATE, {"locked": True}, False, Why.LOCKED),
        (V.START, {"locked": True}, False, None),
        (V.UNLOCK, {"locked": True}, False, None),
        (V.STOP, {"cluster_id": "cl1"}, False, Why.CLUSTER),
        (V.LOCK, {"cluster_id": "cl1", "locked": True}, False, Why.CLUSTER),
        (V.STOP, {"locked": True}, True, Why.MISSING),
    ],
)
def test_what_may_not_be_touched_is_left_out(
    verb: Verb, changes: dict[str, object], missing: bool, why: Why | None
) -> None:
    entry = Entry(pod=pod(**changes), seen_at=NOON, missing_since=NOON if missing else None)
    assert untouchable(verb, entry) is why
