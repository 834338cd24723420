"""A request: one invocation, one message, one or more operations. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from pods.approvals import Appeal
from pods.gates import Gate, GateKind, GateState
from pods.model import Value, Verb
from pods.operations import Operation
from pods.selections import Selection
from pods.times import Instant

#: Begins what stands in the place of a user id where a rule asked.
RULE: Final = "rule:"


class RequestState(StrEnum):
    #: Held by at least one open gate.
    WAITING = "waiting"
    #: Its operations run or have run. Finished is not stored: it is when every operation has ended.
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    DECLINED = "declined"


class Origin(StrEnum):
    SLASH = "slash"
    MENTION = "mention"
    BUTTON = "button"
    AUTOMATION = "automation"


class Place(Value):
    """Where it was asked and where the answer belongs."""

    channel: str
    thread_ts: str | None = None
    #: Slash commands and clicks bring one; good for five answers within 30 minutes.
    response_url: str | None = None


class Request(Value):
    v: int = 1
    version: int = 1
    id: str
    account: str
    team: str
    #: A user id, or "rule:<name>" for automation.
    by: str
    verb: Verb
    #: As a person would type it, with ids.
    command: str
    origin: Origin
    place: Place
    operations: tuple[str, ...]
    state: RequestState
    gates: tuple[Gate, ...] = ()
    #: Of a start or create: what it was said to cost, against which budgets; an approval is bound to it.
    appeal: Appeal | None = None
    created_at: Instant
    ended_at: Instant | None = None
    #: Where its pods were described instead of named.
    selection: Selection | None = None
    #: What automation acts upon: the id of the spell, lease, incident or the like that its rule decided about.
    subject: str = ""

    @property
    def rule(self) -> str | None:
        """The rule that asked for it; None: a person did."""
        return self.by.removeprefix(RULE) if self.by.startswith(RULE) else None

    @property
    def open_gate(self) -> Gate | None:
        """What holds the request; a settled one is held by nothing, whatever its other gates say."""
        if self.state is not RequestState.WAITING:
            return None
        return next((gate for gate in self.gates if gate.state is GateState.OPEN), None)


def agreed(request: Request) -> frozenset[str]:
    """The owners who said yes to it."""
    passed = (each for each in request.gates if each.kind is GateKind.CONSENT and each.state is GateState.PASSED)
    return frozenset(each.decided_by for each in passed if each.decided_by is not None)


def settle(request: Request, gate: Gate) -> Request:
    """The request after one of its gates was decided: it moves on when all have passed, ends when one has not."""
    if request.state is not RequestState.WAITING:
        return request
    gates = tuple(gate if _same(old, gate) else old for old in request.gates)
    if gate.state is GateState.DECLINED:
        state = RequestState.DECLINED
    elif gate.state is GateState.EXPIRED:
        state = RequestState.EXPIRED
    elif all(each.state is GateState.PASSED for each in gates):
        state = RequestState.ACCEPTED
    else:
        state = RequestState.WAITING
    ended = gate.decided_at if state in {RequestState.DECLINED, RequestState.EXPIRED} else None
    return request.model_copy(
        update={"gates": gates, "state": state, "ended_at": ended, "version": request.version + 1}
    )


def _same(one: Gate, other: Gate) -> bool:
    """Whether two states are of one gate: two owners' consents are two gates of one kind."""
    return (one.kind, one.who, one.bound) == (other.kind, other.who, other.bound)


def finished(request: Request, operations: Iterable[Operation]) -> bool:
    if request.state in {RequestState.EXPIRED, RequestState.DECLINED}:
        return True
    return request.state is RequestState.ACCEPTED and all(operation.ended for operation in operations)
