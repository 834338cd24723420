"""Small pods, operations and fleets for tables. All times are seconds from one noon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pods.fleet import Entry, Fleet
from pods.gates import Binding, Gate, GateKind, binding
from pods.model import Api, Gpu, NetworkMount, Pod, PodChange, PodStatus, Runtime, Verb
from pods.operations import DEADLINES, Code, Operation, OperationState, Outcome
from pods.requests import Origin, Place, Request, RequestState

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
POD_ID = "abc123def456gh"

CHANGES = {
    Verb.RENAME: PodChange(name="nlp-train-2"),
    Verb.LOCK: PodChange(locked=True),
    Verb.UNLOCK: PodChange(locked=False),
}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def pod(status: PodStatus = PodStatus.RUNNING, /, **changes: object) -> Pod:
    usual = Pod(
        id=POD_ID,
        name="nlp-train",
        status=status,
        gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=2),
        network=NetworkMount(volume_id="vol1", path="/workspace"),
        runtime=Runtime(uptime_s=3600) if status is PodStatus.RUNNING else None,
        started_at=at(-3600),
    )
    return usual.model_copy(update=changes)


def graphql(status: PodStatus, /, **changes: object) -> Pod:
    return pod(status, api=Api.GRAPHQL, **changes)


def operation(verb: Verb, /, **changes: object) -> Operation:
    """Accepted at noon, nothing done yet."""
    usual = Operation(
        id="op11111111",
        request_id="rq11111111",
        account="main",
        verb=verb,
        pod_id=POD_ID,
        pod_name="nlp-train",
        by="U1",
        change=CHANGES.get(verb),
        created_at=NOON,
        accepted_at=NOON,
        next_at=NOON,
        deadline=NOON + DEADLINES[verb],
    )
    return usual.model_copy(update=changes)


def before_call(verb: Verb) -> Pod:
    return pod(PodStatus.EXITED if verb is Verb.START else PodStatus.RUNNING, locked=verb is Verb.UNLOCK)


def died_calling(verb: Verb, /, **changes: object) -> Operation:
    """A worker wrote at noon that it would call, and was not heard of again."""
    first = before_call(verb)
    usual = operation(
        verb,
        state=OperationState.CALLING,
        calls=1,
        called_at=NOON,
        next_at=at(15),
        before=first,
        seen=first,
    )
    return usual.model_copy(update=changes)


def unclear(verb: Verb, /, **changes: object) -> Operation:
    """Called at noon; what came of it RunPod did not say."""
    return died_calling(verb, state=OperationState.CONFIRMING, looks=1, next_at=at(2)).model_copy(update=changes)


def answered(verb: Verb, /, **changes: object) -> Operation:
    """Called at noon; RunPod said yes."""
    return unclear(verb, answered=True, runpod_request="req-1").model_copy(update=changes)


def unknown(verb: Verb, /, **changes: object) -> Operation:
    """Told as not confirmed at its deadline."""
    deadline = DEADLINES[verb].total_seconds()
    usual = answered(
        verb,
        state=OperationState.UNKNOWN,
        ended_at=at(deadline),
        next_at=at(deadline + 10),
        outcome=Outcome(code=Code.NOT_CONFIRMED),
    )
    return usual.model_copy(update=changes)


def bound_to(seen: Pod) -> Binding:
    return binding(seen)


def gate(kind: GateKind = GateKind.CONFIRM, *who: str, **changes: object) -> Gate:
    return Gate(kind=kind, who=who or ("U1",), expires_at=at(300)).model_copy(update=changes)


def request(*gates: Gate, **changes: object) -> Request:
    usual = Request(
        id="rq11111111",
        account="main",
        team="T1",
        by="U1",
        verb=Verb.STOP,
        command="stop abc123def456gh",
        origin=Origin.SLASH,
        place=Place(channel="C1"),
        operations=("op11111111",),
        state=RequestState.WAITING if gates else RequestState.ACCEPTED,
        gates=gates,
        created_at=NOON,
    )
    return usual.model_copy(update=changes)


def fleet(*pods: Pod, **changes: object) -> Fleet:
    """As listed at noon."""
    entries = tuple(Entry(pod=each, seen_at=NOON) for each in pods)
    return Fleet(version=1, entries=entries, listed_at=NOON, tried_at=NOON).model_copy(update=changes)
