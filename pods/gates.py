"""Gates: what a request waits for before its operations may start. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pods.model import BILLED, Pod, PodStatus, Value, Verb
from pods.times import Instant

CONFIRM_FOR = timedelta(minutes=5)
CONSENT_FOR = timedelta(minutes=30)


class GateKind(StrEnum):
    #: The requester says again that they mean it.
    CONFIRM = "confirm"
    #: The pod's owner agrees to what someone else asked.
    CONSENT = "consent"
    #: A second person with the role agrees to the price.
    APPROVAL = "approval"


class GateState(StrEnum):
    OPEN = "open"
    PASSED = "passed"
    DECLINED = "declined"
    EXPIRED = "expired"


class Binding(Value):
    """What the person looked at when deciding. If the pod no longer is that, the decision is void."""

    pod_id: str
    status: PodStatus
    cost_per_hour: Decimal
    #: Of everything a terminate destroys or keeps.
    spec_hash: str


class Gate(Value):
    kind: GateKind
    #: User ids; only these may decide.
    who: tuple[str, ...]
    expires_at: Instant
    bound: tuple[Binding, ...] = ()
    state: GateState = GateState.OPEN
    decided_by: str | None = None
    decided_at: Instant | None = None


class GateRefusal(StrEnum):
    NOT_YOURS = "not_yours"
    CLOSED = "closed"
    EXPIRED = "expired"


def binding(pod: Pod) -> Binding:
    return Binding(pod_id=pod.id, status=pod.status, cost_per_hour=pod.cost_per_hour, spec_hash=spec_hash(pod))


def spec_hash(pod: Pod) -> str:
    """Of name and storage: what the sentence "gone for good" spoke of."""
    parts = (
        pod.name,
        str(pod.disk_gb),
        pod.persistent.model_dump_json() if pod.persistent else "-",
        pod.network.model_dump_json() if pod.network else "-",
        str(pod.mounts_known),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def still_bound(bound: Binding, pod: Pod) -> bool:
    """Whether the pod is still what was decided upon.

    A pod that stopped meanwhile lost nothing more than was said, and one that was coming up may have come up. One that
    was started, whose storage changed or that costs more now is another matter.
    """
    if bound.pod_id != pod.id or bound.spec_hash != spec_hash(pod):
        return False
    if pod.status == bound.status:
        return pod.cost_per_hour <= bound.cost_per_hour
    if bound.status in BILLED and pod.status in BILLED:
        return True
    return pod.status in {PodStatus.EXITED, PodStatus.TERMINATED}


def needs_confirm(verb: Verb, pods: tuple[Pod, ...]) -> bool:
    """Terminate and lists of more than one pod always; stop and restart when data would be lost or it is not known."""
    if verb is Verb.TERMINATE or len(pods) > 1:
        return True
    if verb in {Verb.STOP, Verb.RESTART}:
        return any(not pod.keeps_data_on_stop and pod.status is not PodStatus.EXITED for pod in pods)
    return False


def decide(gate: Gate, by: str, *, agree: bool, now: datetime) -> Gate | GateRefusal:
    if gate.state is not GateState.OPEN:
        return GateRefusal.CLOSED
    if by not in gate.who:
        return GateRefusal.NOT_YOURS
    if now >= gate.expires_at:
        return GateRefusal.EXPIRED
    state = GateState.PASSED if agree else GateState.DECLINED
    return gate.model_copy(update={"state": state, "decided_by": by, "decided_at": now})


def expire(gate: Gate, now: datetime) -> Gate:
    if gate.state is GateState.OPEN and now >= gate.expires_at:
        return gate.model_copy(update={"state": GateState.EXPIRED, "decided_at": now})
    return gate
