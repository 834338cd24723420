"""The report queue: what only RunPod can say, read for one person and answered privately.

What happens when the process dies between any two lines: nothing was changed at RunPod, the inquiry stays unanswered,
and the sweep asks again once the claim has run out. The answer and its message are written in one commit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from bot.views import acks, logs, reach
from pods.doors import Door, doors
from pods.errors import ProviderError
from pods.inquiries import Inquiry, Kind, answered
from pods.messages import Content, Message, MessageKind, Target
from pods.model import Pod, PodStatus
from pods.reach import Reached, probe_path, reached
from pods.store.commit import Commit
from workers.context import Context, current
from workers.edge import job
from workers.gates import wake_message
from workers.zones import zone

log = structlog.get_logger()

#: Nobody else answers it meanwhile (real time); a job is given a minute.
CLAIM_MS: Final = 60_000
_AT_ONCE: Final = 10


def _own_fault(inquiry_id: str, error_id: str) -> None:
    _tell(current(), inquiry_id, acks.own_fault(error_id, recorded=False))


@job(on_fault=_own_fault)
def answer(inquiry_id: str) -> None:
    """Read what was asked for and tell it. Does nothing where that was done, or somebody else is at it."""
    context = current()
    inquiry = context.store.inquiries.get(inquiry_id)
    if inquiry is None or inquiry.answer is not None:
        return
    if not context.store.clockwork.wake_once("inquiry", inquiry_id, for_ms=CLAIM_MS):
        return
    _tell(context, inquiry_id, _answer(context, inquiry))


@job()
def sweep(period: str) -> None:
    """Take up what was asked and not answered: its wake-up was lost, or its worker died."""
    del period
    context = current()
    for inquiry in context.store.inquiries.all().values():
        if inquiry.answer is None:
            answer(inquiry.id)


def _answer(context: Context, inquiry: Inquiry) -> Content:
    if inquiry.overdue(context.clock.now()):
        return reach.given_up(inquiry.kind, inquiry.pod_name, inquiry.pod_id)
    try:
        if inquiry.kind is Kind.LOGS:
            return _log(context, inquiry)
        return _connect(context, context.provider.get(inquiry.pod_id))
    except ProviderError as error:
        log.warning("inquiry.unread", kind=inquiry.kind.value, error=type(error).__name__, detail=error.detail)
        return reach.unread(inquiry.kind, inquiry.pod_name, inquiry.pod_id, error)


def _connect(context: Context, pod: Pod) -> Content:
    http = [door for door in doors(pod.ports) if door.http] if pod.status is PodStatus.RUNNING else []
    return reach.connect(pod, _knock(context, pod, http))


def _knock(context: Context, pod: Pod, http: list[Door]) -> list[Reached]:
    """Each port once, all at the same time: the slowest takes three seconds."""
    if not http:
        return []

    def knock(door: Door) -> Reached:
        answer_ = context.web.get(pod.id, door.port, probe_path(door))
        return reached(door, context.web.url(pod.id, door.port), answer_)

    with ThreadPoolExecutor(min(len(http), _AT_ONCE), thread_name_prefix="knock") as pool:
        return list(pool.map(knock, http))


def _log(context: Context, inquiry: Inquiry) -> Content:
    lines = context.provider.logs(inquiry.pod_id, source=inquiry.source, tail=inquiry.tail, since=inquiry.since)
    return logs.log(
        inquiry.pod_name,
        inquiry.pod_id,
        lines,
        source=inquiry.source,
        tail=inquiry.tail,
        since=inquiry.since,
        now=context.clock.now(),
        tz=zone(context, inquiry.user),
    )


def _tell(context: Context, inquiry_id: str, content: Content) -> None:
    now = context.clock.now()

    def also(commit: Commit, after: Inquiry) -> None:
        commit.tell(_message(after))

    after = context.store.inquiries.change(inquiry_id, lambda known: answered(known, content), now, also)
    if after is not None:
        wake_message(context, after.message_key)


def _message(inquiry: Inquiry) -> Message:
    """Private, and rendered from the inquiry, so that what it says is kept no longer than that."""
    return Message(
        key=inquiry.message_key,
        kind=MessageKind.REPLY,
        card=inquiry.kind.value,
        subject=inquiry.id,
        user=inquiry.user,
        target=Target(channel=inquiry.place.channel, thread_ts=inquiry.thread_ts),
        response_url=inquiry.place.response_url,
        created_at=inquiry.asked_at,
    )
