"""The paging service, told of incidents: what it should know is compared with what it took, and sent until it did.

A process that dies between the call and the write sends the same event again; the dedup key makes that harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from pods import pages
from pods.errors import PagerError
from pods.incidents import Incident
from pods.losses import Loss
from pods.pages import Page, PageAction, PageEvent
from pods.ports import Pager
from workers.context import Context

log = structlog.get_logger()

#: Names an alert spells out.
_NAMED = 3


def page(context: Context, open_incidents: Iterable[str], now: datetime) -> None:
    """Bring the service up to date, as far as there is one."""
    if context.pager is None:
        return
    known = context.store.pages.all()
    unfinished = {page_id for page_id, each in known.items() if not each.over}
    for incident in context.store.incidents.many({*open_incidents, *unfinished}).values():
        _page(context, context.pager, incident, known.get(incident.id), now)


def _page(context: Context, pager: Pager, incident: Incident, known: Page | None, now: datetime) -> None:
    action = pages.wanted(incident, known)
    if action is None or (known is not None and (known.over or now < known.next_at)):
        return
    fresh = pages.new_page(context.account, incident, now)
    context.store.pages.change(incident.id, lambda each: pages.begun(each or fresh, action), now)
    try:
        pager.send(_event(context, incident, action))
    except PagerError as error:
        _failed(context, incident, error, now)
        return
    log.info("page.sent", incident=incident.id, action=action.value)
    context.store.clockwork.report("pager", now, trouble="")
    context.store.pages.change(incident.id, lambda each: pages.taken(each, action, now) if each else None, now)


def _failed(context: Context, incident: Incident, error: PagerError, now: datetime) -> None:
    log.warning("page.unsent", incident=incident.id, detail=error.detail, final=error.final)
    context.store.clockwork.report("pager", now, trouble=error.sentence)
    if error.final:
        context.store.pages.change(incident.id, lambda each: pages.refused(each, error.sentence) if each else None, now)
        return
    after = timedelta(seconds=error.retry_after_s) if error.retry_after_s else None
    context.store.pages.change(incident.id, lambda each: pages.failed(each, now, after=after) if each else None, now)


def _event(context: Context, incident: Incident, action: PageAction) -> PageEvent:
    losses = tuple(context.store.losses.many(incident.losses[:_NAMED]).values())
    return PageEvent(
        action=action,
        dedup_key=pages.dedup_key(context.account, incident.id),
        summary=_summary(incident, losses),
        severity=incident.severity,
        at=incident.opened_at,
        pods=incident.pods[:100],
    )


def _summary(incident: Incident, losses: tuple[Loss, ...]) -> str:
    named = ", ".join(f"{loss.pod.name} ({loss.pod_id})" for loss in losses)
    more = len(incident.pods) - len(losses)
    others = f" and {more} more" if more > 0 else ""
    what = " ".join(f"Lost RunPod pods: {named}{others}".split())
    cause = losses[0].cause.kind.value.replace("_", " ") if losses else "not known"
    return f"{what}. Cause: {cause}."
