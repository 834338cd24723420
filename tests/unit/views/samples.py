"""Pods, operations and requests for the views to speak of. Every figure can be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.views import request as request_view
from pods.fleet import Entry, Fleet, Owner, OwnerKind, PodFacts
from pods.gates import Gate, GateKind, GateState, binding
from pods.messages import Content
from pods.model import Cloud, Gpu, GpuSample, NetworkMount, PersistentMount, Pod, PodChange, PodStatus, Runtime, Verb
from pods.operations import Code, Operation, OperationState, Outcome
from pods.requests import Origin, Place, Request, RequestState

NOW = datetime(2026, 11, 24, 2, 4, 0, tzinfo=UTC)
TZ = ZoneInfo("Europe/Berlin")
ASKER, OWNER, ADMIN = "U0ASKER", "U0OWNER", "U0ADMIN"
CHANNEL = "C0PODS"
CHANGES = {
    Verb.RENAME: PodChange(name="nlp-train-2"),
    Verb.LOCK: PodChange(locked=True),
    Verb.UNLOCK: PodChange(locked=False),
}
ACTIONS: Mapping[PodStatus, tuple[Verb, ...]] = {
    PodStatus.RUNNING: (Verb.STOP, Verb.RESTART, Verb.TERMINATE),
    PodStatus.EXITED: (Verb.START, Verb.TERMINATE),
    PodStatus.ERROR: (Verb.START, Verb.TERMINATE),
    PodStatus.STARTING: (Verb.STOP, Verb.TERMINATE),
    PodStatus.PROVISIONING: (Verb.STOP, Verb.TERMINATE),
}


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def pod(**changes: Any) -> Pod:
    """Running H100 with a 50 GB volume disk."""
    status = changes.get("status", PodStatus.RUNNING)
    running = status in {PodStatus.RUNNING, PodStatus.STARTING, PodStatus.PROVISIONING}
    made: dict[str, Any] = {
        "id": "abc123",
        "name": "nlp-train",
        "status": status,
        "actions": ACTIONS.get(status, ()),
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "disk_gb": 20,
        "persistent": PersistentMount(size_gb=50, path="/workspace"),
        "ports": ("8888/http", "22/tcp"),
        "gpu": Gpu(id="NVIDIA H100 80GB HBM3", count=1),
        "cloud": Cloud.SECURE,
        "data_center": "US-KS-2",
        "cost_per_hour": Decimal("2.69") if running else Decimal(0),
        "runtime": Runtime(uptime_s=10_800, gpus=(GpuSample(util=93, memory_util=71),), cpu_util=12, memory_util=33)
        if running
        else None,
        "created_at": ago(days=2),
        "started_at": ago(hours=3) if running else None,
    }
    return Pod(**{**made, **changes})


def stopped(**changes: Any) -> Pod:
    return pod(status=PodStatus.EXITED, **changes)


def bare(**changes: Any) -> Pod:
    """Nothing mounted: a stop loses all."""
    return pod(**{"id": "bare22", "name": "scratch", "persistent": None, **changes})


def networked(**changes: Any) -> Pod:
    volume = NetworkMount(volume_id="vol7k2", path="/workspace")
    return pod(**{"id": "net333", "name": "llama-ft", "persistent": None, "network": volume, **changes})


def unsaid(**changes: Any) -> Pod:
    """RunPod said neither what is mounted nor what it costs."""
    figures = {"id": "dim444", "name": "mystery", "persistent": None, "mounts_known": False, "cost_known": False}
    return pod(**{**figures, "cost_per_hour": Decimal(0), **changes})


def operation(verb: Verb = Verb.STOP, **changes: Any) -> Operation:
    before: Pod | None = changes.get("before")
    known = changes.get("seen") or before
    made: dict[str, Any] = {
        "id": "op00000001",
        "request_id": "rq00000001",
        "account": "main",
        "verb": verb,
        "pod_id": known.id if known else "abc123",
        "pod_name": known.name if known else "nlp-train",
        "by": ASKER,
        "change": CHANGES.get(verb),
        "version": 3,
        "created_at": ago(seconds=11),
        "accepted_at": ago(seconds=11),
        "deadline": NOW + timedelta(minutes=4),
    }
    return Operation(**{**made, **changes})


def ended(verb: Verb, code: Code, **changes: Any) -> Operation:
    """An operation that ended just now with this code, in the state that goes with it."""
    states = {
        Code.DONE: OperationState.DONE,
        Code.ALREADY: OperationState.DONE,
        Code.ZERO_GPU: OperationState.DONE,
        Code.NOT_CONFIRMED: OperationState.UNKNOWN,
        Code.CHANGED: OperationState.CANCELLED,
        Code.BUSY: OperationState.CANCELLED,
        Code.JOINED: OperationState.CANCELLED,
        Code.DECLINED: OperationState.CANCELLED,
        Code.EXPIRED: OperationState.CANCELLED,
        Code.NOT_ALLOWED: OperationState.CANCELLED,
        Code.SPENDING: OperationState.CANCELLED,
        Code.VETOED: OperationState.CANCELLED,
    }
    outcome = Outcome(
        code=code,
        sentence=changes.pop("sentence", ""),
        other=changes.pop("other", None),
        corrected=changes.pop("corrected", False),
    )
    made: dict[str, Any] = {"state": states.get(code, OperationState.FAILED), "outcome": outcome, "ended_at": NOW}
    return operation(verb, **{**made, **changes})


def request(verb: Verb = Verb.STOP, **changes: Any) -> Request:
    made: dict[str, Any] = {
        "id": "rq00000001",
        "account": "main",
        "team": "T0TEAM",
        "by": ASKER,
        "verb": verb,
        "command": f"{verb.value} abc123",
        "origin": Origin.SLASH,
        "place": Place(channel=CHANNEL),
        "operations": ("op00000001",),
        "state": RequestState.ACCEPTED,
        "created_at": ago(seconds=11),
    }
    return Request(**{**made, **changes})


def gate(kind: GateKind, *pods: Pod, **changes: Any) -> Gate:
    made: dict[str, Any] = {
        "kind": kind,
        "who": (ASKER if kind is GateKind.CONFIRM else OWNER,),
        "expires_at": NOW + timedelta(minutes=5 if kind is GateKind.CONFIRM else 30),
        "bound": tuple(binding(each) for each in pods),
    }
    return Gate(**{**made, **changes})


def waiting(verb: Verb, *pods: Pod, gates: tuple[Gate, ...]) -> tuple[Request, tuple[Operation, ...]]:
    operations = tuple(
        operation(verb, id=f"op0000000{n}", pod_id=each.id, pod_name=each.name, bound=binding(each), version=1)
        for n, each in enumerate(pods, 1)
    )
    held = tuple(each.model_copy(update={"state": OperationState.WAITING}) for each in operations)
    ids = tuple(each.id for each in held)
    return request(verb, state=RequestState.WAITING, gates=gates, operations=ids, created_at=NOW), held


def decided(state: GateState, kind: GateKind, **changes: Any) -> Gate:
    return gate(kind, state=state, decided_by=changes.pop("by", ASKER), decided_at=NOW, **changes)


def fleet(*pods: Pod, **changes: Any) -> Fleet:
    entries = tuple(Entry(pod=each, seen_at=ago(seconds=11)) for each in pods)
    seen = ago(seconds=11)
    return Fleet(**{"version": 7, "entries": entries, "listed_at": seen, "tried_at": seen, **changes})


def owned(pod_id: str, user: str | None, by: str = ADMIN) -> PodFacts:
    kind = OwnerKind.PERSON if user else OwnerKind.TEAM
    return PodFacts(pod_id=pod_id, owner=Owner(kind=kind, user=user, since=ago(days=1), by=by))


def told(*operations: Operation, of: Request | None = None, **changes: Any) -> Content:
    """The message of a request with these operations."""
    made = of or request(operations[0].verb, operations=tuple(each.id for each in operations))
    others: Mapping[str, Operation] = changes.pop("others", {})
    return request_view.message(made, operations, others=others, now=changes.pop("now", NOW), tz=TZ, **changes)
