"""One list pass as the watch believes it: with figures from wherever RunPod gives them, doubted where need be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import structlog

from pods.errors import PodNotFound, ProviderError, Unreadable
from pods.fleet import Fleet
from pods.model import Api, Listing, Pod
from pods.ports import Capability
from pods.quotas import spare
from pods.runs import loud
from pods.samples import Sample
from pods.telemetry import (
    Known,
    Reporting,
    Source,
    asks_graphql,
    carries,
    completed,
    doubtful,
    lacking,
    list_carries,
    ought,
    reads_any,
    to_read,
)
from workers.context import Context

log = structlog.get_logger()

#: So many pods that a list lacks are read before the list is believed.
_PROBES: Final = 2
#: Where single reads gave nothing before, so many are tried again.
_TRIES: Final = 3
#: Real seconds that a pass may spend on reading pods one by one.
_READS_S: Final = 15.0


def listed(context: Context) -> Listing:
    """Every pod, with what figures there are. Raises ProviderError, also for a list that leaves out what is there."""
    listing = context.provider.list()
    _believe(context, context.store.fleet.load(), listing)
    reporting = context.store.verdicts.state().reporting
    listing, reporting = _with_figures(context, listing, reporting)
    context.store.verdicts.report(reporting)
    return listing


def _believe(context: Context, fleet: Fleet, listing: Listing) -> None:
    """A list that suddenly lacks most of the pods is held against reads of a few of them."""
    for pod in doubtful(fleet, listing)[:_PROBES]:
        try:
            context.provider.get(pod.id)
        except PodNotFound:
            continue
        log.warning("list.incomplete", listed=len(listing.pods), known=len(fleet.entries), pod=pod.id)
        detail = f"the list has {len(listing.pods)} of {len(fleet.entries)} pods; {pod.id} is there all the same"
        raise Unreadable(detail, sentence="RunPod's list of pods leaves out pods that are there.")


def _with_figures(context: Context, listing: Listing, last: Reporting) -> tuple[Listing, Reporting]:
    now = listing.at
    if list_carries(listing.pods, now):
        return listing, _reported(last, Source.LIST, listing, now)
    if Capability.ACCOUNT in context.provider.capabilities() and listing.api is Api.REST and asks_graphql(last, now):
        last = last.model_copy(update={"graphql_tried_at": now})
        found = _by_graphql(context, listing)
        if found is not None:
            return found, _reported(last, Source.GRAPHQL, found, now)
    if not reads_any(last, now):
        return listing, _reported(last, Source.NOWHERE, listing, now)
    last = last.model_copy(update={"reads_tried_at": now})
    found, unread = _by_reads(context, listing, last)
    source = (
        Source.READS if any(map(carries, found.pods)) or (last.source is Source.READS and unread) else Source.NOWHERE
    )
    return found, _reported(last, source, found, now).model_copy(update={"unread": unread})


def _reported(last: Reporting, source: Source, listing: Listing, now: datetime) -> Reporting:
    wanted = [pod for pod in listing.pods if ought(pod, now)]
    figures = {"wanted": len(wanted), "got": sum(map(carries, wanted)), "unread": 0}
    return last.model_copy(update={"source": source, "at": now, **figures})


def _by_graphql(context: Context, listing: Listing) -> Listing | None:
    """The list completed by GraphQL's; None where that has no figures either."""
    try:
        other = context.provider.figures()
    except ProviderError as error:
        log.info("figures.unread", error=type(error).__name__, detail=error.detail)
        return None
    found = completed(listing, {pod.id: pod for pod in other.pods})
    return found if any(map(carries, found.pods)) else None


def _by_reads(context: Context, listing: Listing, last: Reporting) -> tuple[Listing, int]:
    """The list completed by reads of single pods within half the quota, and how many were left unread."""
    waiting = lacking(listing.pods, listing.at)
    budget = spare(context.provider.quotas())
    if last.source is Source.NOWHERE:
        budget = min(_TRIES, _TRIES if budget is None else budget)
    wanted = to_read(waiting, _known(context, waiting, listing.at), budget)
    began = context.monotonic()
    read: dict[str, Pod] = {}
    for pod in wanted:
        if context.monotonic() - began > _READS_S:
            break
        try:
            read[pod.id] = context.provider.get(pod.id)
        except ProviderError as error:
            log.info("pod.unread", pod=pod.id, error=type(error).__name__, detail=error.detail)
    return completed(listing, read), len(waiting) - len(read)


def _known(context: Context, pods: Iterable[Pod], now: datetime) -> dict[str, Known]:
    """When each pod's figures last came in, and whether they showed work."""
    idle = context.store.people.policy().idle
    windows = context.store.samples.windows([pod.id for pod in pods], now - idle.window - idle.max_gap)
    newest = {pod_id: _newest(samples) for pod_id, samples in windows.items()}
    return {pod_id: Known(at=each.at, busy=loud(each, idle)) for pod_id, each in newest.items() if each is not None}


def _newest(samples: Iterable[Sample]) -> Sample | None:
    told = (each for each in samples if each.complete or each.gpu_peak is not None)
    return max(told, key=lambda each: each.at, default=None)
