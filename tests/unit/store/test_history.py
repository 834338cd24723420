"""What was asked of a pod lately."""

from __future__ import annotations

from datetime import timedelta

from pods.model import Verb
from pods.store import Store
from tests.unit.pods.builders import NOON, POD_ID
from tests.unit.store.records import accept


def test_a_pods_operations_are_found_by_when_they_were_asked_for(store: Store) -> None:
    for minute, name in enumerate(("r1", "r2", "r3")):
        pod_id = POD_ID if name != "r2" else "other1"
        accept(store, name, Verb.STOP, (pod_id,), now=NOON + timedelta(minutes=minute))
        store.client.delete(store.keys.busy(pod_id))
    found = store.history.since(POD_ID, NOON)
    assert [each.request_id for each in found] == ["r1", "r3"]
    assert [each.request_id for each in store.history.since(POD_ID, NOON + timedelta(minutes=1))] == ["r3"]
    assert store.history.since("unknown", NOON) == ()
