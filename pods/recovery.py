"""Bringing one lost pod's work back: the record, and what holds of it. Pure; `pods.recovery_steps` moves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.ids import derived_id
from pods.kept_spec import KeptSpec
from pods.model import Cloud, Pod, Record, Value, Verb
from pods.recovery_rules import Move, RecoveryRule
from pods.times import Instant

_HOUR_S: Final = Decimal(3600)
#: A pod ordered for a try must run within this, else it is taken back.
UP_WITHIN: Final = timedelta(minutes=15)
#: What a try may at most be billed for: coming up, and being taken back when it does not.
BILLED_AT_MOST: Final = UP_WITHIN + timedelta(minutes=10)
#: Between two rounds of tries that found no room: 1, 2, 4, 8, 16, then 30 minutes.
FIRST_GAP: Final = timedelta(minutes=1)
LAST_GAP: Final = timedelta(minutes=30)
#: So many runs in a row that brought nothing, and nothing more is tried.
BREAKER_RUNS: Final = 2


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


class Why(StrEnum):
    """Why a plan ended without bringing the work back, or why a try was taken back."""

    CAME_BACK = "came_back"
    TAKEN_OVER = "taken_over"
    HOST_LOCAL = "host_local"
    #: The host-local disk went with the pod.
    DATA_GONE = "data_gone"
    NOTHING_LEFT = "nothing_left"
    ENV_LOST = "env_lost"
    NO_SPEC = "no_spec"
    LOCKED = "locked"
    CLUSTER = "cluster"
    #: It runs with no GPU, and not by our doing: somebody may be copying data off it.
    ZERO_GPU = "zero_gpu"
    DEADLINE = "deadline"
    BUDGET = "budget"
    BREAKER = "breaker"
    #: RunPod never said whether it made the pod.
    UNCLEAR = "unclear"
    #: A try could not be taken back: it may run and bill.
    NOT_TAKEN_BACK = "not_taken_back"
    ASKED = "asked"
    TOO_DEAR = "too_dear"
    NO_GPU = "no_gpu"
    NEVER_UP = "never_up"


class Result(StrEnum):
    """What came of one try."""

    UP = "up"
    NO_ROOM = "no_room"
    REFUSED = "refused"
    #: It came up and went down, or never came up.
    DIED = "died"
    TAKEN_BACK = "taken_back"
    #: Ordered, and called off before RunPod was asked.
    CALLED_OFF = "called_off"
    UNCLEAR = "unclear"


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


class Offer(Value):
    """One thing that can be tried."""

    move: Move
    #: None for a CPU pod, and where a resumed pod's GPU is not known.
    gpu: str | None = None
    gpu_name: str = ""
    count: int = 1
    cloud: Cloud = Cloud.SECURE
    #: Empty: wherever there is room.
    data_centers: tuple[str, ...] = ()
    #: USD per hour for the whole pod, from the catalog or from what it cost before.
    price: Decimal
    #: USD per GPU and hour; set for spot.
    bid: Decimal | None = None

    @property
    def creates(self) -> bool:
        return self.move is not Move.RESUME

    @property
    def key(self) -> str:
        return "/".join((self.move, self.gpu or "-", self.cloud, ",".join(self.data_centers), str(self.bid or "-")))


class Attempt(Value):
    number: int
    round: int
    offer: Offer
    at: Instant
    #: The pod it is about: the lost one, or the new one once its id is known.
    pod_id: str | None = None
    #: First read as running with what it needs.
    up_at: Instant | None = None
    #: USD per hour as read of its pod, where that is more than was offered.
    rate: Decimal | None = None
    #: It must not run, and why: it is called off, or what came of it is taken back.
    withdraw: Why | None = None
    #: Since when the pod made for it has not been found.
    absent_since: Instant | None = None
    result: Result | None = None
    ended_at: Instant | None = None
    #: RunPod's words, where it said something.
    sentence: str = ""

    @property
    def open(self) -> bool:
        return self.result is None

    def spent(self, now: datetime) -> Decimal:
        """USD, an estimate: from its beginning on, unless RunPod certainly never had it."""
        if self.result in {Result.NO_ROOM, Result.REFUSED, Result.CALLED_OFF}:
            return Decimal(0)
        end = self.up_at if self.result is Result.UP else self.ended_at
        seconds = max(0, int(((end or now) - self.at).total_seconds()))
        return (self.rate or self.offer.price) * seconds / _HOUR_S


class Run(Value):
    """The work as it ran after a plan brought it back, until it was lost again."""

    up_at: Instant
    lost_at: Instant
    price: Decimal
    saved: bool

    @property
    def lasted(self) -> timedelta:
        return self.lost_at - self.up_at

    @property
    def cost(self) -> Decimal:
        return self.price * max(0, int(self.lasted.total_seconds())) / _HOUR_S


class Chain(Value):
    """What the plans before this one spent without useful work since: budget, hourly tries and the breaker see it."""

    runs: tuple[Run, ...] = ()
    spent: Decimal = Decimal(0)
    tried_at: tuple[Instant, ...] = ()


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
        return self.lost_at + self.rule.deadline

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


def subject(recovery: Recovery, attempt: Attempt) -> str:
    """What an order of this try is about: makes each happen once."""
    return f"{recovery.id}.{attempt.number}"


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


def breaker_open(recovery: Recovery) -> bool:
    """The last runs each ended before they had saved anything: another would only cost."""
    runs = recovery.chain.runs[-BREAKER_RUNS:]
    return len(runs) >= BREAKER_RUNS and all(not run.saved and run.lasted < recovery.rule.useful for run in runs)


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


def begun(
    *,
    loss: str,
    incident: str,
    lineage: str,
    name: str,
    lost: Pod,
    lost_at: datetime,
    rule: RecoveryRule,
    spec: KeptSpec | None,
    by: str,
    chain: Chain,
    now: datetime,
) -> Recovery:
    return Recovery(
        id=recovery_id(loss),
        loss=loss,
        incident=incident,
        lineage=lineage,
        name=name,
        lost=lost,
        lost_at=lost_at,
        rule=rule,
        spec=spec,
        by=by,
        began_at=now,
        next_at=now,
        chain=chain,
    )


class Deed(StrEnum):
    """What a plan can have ordered."""

    START = "start"
    CREATE = "create"
    #: Take a try back.
    STOP = "stop"
    TERMINATE = "terminate"
    #: Remove the lost pod's remains.
    CLEAR = "clear"


class Order(Value):
    """Something to be ordered, once: the same deed on the same subject is the same order."""

    deed: Deed
    subject: str
    pod_id: str | None = None
    offer: Offer | None = None

    @property
    def verb(self) -> Verb | None:
        """What RunPod is asked; None for a create."""
        return _VERBS.get(self.deed)


_VERBS: Final = {
    Deed.START: Verb.START,
    Deed.STOP: Verb.STOP,
    Deed.TERMINATE: Verb.TERMINATE,
    Deed.CLEAR: Verb.TERMINATE,
}


def pending(recovery: Recovery) -> Order | None:
    """What must stand ordered now, by the record alone: a worker that takes over a dead one orders it again."""
    attempt = recovery.current
    if attempt is None:
        return (
            Order(deed=Deed.CLEAR, subject=recovery.id, pod_id=recovery.lost.id)
            if recovery.husk is Husk.GOING
            else None
        )
    if attempt.withdraw is not None and attempt.pod_id is not None:
        deed = Deed.TERMINATE if attempt.offer.creates else Deed.STOP
        return Order(deed=deed, subject=subject(recovery, attempt), pod_id=attempt.pod_id)
    if attempt.withdraw is not None:
        return None
    deed = Deed.CREATE if attempt.offer.creates else Deed.START
    return Order(deed=deed, subject=subject(recovery, attempt), pod_id=attempt.pod_id, offer=attempt.offer)
