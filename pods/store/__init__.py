"""The store: one repository per record kind over one Redis connection."""

from __future__ import annotations

from dataclasses import dataclass

import redis

from pods.store.clockwork import Clockwork
from pods.store.connection import Scripts, connect
from pods.store.fleet import FleetStore
from pods.store.history import PodHistory
from pods.store.keys import Keys
from pods.store.outbox import Outbox
from pods.store.people import PeopleStore
from pods.store.walk import WalkStore


@dataclass(frozen=True, slots=True)
class Store:
    client: redis.Redis
    keys: Keys
    walk: WalkStore
    history: PodHistory
    outbox: Outbox
    fleet: FleetStore
    people: PeopleStore
    clockwork: Clockwork


def open_store(url: str, account: str) -> Store:
    """Repositories on a connection of their own. Connects on first use."""
    client = connect(url)
    keys = Keys(account)
    scripts = Scripts(client)
    walk = WalkStore(client, scripts, keys)
    return Store(
        client=client,
        keys=keys,
        walk=walk,
        history=PodHistory(client, keys, walk),
        outbox=Outbox(client, scripts, keys),
        fleet=FleetStore(client, scripts, keys),
        people=PeopleStore(client, scripts, keys),
        clockwork=Clockwork(client, scripts, keys),
    )


__all__ = ["Store", "open_store"]
