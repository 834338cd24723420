"""Early signs of a loss: memory from the list, ports by asking them, maintenance as announced. One notice each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from bot.views import early_signs as view
from pods import early_signs as domain
from pods.early_signs import Sign, Signs
from pods.errors import ProviderError
from pods.fleet import OwnerKind, owners
from pods.ids import derived_id
from pods.loss_rules import LossRules
from pods.model import Pod, PodStatus
from pods.policy import Kind
from pods.ports import Capability
from pods.proxy_urls import http_ports
from pods.store.commit import Commit
from pods.store.told import tell_words
from workers.context import Context, current
from workers.edge import job
from workers.passes.look import Look
from workers.places import people, places
from workers.zones import zone

log = structlog.get_logger()

#: Real seconds that one round of asking ports may take.
ROUND_S: Final = 20.0
#: From here on something answers, but not what listens on the port.
_BROKEN: Final = 500

Judged = Callable[[Signs], tuple[Signs, Sign | None]]


def early_signs(context: Context, look: Look) -> None:
    """Memory, as this list has it."""
    if not look.healthy:
        return
    rules = context.store.people.policy().losses
    for entry in look.after.entries:
        pod = entry.pod
        if entry.missing_since is not None or pod.status is not PodStatus.RUNNING or pod.runtime is None:
            continue
        percent = pod.runtime.memory_util
        if percent is None or not (percent >= rules.memory_percent or _spell_lasts(context, pod.id)):
            continue
        _judge(context, pod, partial(_memory, percent=percent, at=look.now, rules=rules), look.now)


def _memory(signs: Signs, *, percent: int, at: datetime, rules: LossRules) -> tuple[Signs, Sign | None]:
    return domain.memory(signs, percent, at, rules)


def _spell_lasts(context: Context, pod_id: str) -> bool:
    signs = context.store.signs.get(pod_id)
    return signs is not None and signs.memory_since is not None


@job()
def look_at_ports(period: str) -> None:
    """Ask the HTTP ports of what runs, in another order each time; and what is announced of the hosts."""
    context = current()
    fleet = context.store.fleet.load()
    if fleet.failing_since is not None:
        return
    began = context.monotonic()
    running = [pod for pod in fleet.pods if pod.status is PodStatus.RUNNING]
    # A round has its limit; by turns every pod of a large fleet comes first.
    running.sort(key=lambda pod: derived_id(period, pod.id))
    _look_at_windows(context, {pod.id: pod for pod in running})
    for pod in running:
        for number in http_ports(pod.ports):
            if context.monotonic() - began > ROUND_S:
                log.info("ports.cut_short")
                return
            _look_at_port(context, pod, number)


def _look_at_port(context: Context, pod: Pod, number: int) -> None:
    answer = context.web.get(pod.id, number)
    answers = answer.status is not None and answer.status < _BROKEN
    rules, now = context.store.people.policy().losses, context.clock.now()

    def judge(signs: Signs) -> tuple[Signs, Sign | None]:
        own = domain.of_container(signs, pod.started_at)
        return domain.port(own, number, answers=answers, at=now, rules=rules)

    _judge(context, pod, judge, now)


def _look_at_windows(context: Context, running: dict[str, Pod]) -> None:
    if Capability.STOP_REASON not in context.provider.capabilities():
        return
    try:
        windows = context.provider.maintenances()
    except ProviderError as error:
        log.info("maintenance.unread", error=type(error).__name__, detail=error.detail)
        return
    now = context.clock.now()
    for window in windows:
        if window.pod_id in running:
            _judge(context, running[window.pod_id], partial(domain.maintenance, window=window, now=now), now)


def _judge(context: Context, pod: Pod, judge: Judged, now: datetime) -> None:
    """Write the signs and, in the same commit, what is to be told."""
    found: list[Sign | None] = []

    def decide(known: Signs | None) -> Signs | None:
        before = known or Signs(pod_id=pod.id)
        after, told = judge(before)
        found[:] = [told]
        return known if after is before else after

    def tell(commit: Commit, after: Signs) -> None:
        del after
        if found[0] is not None:
            _tell(context, commit, pod, found[0])

    context.store.signs.change(pod.id, decide, now, tell)


def _tell(context: Context, commit: Commit, pod: Pod, told: Sign) -> None:
    """To the owner directly; a pod nobody owns is everybody's."""
    policy, now = context.store.people.policy(), commit.now
    owner = owners(context.store.fleet.facts(), pod.id)
    person = owner.user if owner is not None and owner.kind is OwnerKind.PERSON else None
    where = (person,) if person else places(context.store, policy, now, Kind.NOTICES, Kind.LOSSES)
    fallback = next(iter(people(context.store, policy, now)), "")
    key = f"sign.{pod.id}.{told.name}"
    words = view.sign(told, pod, now=now, tz=zone(context, person or ""), key=key)
    tell_words(commit, key, words, where, fallback)


__all__ = ["early_signs", "look_at_ports"]
