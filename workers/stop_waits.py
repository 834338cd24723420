"""Stops that wait for a checkpoint: one look a step, the stop ordered once, the asking told where it is noticed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pods.access import Allowed, decide
from pods.audit import AuditEntry, Event
from pods.jobs import Job
from pods.model import Pod, PodStatus, Verb
from pods.operations import Code, Operation, Outcome
from pods.policy import Role
from pods.recovery.rules import rule_named
from pods.recovery.stop_waits import LOOK_EVERY, StopWait, WaitState, advance, asking, card_key
from pods.requests import Request
from pods.store.agenda import on_agenda
from pods.store.commit import Commit
from workers import automation, checkpoints
from workers.context import Context, current
from workers.edge import job
from workers.gates import wake_message
from workers.guards import NotNow
from workers.recovery_orders import ordered

RULE: Final = "after-checkpoint"


@job()
def step(wait_id: str) -> None:
    """One look. Does nothing when it has ended, or is not due yet."""
    context = current()
    wait = context.store.stop_waits.get(wait_id)
    now = context.clock.now()
    if wait is None or wait.next_at is None:
        context.store.clockwork.forget(Job.STOP_WAIT.value, wait_id)
        return
    if now < wait.next_at:
        return
    pod = context.store.fleet.load().get(wait.pod_id)
    if wait.looks and pod is not None and pod.status is PodStatus.RUNNING and _read_checkpoint(context, pod, now):
        context.store.outbox.want(card_key(wait), now)
    stop = ordered(stop_of(context, wait), now)
    after = advance(wait, pod, context.store.checkpoints.get(wait.pod_id), stop, now)
    written = _write(context, wait, after, now)
    if written is not None and written.state is WaitState.STOPPING:
        _order(context, written, pod)


def _read_checkpoint(context: Context, pod: Pod, now: datetime) -> bool:
    """Sooner than its minute: every minute that it waits on costs money. Whether it says something new."""
    known = context.store.checkpoints.get(pod.id)
    protection = context.store.protections.get(pod.id)
    found = rule_named(context.store.people.policy().recovery, protection.rule) if protection else None
    if found is None or found.checkpoint is None:
        return False
    if known is not None and known.tried_at is not None and now - known.tried_at < LOOK_EVERY:
        return False
    after = checkpoints.read(context, pod, found.checkpoint, known)
    return known is None or (known.last_at, known.trouble) != (after.last_at, after.trouble)


def _write(context: Context, before: StopWait, after: StopWait, now: datetime) -> StopWait | None:
    """As decided, unless a button was faster: then nothing was written."""
    if after == before:
        return before

    def choose(there: StopWait | None) -> StopWait | None:
        return after if there is not None and there.version == before.version else there

    def also(commit: Commit, record: StopWait) -> None:
        on_agenda(Job.STOP_WAIT)(commit, record)
        if (before.state, before.until) != (record.state, record.until):
            commit.want(card_key(record)).audit(_entry(record, now))
        if record.state is WaitState.ASKING and before.state is not WaitState.ASKING:
            commit.tell(asking(record, now))

    written = context.store.stop_waits.change(before.id, choose, now, also)
    if written is None or written.version != before.version + 1:
        return None
    wake_message(context, card_key(written))
    return written


def _entry(wait: StopWait, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        event=Event.ENDED if wait.ended_at else Event.ACCEPTED,
        by=f"rule:{RULE}",
        team=wait.team,
        channel=wait.channel,
        command=f"stop {wait.pod_id} after checkpoint",
        pod_id=wait.pod_id,
        result=wait.end.value if wait.end else wait.state.value,
    )


def _placed(wait: StopWait, pod: Pod | None) -> automation.Order:
    known = pod or Pod(id=wait.pod_id, name=wait.pod_name, status=PodStatus.UNKNOWN, mounts_known=False)
    return automation.Order(rule=RULE, verb=Verb.STOP, pod=known, subject=wait.id, tells=(card_key(wait),))


def _order(context: Context, wait: StopWait, pod: Pod | None) -> None:
    """The same order however often: a pod in other hands keeps it waiting."""
    automation.order(context, _placed(wait, pod))


def stop_of(context: Context, wait: StopWait) -> Operation | None:
    """The stop it ordered, if it did."""
    return context.store.walk.operation(automation.operation_id(context, _placed(wait, None)))


def may_stop(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | NotNow | None:
    """Only while it is still wanted, and by somebody who still may."""
    del operation, pod
    wait = context.store.stop_waits.get(request.subject)
    if wait is None or wait.state is not WaitState.STOPPING:
        return Outcome(code=Code.VETOED, sentence="The waiting for a checkpoint was cancelled.")
    people = context.store.people
    decision = decide(
        people.person(wait.team, wait.answered_by or wait.by, context.clock.now()),
        Role.OPERATOR,
        policy=people.policy(),
        channel=wait.channel,
        holders=people.holders(),
    )
    return None if isinstance(decision, Allowed) else Outcome(code=Code.NOT_ALLOWED)
