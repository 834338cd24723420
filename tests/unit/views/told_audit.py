"""The audit, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.views import audit as views
from pods.audit import AuditEntry, Event
from pods.messages import Content
from tests.unit.views.samples import ADMIN, ASKER, CHANNEL, NOW, OWNER, TZ, ago


def _shown(*entries: AuditEntry, **changes: Any) -> Content:
    made: dict[str, Any] = {
        "entries": entries,
        "pod_id": None,
        "person": None,
        "since": None,
        "everything": True,
        "older": None,
        "later": False,
        "looked": len(entries),
        **changes,
    }
    return views.audit(views.Page(**made), now=NOW, tz=TZ)


def _audit() -> Iterator[tuple[str, Content]]:
    every = [
        AuditEntry(
            at=ago(minutes=nth),
            event=event,
            by=(ASKER, "rule:idle", "worker")[nth % 3],
            channel=CHANNEL if nth % 2 else "",
            command="stop abc123" if nth % 4 else "",
            pod_id="abc123",
            result="done" if nth % 2 else "",
        )
        for nth, event in enumerate(Event)
    ]
    yield "audit", _shown(*every)
    yield "audit-of-a-pod", _shown(*every[:2], pod_id="abc123", since=ago(days=2), everything=False, older="[1]")
    yield "audit-none", _shown(person=OWNER, everything=False)
    yield "audit-none-yet", _shown(person=ADMIN, older="[1]", looked=4000)
    yield "audit-no-older", _shown(later=True)


KINDS: Final = (_audit,)
