"""What a row of a step table expects, and how it is compared."""

from __future__ import annotations

from dataclasses import dataclass

from pods.operations import Code, Operation, OperationState
from pods.steps import Step
from tests.unit.pods.builders import NOON


@dataclass(frozen=True, slots=True)
class Expected:
    state: OperationState
    code: Code | None = None
    #: Whether the call is to be made now.
    call: bool = False
    #: Seconds after noon; None: never again.
    next_s: float | None = None


def shown(operation: Operation, *, call: bool = False) -> Expected:
    next_s = (operation.next_at - NOON).total_seconds() if operation.next_at else None
    return Expected(operation.state, operation.outcome.code if operation.outcome else None, call, next_s)


def of(step: Step) -> Expected:
    return shown(step.operation, call=step.call)


def done(code: Code = Code.DONE) -> Expected:
    return Expected(OperationState.DONE, code)


def failed(code: Code) -> Expected:
    return Expected(OperationState.FAILED, code)


def calls(*, next_s: float) -> Expected:
    return Expected(OperationState.CALLING, call=True, next_s=next_s)


def reads_again(next_s: float) -> Expected:
    """Nothing called yet."""
    return Expected(OperationState.RUNNING, next_s=next_s)


def looks_again(next_s: float) -> Expected:
    """Called, and being read back."""
    return Expected(OperationState.CONFIRMING, next_s=next_s)


def not_confirmed(next_s: float | None) -> Expected:
    return Expected(OperationState.UNKNOWN, Code.NOT_CONFIRMED, next_s=next_s)
