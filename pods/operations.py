"""An operation: one verb on one pod, from accepted to told. The record; `pods.steps` decides how it moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.arrivals import Arrival
from pods.gates import Binding
from pods.model import Pod, PodChange, Value, Verb
from pods.orders import CreateOrder, Tried
from pods.times import Instant


class OperationState(StrEnum):
    #: Written, but held by its request's gate.
    WAITING = "waiting"
    ACCEPTED = "accepted"
    #: A worker has read the pod.
    RUNNING = "running"
    #: A worker is about to call RunPod, or was when it died: whether the call was made is not known.
    CALLING = "calling"
    #: RunPod was called; the effect is being read back.
    CONFIRMING = "confirming"
    DONE = "done"
    FAILED = "failed"
    #: Ordered, not confirmed by its deadline. Looked after for a while longer, and corrected once.
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({OperationState.DONE, OperationState.FAILED, OperationState.UNKNOWN, OperationState.CANCELLED})


class Code(StrEnum):
    """Why an operation ended as it did. Views turn each into a sentence."""

    DONE = "done"
    #: The pod already was as asked; nothing was called.
    ALREADY = "already"
    #: RunPod has no machine free for any of the candidates.
    NO_CAPACITY = "no_capacity"
    #: The host a stopped pod is bound to has no GPU free.
    HOST_FULL = "host_full"
    #: Somebody ended the waiting for a free GPU.
    GIVEN_UP = "given_up"
    #: A started pod runs with no GPU.
    ZERO_GPU = "zero_gpu"
    GONE = "gone"
    REFUSED = "refused"
    #: Not in a state that allows the verb.
    NOT_POSSIBLE = "not_possible"
    LOCKED = "locked"
    CLUSTER = "cluster"
    #: RunPod could not be asked before the deadline; nothing was done.
    NEVER_ASKED = "never_asked"
    #: RunPod answered each call with "not now" until the deadline; nothing was done.
    PUSHED_BACK = "pushed_back"
    NOT_CONFIRMED = "not_confirmed"
    #: The pod is no longer what was confirmed.
    CHANGED = "changed"
    #: Another operation has the pod.
    BUSY = "busy"
    #: The same verb already runs on the pod, in another request.
    JOINED = "joined"
    DECLINED = "declined"
    EXPIRED = "expired"
    #: Between the asking and the call the person lost the right to do this.
    NOT_ALLOWED = "not_allowed"
    #: A budget, a price or the lack of an approval stands against what it would cost; the sentence says which.
    SPENDING = "spending"
    #: Between automation's order and its call something spoke against it; the sentence says what.
    VETOED = "vetoed"


class Outcome(Value):
    code: Code
    #: A sentence from the error that ended it, where the code alone does not say it.
    sentence: str = ""
    #: For the operator; in logs and audit only.
    detail: str = ""
    #: The id RunPod gave the deciding call.
    runpod_request: str | None = None
    #: Who holds the pod, where the code is busy or joined.
    other: str | None = None
    #: Set when a first "not confirmed" was later put right.
    corrected: bool = False


#: How long until a person is told that the effect is not confirmed.
DEADLINES: Final[dict[Verb, timedelta]] = {
    Verb.START: timedelta(minutes=10),
    Verb.STOP: timedelta(minutes=4),
    Verb.RESTART: timedelta(minutes=5),
    Verb.TERMINATE: timedelta(minutes=4),
    Verb.RENAME: timedelta(minutes=2),
    Verb.LOCK: timedelta(minutes=2),
    Verb.UNLOCK: timedelta(minutes=2),
    Verb.CREATE: timedelta(minutes=10),
}
#: Whoever waits for a free GPU has it tried again this often.
KEEP_TRYING_EVERY: Final = timedelta(minutes=2)
#: How long the sweep looks after an unconfirmed operation.
LOOK_ON: Final = timedelta(minutes=15)


class Operation(Value):
    v: int = 1
    version: int = 1
    id: str
    request_id: str
    account: str
    verb: Verb
    pod_id: str
    #: As known when it was asked; the message prefers what was read since.
    pod_name: str
    by: str
    #: Of a rename, lock or unlock.
    change: PodChange | None = None
    state: OperationState = OperationState.ACCEPTED
    created_at: Instant
    #: When its gates let it go; deadlines count from here.
    accepted_at: Instant
    #: When to look at it again, whatever happens to the worker that holds it.
    next_at: Instant | None = None
    deadline: Instant
    bound: Binding | None = None
    #: Calls sent or possibly sent to RunPod.
    calls: int = 0
    #: Answers that cost nothing: conflicts and pushbacks.
    pushbacks: int = 0
    called_at: Instant | None = None
    #: RunPod said yes to the last call.
    answered: bool = False
    runpod_request: str | None = None
    looks: int = 0
    before: Pod | None = None
    seen: Pod | None = None
    absent_since: Instant | None = None
    exited_since: Instant | None = None
    ended_at: Instant | None = None
    outcome: Outcome | None = None
    #: The last thing that went wrong on the way, for the message of an unconfirmed operation.
    trouble: str = ""
    #: Keys of the messages that tell of it instead of its request's own.
    tells: tuple[str, ...] = ()

    #: Somebody waits for a free GPU until then: what finds none is tried again.
    keep_until: Instant | None = None
    #: How often everything was tried in vain while they wait.
    rounds: int = 0
    #: How the pod comes up, after it was made or started.
    arrival: Arrival | None = None
    # -- of a create, whose pod id is empty until the pod is known
    order: CreateOrder | None = None
    #: Which candidate is asked for next, and which were refused.
    candidate: int = 0
    tried: tuple[Tried, ...] = ()
    first_called_at: Instant | None = None
    #: Calls of which nobody can say whether they made a pod.
    unclear: int = 0
    races: int = 0

    @property
    def told_by(self) -> tuple[str, ...]:
        return self.tells or (self.request_id,)

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def arriving(self) -> bool:
        """Done, and its pod is still watched until it is ready."""
        return self.state is OperationState.DONE and self.arrival is not None and not self.arrival.over

    @property
    def holds(self) -> str:
        """What its busy mark is on: the pod, or for a create, which no other can be in the way of, itself."""
        return self.id if self.verb is Verb.CREATE else self.pod_id

    @property
    def name(self) -> str:
        latest = self.seen or self.before
        return latest.name if latest else self.pod_name

    def looked_after(self, now: Instant) -> bool:
        """Ended as unknown, and still young enough to be put right."""
        return self.state is OperationState.UNKNOWN and self.ended_at is not None and now < self.ended_at + LOOK_ON


def deadline(verb: Verb, now: datetime, keep_until: datetime | None = None) -> datetime:
    """When it is told that nothing came of it; whoever said how long they wait is told no sooner."""
    usual = now + DEADLINES[verb]
    return usual if keep_until is None else max(usual, keep_until)


#: What each further pod of a request adds to the time all of them get: RunPod counts calls, and they share a quota.
PER_POD: Final = timedelta(seconds=3)


def release(operation: Operation, now: Instant, *, among: int = 1) -> Operation:
    """The operation when its request's last gate has passed; `among` so many that begin together."""
    patience = PER_POD * (among - 1)
    return operation.model_copy(
        update={
            "state": OperationState.ACCEPTED,
            "accepted_at": now,
            "next_at": now,
            "deadline": deadline(operation.verb, now, operation.keep_until) + patience,
            "version": operation.version + 1,
        }
    )


def cancel(
    operation: Operation, code: Code, now: Instant, *, other: str | None = None, sentence: str = ""
) -> Operation:
    return operation.model_copy(
        update={
            "state": OperationState.CANCELLED,
            "outcome": Outcome(code=code, other=other, sentence=sentence),
            "ended_at": now,
            "next_at": None,
            "version": operation.version + 1,
        }
    )
