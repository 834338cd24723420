"""The paging service: whether it takes our events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from app.doctor.finding import Finding, fail, ok
from app.settings import FIXES
from pods.errors import PagerError
from pods.losses import Severity
from pods.pages import PageAction, PageEvent
from pods.ports import Pager

#: Nothing is ever triggered under this key, so resolving it rings nobody and shows whether the key is good.
NOTHING: Final = "podkeeper-doctor"


def takes_events(pager: Pager) -> Iterator[Finding]:
    event = PageEvent(
        action=PageAction.RESOLVE, dedup_key=NOTHING, summary="", severity=Severity.LOW, at=datetime.now(UTC)
    )
    try:
        pager.send(event)
    except PagerError as error:
        mend = f"PAGERDUTY_ROUTING_KEY: {FIXES['PAGERDUTY_ROUTING_KEY']}" if error.final else "Try again in a minute."
        yield fail("PagerDuty", error.detail, mend)
    else:
        yield ok("PagerDuty", "takes events")
