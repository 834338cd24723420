"""Bringing one lost pod's work back: the record, and what holds of it. Pure; `pods.recovery.steps` moves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.ids import derived_id
from pods.losses import Loss
from pods.model import Pod, Record, Value
from pods.recovery.attempts import Attempt, Result, Why
from pods.recovery.chain import Chain, Run
from pods.recovery.kept_spec import KeptSpec
from pods.recovery.lineage import Lineage, base_name
from pods.recovery.rules import RecoveryRule
from pods.times import Instant

#: Between two rounds of tries that found no room: 1, 2, 4, 8, 16, then 30 minutes.
FIRST_GAP: Final = timedelta(minutes=1)
LAST_GAP: Final = timedelta(minutes=30)


class State(StrEnum):
    TRYING = "trying"
    #: The work runs again, and the plan did it.
    BACK = "back"
    #: The lost pod runs again, or a person took it over: the plan did nothing more.
    STOOD_DOWN = "stood_down"
    #: Nothing the rule allows can bring it back.
    REFUSED = "refused"
    #: It was tried, and is no longer.
    GAVE_UP = "gave_up"
    #: A person said stop trying.
    STOPPED = "stopped"


class Husk(StrEnum):
    """The lost pod once another runs in its place."""

    #: Not thought of yet.
    OPEN = "open"
    GOING = "going"
    TERMINATED = "terminated"
    #: The rule leaves it, or there is no other pod.
    KEPT = "kept"
    #: The rule would remove it, but it was not in a state to be removed; it may bill.
    LEFT = "left"
    #: It was gone already.
    GONE = "gone"


class TakenOver(Value):
    """A person's own order on the lost pod or on the one that was to take its place."""

    by: str
    verb: str
    at: Instant


class Recovery(Record):
    """The record of one plan; its id is `recovery_id`'s."""

    id: str
    loss: str
    incident: str
    lineage: str
    name: str
    #: As it was last seen running.
    lost: Pod
    lost_at: Instant
    #: The rule as it stood when the plan began.
    rule: RecoveryRule
    spec: KeptSpec | None
    #: A user id where a person asked for it; else "rule:<name>".
    by: str
    began_at: Instant
    state: State = State.TRYING
    why: Why | None = None
    ended_at: Instant | None = None
    taken_over: TakenOver | None = None
    attempts: tuple[Attempt, ...] = ()
    round: int = 0
    next_at: Instant | None = None
    chain: Chain = Chain()
    #: A person's words: who said stop, that resuming is not to be tried, that an empty copy is welcome.
    stop_by: str | None = None
    skip_resume: bool = False
    empty_copy: bool = False
    #: When a person had it go on after it had ended: the deadline counts from here.
    again_at: Instant | None = None
    #: The lost pod is no longer at RunPod; `absent_since` while that is not certain.
    gone: bool = False
    absent_since: Instant | None = None
    #: Since when RunPod could not be asked; nothing is tried or concluded meanwhile.
    blind_since: Instant | None = None
    husk: Husk = Husk.OPEN
    #: What we know of the pod (owner, holds, protection) stands at the new one.
    facts_moved: bool = False
    #: A pod of a try that could not be taken back.
    stray: str | None = None

    @property
    def over(self) -> bool:
        """Nothing is left to do, not even tidying up."""
        return self.state is not State.TRYING and self.next_at is None

    @property
    def current(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts and self.attempts[-1].open else None

    @property
    def won(self) -> Attempt | None:
        return next((each for each in self.attempts if each.result is Result.UP), None)

    @property
    def new_pod(self) -> str | None:
        """The pod that took the lost one's place, if there is one."""
        won = self.won
        return won.pod_id if won is not None and won.offer.creates else None

    @property
    def deadline(self) -> datetime:
        return (self.again_at or self.lost_at) + self.rule.deadline

    def spent(self, now: datetime) -> Decimal:
        """USD, an estimate: what tries cost that brought nothing yet."""
        own = sum((each.spent(now) for each in self.attempts), Decimal(0))
        return self.chain.spent + own

    @property
    def cap(self) -> Decimal | None:
        """USD per hour that nothing may exceed. None: no cap is set and what it cost before is not known."""
        if self.rule.price_cap is not None:
            return self.rule.price_cap
        return self.lost.cost_per_hour if self.lost.cost_known and self.lost.cost_per_hour else None


def recovery_id(loss: str) -> str:
    """One plan per loss."""
    return derived_id("recovery", loss)


def gap(rounds: int) -> timedelta:
    """How long to wait after so many rounds that found no room."""
    doubled: int = 2 ** min(max(rounds - 1, 0), 10)
    return min(FIRST_GAP * doubled, LAST_GAP)


def next_try_at(recovery: Recovery, now: datetime) -> datetime:
    """When the hourly limit lets the next try begin."""
    tries = sorted((*recovery.chain.tried_at, *(each.at for each in recovery.attempts)))
    recent = [at for at in tries if at > now - timedelta(hours=1)]
    if len(recent) < recovery.rule.attempts_per_hour:
        return now
    return recent[-recovery.rule.attempts_per_hour] + timedelta(hours=1)


def first_plan(
    loss: Loss, lineage: Lineage | None, *, rule: RecoveryRule, by: str, now: datetime, chain: Chain | None = None
) -> Recovery:
    """The plan for a loss, before its first step."""
    return Recovery(
        id=recovery_id(loss.id),
        loss=loss.id,
        incident=loss.incident_id,
        lineage=lineage.lineage if lineage else loss.pod_id,
        name=lineage.name if lineage else base_name(loss.pod.name),
        lost=loss.pod,
        lost_at=loss.seen_at,
        rule=rule,
        spec=lineage.spec if lineage else None,
        by=by,
        began_at=now,
        next_at=now,
        chain=chain or Chain(),
    )


def chained(before: Recovery | None, *, lost_at: datetime, saved: bool) -> Chain:
    """What a new plan inherits of the last one of the same work: everything, until a run was useful."""
    if before is None or before.won is None or before.won.up_at is None:
        return Chain()
    won = before.won
    up_at = won.up_at or won.at
    run = Run(up_at=up_at, lost_at=max(lost_at, up_at), price=won.offer.price, saved=saved)
    if saved or run.lasted >= before.rule.useful:
        return Chain()
    return Chain(
        runs=(*before.chain.runs, run),
        spent=before.spent(lost_at) + run.cost,
        tried_at=(*before.chain.tried_at, *(each.at for each in before.attempts))[-60:],
    )


def end(recovery: Recovery, state: State, why: Why | None, now: datetime) -> Recovery:
    return changed(recovery, state=state, why=why, ended_at=now, next_at=None)


def changed(recovery: Recovery, **changes: object) -> Recovery:
    return recovery.model_copy(update=changes)
