"""One operation with all that its sentences need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.views import figures
from bot.views.text import code, pod_ref
from bot.views.verbs import FORMS, STATES, Forms
from pods.gates import Gate, GateState
from pods.model import Pod, PodStatus, Verb
from pods.operations import Code, Operation, OperationState
from pods.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    request: Request
    operation: Operation
    #: The operation that ours gave way to.
    other: Operation | None
    now: datetime
    tz: ZoneInfo

    @property
    def verb(self) -> Verb:
        return self.operation.verb

    @property
    def forms(self) -> Forms:
        return FORMS[self.verb]

    @property
    def code(self) -> Code | None:
        return self.operation.outcome.code if self.operation.outcome else None

    @property
    def pod(self) -> Pod | None:
        """As read last."""
        return self.operation.seen or self.operation.before

    @property
    def ref(self) -> str:
        return pod_ref(self.operation.name, self.operation.pod_id)

    @property
    def sentence(self) -> str:
        """What the error that ended it said."""
        return self.operation.outcome.sentence if self.operation.outcome else ""

    @property
    def took(self) -> str:
        return figures.span((self.operation.ended_at or self.now) - self.operation.accepted_at)

    @property
    def rate(self) -> Decimal | None:
        """USD per hour as read before the call; None: never read or never said."""
        return figures.burn(self.operation.before or self.operation.seen)

    @property
    def state(self) -> str:
        """What RunPod said last, in its own spelling."""
        return code(self.pod.status.value) if self.pod else "nothing yet"

    @property
    def state_word(self) -> str:
        return STATES[self.pod.status] if self.pod else STATES[PodStatus.UNKNOWN]

    @property
    def stopping_gate(self) -> Gate | None:
        """The gate that ended the request, if one did."""
        ending = {GateState.DECLINED, GateState.EXPIRED}
        return next((gate for gate in self.request.gates if gate.state in ending), None)

    @property
    def unconfirmed(self) -> bool:
        return self.operation.state is OperationState.UNKNOWN

    def at(self, moment: datetime) -> str:
        return figures.at(moment, self.now, self.tz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How an operation stands, in the two lengths it is told in."""

    #: What a summary counts: "stopped", "not stopped".
    word: str
    #: What happened to which pod, and what it means in money or work.
    headline: str
    #: What else there is to know, a sentence or two each.
    more: tuple[str, ...] = ()
    #: After word and pod, in a list of several.
    short: str = ""
