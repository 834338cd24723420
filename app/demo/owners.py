"""Who owns the demo's pods."""

from __future__ import annotations

from typing import Final

from app.settings import Settings
from app.wiring import clock_of, store_of
from pods.audit import AuditEntry, Event
from pods.fleet import Owner, OwnerKind

#: Who owns what in the demo; the other pods are nobody's, as pods made in the console are.
OWNERS: Final = {"abc123": "U0BOB", "f6j1bs": "U0BOB", "r8h5yc": "U0ALICE", "w3n8ze": "U0DAVE"}


def give_owners(settings: Settings) -> None:
    """Give the demo's pods their owners, as people would have claimed them before."""
    store, now = store_of(settings), clock_of(settings).now()
    for pod_id, user in OWNERS.items():
        owner = Owner(kind=OwnerKind.PERSON, user=user, since=now, by=user)
        entry = AuditEntry(at=now, event=Event.OWNER, by=user, pod_id=pod_id, result=user)
        store.fleet.set_owner(pod_id, owner, now=now, audit=entry)
    store.client.close()
