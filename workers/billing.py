"""The report queue: RunPod's bill into the books, and the books kept within bounds.

Every day of the bill is one change of that day's page; asked twice it is written once. A process that dies between two
days leaves the first one billed, and the mark of how far the bill is read where it was: the next reads on from there.
"""

from __future__ import annotations

from typing import Final

import structlog

from pods.errors import ProviderError
from pods.ledger.bill import Billing
from pods.ledger.reconciling import BOOKS_FOR, by_hour_from, due, failed, reached, settled, without_open
from pods.ledger.sheets import condensed
from pods.ledger.sightings import SubjectKind
from pods.ledger.totals import Window
from pods.quotas import spare
from workers.context import Context, current
from workers.edge import job
from workers.passes.ledger import labels

log = structlog.get_logger()

#: A job of the report queue ends within a minute; the next one goes on.
BUDGET_S: Final = 25.0


@job()
def reconcile(period: str) -> None:
    """Ask RunPod what it billed for the hours that are over, and let that take the place of what was estimated."""
    del period
    context = current()
    began = context.monotonic()
    for kind in SubjectKind:
        _reconcile(context, kind, began)


def _reconcile(context: Context, kind: SubjectKind, began: float) -> None:
    records, now = context.store.billing, context.clock.now()
    billing = records.get(kind.value) or Billing()
    asked: list[Window] = []
    try:
        for window in due(billing, now):
            if _spent(context, began):
                break
            _settle(context, kind, window)
            asked.append(window)
    except ProviderError as error:
        log.warning("bill.unread", kind=kind.value, error=type(error).__name__, detail=error.detail)
        why = error.sentence
        records.change(kind.value, lambda known: failed(known or Billing(), why, now), now)
        return
    if asked:
        open_from = context.store.ledger.watching().open_from(kind)
        records.change(kind.value, lambda known: reached(known or Billing(), asked, open_from, now), now)


def _spent(context: Context, began: float) -> bool:
    """Whether time or quota of this run is used up: people's half of the quota is not touched."""
    calls = spare(context.provider.quotas())
    return context.monotonic() - began > BUDGET_S or (calls is not None and calls < 1)


def _settle(context: Context, kind: SubjectKind, window: Window) -> None:
    store = context.store
    open_from = store.ledger.watching().open_from(kind)
    bill = without_open(context.provider.bill(kind, window.start, window.end), open_from)
    pods = store.fleet.load().pods
    volumes = store.catalog.load().network_volumes
    whose = labels(context, pods)
    names = {pod.id: pod.name for pod in pods} | {volume.id: volume.name for volume in volumes}
    store.ledger.settle(window.start.date(), lambda lines: settled(lines, bill, whose, names), context.clock.now())


@job()
def keep_books(period: str) -> None:
    """Old days become sums, and the oldest are let go of."""
    del period
    context = current()
    ledger, now = context.store.ledger, context.clock.now()
    for day in ledger.days():
        if day < (now - BOOKS_FOR).date():
            ledger.forget(day, now)
        elif day < by_hour_from(now):
            ledger.settle(day, condensed, now)
