"""What can be made to go wrong, how a fault is chosen for a call, and when it is used up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sim.runpod.calls import Operation


class Kind(StrEnum):
    # The call is answered otherwise than it would be.
    STATUS = "status"
    TIMEOUT = "timeout"
    LOST_ANSWER = "lost_answer"
    DROP = "drop"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    OUTAGE = "outage"
    GONE = "gone_410"
    SLOW = "slow"
    MALFORMED = "malformed"
    GRAPHQL_ERROR = "graphql_error"
    # The call is answered properly, about a world that has this fault.
    EMPTY_LIST = "empty_list"
    FLAPPING_LIST = "flapping_list"
    NULL_RUNTIME = "null_runtime"
    HOST_FULL = "host_full"
    ZERO_GPU = "zero_gpu"
    NO_CAPACITY = "no_capacity"
    NO_BALANCE = "no_balance"
    # A pod that is made or started comes up badly.
    IMAGE_PULL = "image_pull"
    CRASH_AT_START = "crash_at_start"
    MUTE = "mute"


class When(StrEnum):
    """Whether the call still had its effect."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(slots=True, kw_only=True)
class Fault:
    id: str
    kind: Kind
    #: An operation's name, a group of `GROUPS`, or "*".
    operation: str = "*"
    pod: str | None = None
    when: When = When.BEFORE
    status: int = 500
    #: How often it strikes; None until it is taken away.
    times: int | None = None
    seconds: float = 0.0
    detail: str | None = None
    struck: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.struck >= self.times

    @property
    def text(self) -> str:
        """One line for the page."""
        label = PRESETS[self.kind].label
        scope = "" if self.operation == "*" else f" on {self.operation}"
        pod = f" of {self.pod}" if self.pod else ""
        left = "" if self.times is None else f", {self.times - self.struck} left"
        return f"{label}{scope}{pod}{left}"

    def concerns(self, operation: Operation) -> bool:
        if self.spent or (self.pod is not None and self.pod != operation.pod):
            return False
        if self.operation in {"*", operation.name}:
            return True
        if self.operation == "graphql":
            return operation.name.startswith("graphql")
        members = GROUPS.get(self.operation, frozenset())
        return operation.name in members or MEANS.get(operation.name) in members


#: Names that stand for several operations, GraphQL's included; "graphql" stands for everything of that API.
GROUPS: dict[str, frozenset[str]] = {
    "action": frozenset({"start", "stop", "restart", "terminate"}),
    "write": frozenset({"start", "stop", "restart", "terminate", "create", "update"}),
    "read": frozenset({"list", "get", "logs", "catalog", "billing"}),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A fault kind as the page offers it, with what it means when only the kind is named."""

    label: str
    help: str
    operation: str = "*"
    status: int = 500
    when: When = When.BEFORE
    times: int | None = None
    seconds: float = 0.0


PRESETS: dict[Kind, Preset] = {
    Kind.STATUS: Preset("Error 500", "The next three changes fail, before anything happens.", "write", times=3),
    Kind.TIMEOUT: Preset("Time-out", "The next change is never answered and never done.", "write", times=1),
    Kind.LOST_ANSWER: Preset(
        "Lost answer", "The next change is done, but its answer never comes.", "write", when=When.AFTER, times=1
    ),
    Kind.DROP: Preset("Broken connection", "The next call ends in a closed connection.", times=1),
    Kind.CONFLICT: Preset("Conflict 409", "The pod changed under the next action.", "action", 409, times=1),
    Kind.RATE_LIMITED: Preset("Rate limited 429", "The next five calls are refused.", status=429, times=5, seconds=12),
    Kind.OUTAGE: Preset("RunPod outage", "Every call fails until this is taken away.", status=503),
    Kind.GONE: Preset("GraphQL gone", "GraphQL answers 410 from now on.", "graphql", 410),
    Kind.SLOW: Preset("Slow answers", "Every answer takes five seconds longer.", seconds=5),
    Kind.MALFORMED: Preset(
        "Broken answer", "The next read is answered with something that is no JSON.", "read", times=1
    ),
    Kind.GRAPHQL_ERROR: Preset("GraphQL error", "The next GraphQL call is answered with an error.", "graphql", times=1),
    Kind.EMPTY_LIST: Preset("Empty list", "The next two lists show no pods.", "list", times=2),
    Kind.FLAPPING_LIST: Preset("Flapping list", "Every other list leaves pods out.", "list"),
    Kind.NULL_RUNTIME: Preset("No telemetry", "No pod reports a runtime."),
    Kind.HOST_FULL: Preset("Host full", "A stopped pod cannot start: its host's GPUs are taken.", "start"),
    Kind.ZERO_GPU: Preset("Zero-GPU start", "The next pod to start gets no GPU.", "start", times=1),
    Kind.NO_CAPACITY: Preset("No capacity", "Nothing can be created.", "create"),
    Kind.NO_BALANCE: Preset("No balance", "Creating and starting is refused for want of money.", "write"),
    Kind.IMAGE_PULL: Preset("Image not found", "The next pod made or started cannot pull its image.", "write", times=1),
    Kind.CRASH_AT_START: Preset("Crash at start", "The next pod made or started ends at once.", "write", times=1),
    Kind.MUTE: Preset("Nothing listens", "The next pod made or started never answers on a port.", "write", times=1),
}

#: Kinds that replace a call's answer; the others change what a proper answer says.
ANSWERS = frozenset(
    {
        Kind.STATUS,
        Kind.TIMEOUT,
        Kind.LOST_ANSWER,
        Kind.DROP,
        Kind.CONFLICT,
        Kind.RATE_LIMITED,
        Kind.OUTAGE,
        Kind.GONE,
        Kind.SLOW,
        Kind.MALFORMED,
        Kind.GRAPHQL_ERROR,
    }
)

#: The REST operation that a GraphQL operation amounts to, for faults of the world rather than of an answer.
MEANS: dict[str, str] = {
    "graphql:myself": "list",
    "graphql:pod": "get",
    "graphql:podStop": "stop",
    "graphql:podResume": "start",
    "graphql:podBidResume": "start",
    "graphql:podTerminate": "terminate",
    "graphql:podFindAndDeployOnDemand": "create",
    "graphql:podRentInterruptable": "create",
}


@dataclass(slots=True)
class Faults:
    _active: list[Fault] = field(default_factory=list)
    _made: int = 0

    def __iter__(self) -> Iterator[Fault]:
        return iter([fault for fault in self._active if not fault.spent])

    def add(
        self,
        kind: Kind | str,
        *,
        operation: str | None = None,
        pod: str | None = None,
        when: When | str | None = None,
        status: int | None = None,
        times: int | None = None,
        seconds: float | None = None,
        detail: str | None = None,
    ) -> Fault:
        """Put a fault into force. What is not given follows the kind; without `times` it stays until taken away."""
        kind = Kind(kind)
        preset = PRESETS[kind]
        self._made += 1
        fault = Fault(
            id=f"f{self._made}",
            kind=kind,
            operation=preset.operation if operation is None else operation,
            pod=pod,
            when=preset.when if when is None else When(when),
            status=preset.status if status is None else status,
            times=times,
            seconds=preset.seconds if seconds is None else seconds,
            detail=detail,
        )
        self._active = [*self, fault]
        return fault

    def arm(self, kind: Kind | str, pod: str | None = None) -> Fault:
        """The fault behind a button of the page: as `add`, as often as the preset says."""
        return self.add(kind, pod=pod, times=PRESETS[Kind(kind)].times)

    def remove(self, fault_id: str) -> bool:
        before = len(self._active)
        self._active = [fault for fault in self._active if fault.id != fault_id]
        return len(self._active) < before

    def clear(self) -> None:
        self._active = []

    def strike(self, operation: Operation, when: When) -> Fault | None:
        """The oldest fault that replaces this call's answer at this point; it counts as struck."""
        for fault in self:
            if fault.kind in ANSWERS and fault.when is when and fault.concerns(operation):
                fault.struck += 1
                return fault
        return None

    def holds(self, kind: Kind, operation: Operation) -> Fault | None:
        """The oldest fault of this kind that holds for this call; it counts as struck. A list concerns every pod."""
        meant = MEANS.get(operation.name, operation.name)
        for fault in self:
            pod = fault.pod if meant == "list" else operation.pod
            if fault.kind is kind and any(fault.concerns(Operation(name, pod)) for name in (meant, operation.name)):
                fault.struck += 1
                return fault
        return None

    def shows(self, kind: Kind, pod: str) -> bool:
        """Whether a lasting fault of this kind holds for a pod, whichever call looks; nothing is used up."""
        return any(fault.kind is kind and fault.pod in {None, pod} for fault in self)
