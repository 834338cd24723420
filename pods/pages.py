"""What a paging service is told of an incident: triggered, acknowledged, resolved, each at least once. Pure.

The service knows an incident by its dedup key, so telling it twice changes nothing; not telling it is what must not be.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.incidents import Incident, IncidentState
from pods.losses import Severity
from pods.model import Record, Value
from pods.times import Instant

BACKOFF: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300))


class PageAction(StrEnum):
    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


_ORDER: Final = {PageAction.TRIGGER: 0, PageAction.ACKNOWLEDGE: 1, PageAction.RESOLVE: 2}


class PageEvent(Value):
    """One call to the paging service."""

    action: PageAction
    dedup_key: str
    #: Plain text, one line.
    summary: str
    severity: Severity
    at: Instant
    #: The pods concerned, for the service's own view of it.
    pods: tuple[str, ...] = ()


class Page(Record):
    """How far the service was told of one incident."""

    incident_id: str
    dedup_key: str
    #: The newest action that was begun: it may or may not have arrived.
    begun: PageAction | None = None
    #: The newest action that the service took.
    sent: PageAction | None = None
    tries: int = 0
    next_at: Instant
    #: What the service refused for good; nothing more is sent.
    refused: str = ""

    @property
    def over(self) -> bool:
        return self.sent is PageAction.RESOLVE or bool(self.refused)


def dedup_key(account: str, incident_id: str) -> str:
    return f"podkeeper-{account}-{incident_id}"


def new_page(account: str, incident: Incident, now: datetime) -> Page:
    return Page(incident_id=incident.id, dedup_key=dedup_key(account, incident.id), next_at=now)


def wanted(incident: Incident, page: Page | None) -> PageAction | None:
    """What the service should be told now; None: it knows, or need not."""
    if not incident.pages:
        return None
    heard = page.begun if page is not None else None
    if incident.state is IncidentState.OPEN and not incident.hushed:
        action = PageAction.TRIGGER
    elif incident.state is IncidentState.OPEN or heard is None:
        # Hushed; or taken, or over, before anybody was called.
        return None
    elif incident.state is IncidentState.ACKNOWLEDGED:
        action = PageAction.ACKNOWLEDGE
    else:
        action = PageAction.RESOLVE
    sent = page.sent if page is not None else None
    return action if sent is None or _ORDER[action] > _ORDER[sent] else None


def begun(page: Page, action: PageAction) -> Page:
    """About to call: if no answer is ever written, it may have arrived."""
    newest = action if page.begun is None or _ORDER[action] > _ORDER[page.begun] else page.begun
    return page if newest is page.begun else page.model_copy(update={"begun": newest})


def taken(page: Page, action: PageAction, now: datetime) -> Page:
    return page.model_copy(update={"sent": action, "tries": 0, "next_at": now})


def failed(page: Page, now: datetime, *, after: timedelta | None = None) -> Page:
    """Try again: after what the service asked for, else ever more rarely."""
    wait = after or BACKOFF[min(page.tries, len(BACKOFF) - 1)]
    return page.model_copy(update={"tries": page.tries + 1, "next_at": now + wait})


def refused(page: Page, why: str) -> Page:
    return page.model_copy(update={"refused": why})
