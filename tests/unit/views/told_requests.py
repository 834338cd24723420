"""Messages of requests: every verb with every code, what a stop means, the way there, several pods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from pods.errors import ActionConflict, HostFull, InsufficientBalance, Refused, ServerFault, Unreachable
from pods.gates import Gate, GateKind, GateState, binding
from pods.messages import Content
from pods.model import POD_VERBS, Gpu, PodStatus, Verb
from pods.operations import Code, Operation, OperationState
from tests.unit.views.samples import (
    NOW,
    OWNER,
    ago,
    bare,
    decided,
    ended,
    gate,
    networked,
    operation,
    pod,
    request,
    stopped,
    told,
    unsaid,
)

AFTER: Final = {
    Verb.START: pod(),
    Verb.STOP: stopped(),
    Verb.RESTART: pod(started_at=NOW),
    Verb.TERMINATE: pod(status=PodStatus.TERMINATED),
    Verb.RENAME: pod(name="nlp-train-2"),
    Verb.LOCK: pod(locked=True),
    Verb.UNLOCK: pod(),
}
BEFORE: Final = {
    Verb.START: stopped(),
    Verb.STOP: pod(),
    Verb.RESTART: pod(),
    Verb.TERMINATE: pod(),
    Verb.RENAME: pod(),
    Verb.LOCK: pod(),
    Verb.UNLOCK: pod(locked=True),
}


#: No other verb waits for a free GPU.
ONLY_OF_A_START: Final = frozenset({Code.NO_CAPACITY, Code.HOST_FULL, Code.GIVEN_UP})


def _table() -> Iterator[tuple[str, Content]]:
    """Every verb with every code, and with a correction where there can be one."""
    for verb in POD_VERBS:
        for code in Code:
            if verb is Verb.START or code not in ONLY_OF_A_START:
                yield f"request-{verb.value}-{code.value}", outcome(verb, code)
        yield f"request-{verb.value}-corrected", told(late(verb))


def outcome(verb: Verb, code: Code) -> Content:
    """The message of one operation that ended so, as it would look for this code."""
    before, after = BEFORE[verb], AFTER[verb]
    other = operation(Verb.TERMINATE, id="op00000009", by=OWNER, accepted_at=ago(seconds=40), created_at=ago(minutes=1))
    calls = {Code.DONE: 1, Code.ZERO_GPU: 1, Code.NOT_CONFIRMED: 1, Code.GONE: 0}.get(code, 0)
    seen = {
        Code.DONE: after,
        Code.ALREADY: after,
        Code.ZERO_GPU: pod(gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=0), cost_per_hour=Decimal("0.11")),
        Code.NOT_POSSIBLE: pod(status=PodStatus.ERROR),
        Code.CHANGED: pod(cost_per_hour=Decimal("3.29")),
        Code.LOCKED: pod(locked=True),
        Code.CLUSTER: pod(cluster_id="clu1"),
    }.get(code, before)
    sentence = {
        Code.REFUSED: HostFull.sentence_default if verb is Verb.START else Refused.sentence_default,
        Code.NEVER_ASKED: Unreachable.sentence_default,
        Code.PUSHED_BACK: ActionConflict.sentence_default,
        Code.VETOED: "it works again: GPU 71 % at 14:02.",
    }.get(code, "")
    changes: dict[str, object] = {"before": before, "seen": seen, "calls": calls}
    if code in {Code.NEVER_ASKED, Code.BUSY, Code.JOINED, Code.DECLINED, Code.EXPIRED}:
        changes |= {"before": None, "seen": None}
    if code in {Code.DECLINED, Code.EXPIRED}:
        changes["bound"] = binding(before)
    changes |= {"pushbacks": 3} if code is Code.PUSHED_BACK else {}
    if code in {Code.NOT_CONFIRMED, Code.NEVER_ASKED, Code.PUSHED_BACK}:
        changes |= {"accepted_at": ago(minutes=4), "created_at": ago(minutes=4), "called_at": ago(minutes=4)}
    if code is Code.CHANGED:
        changes["bound"] = gate(GateKind.CONFIRM, pod()).bound[0]
    made = ended(verb, code, sentence=sentence, other=other.id if code in {Code.BUSY, Code.JOINED} else None, **changes)
    asked = request(verb, gates=_gates(code), **({"by": "rule:idle"} if code is Code.VETOED else {}))
    return told(made, of=asked, others={other.id: other})


def _gates(code: Code) -> tuple[Gate, ...]:
    if code is Code.DECLINED:
        return (decided(GateState.DECLINED, GateKind.CONSENT, by=OWNER),)
    if code is Code.EXPIRED:
        return (
            decided(GateState.EXPIRED, GateKind.CONSENT, by=None, expires_at=ago(seconds=11) + timedelta(minutes=30)),
        )
    return ()


def late(verb: Verb) -> Operation:
    """First not confirmed, then put right nine minutes after it was asked."""
    return ended(
        verb,
        Code.DONE,
        before=BEFORE[verb],
        seen=AFTER[verb],
        calls=1,
        corrected=True,
        accepted_at=ago(minutes=9),
        created_at=ago(minutes=9),
    )


def _stops() -> Iterator[tuple[str, Content]]:
    """What a stop means in money and data, by what is mounted and known."""
    rest = stopped(id="bare22", name="scratch", persistent=None)
    yield "stopped-nothing-mounted", told(ended(Verb.STOP, Code.DONE, before=bare(), seen=rest, calls=1))
    after = networked(status=PodStatus.EXITED, cost_per_hour=Decimal(0))
    yield "stopped-network-volume", told(ended(Verb.STOP, Code.DONE, before=networked(), seen=after, calls=1))
    dim = unsaid(status=PodStatus.EXITED)
    yield "stopped-unsaid", told(ended(Verb.STOP, Code.DONE, before=unsaid(), seen=dim, calls=1))
    rule = request(by="rule:night-stop")
    done = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)
    yield "stopped-by-rule", told(done, of=rule)
    allowed = request(gates=(decided(GateState.PASSED, GateKind.CONSENT, by=OWNER),))
    yield "stopped-allowed-by-owner", told(done.model_copy(update={"created_at": ago(minutes=3)}), of=allowed)
    said = stopped(last_status_change="Exited by user: Tue Nov 24 2026 01:40:00 GMT+0000")
    yield "stopped-already-with-reason", told(ended(Verb.STOP, Code.ALREADY, before=said, seen=said))


def _terminates() -> Iterator[tuple[str, Content]]:
    yield (
        "terminated-network-volume",
        told(ended(Verb.TERMINATE, Code.DONE, before=networked(), seen=networked(), calls=1)),
    )
    yield "terminated-stopped-pod", told(ended(Verb.TERMINATE, Code.DONE, before=stopped(), seen=stopped(), calls=1))
    yield "terminated-unsaid", told(ended(Verb.TERMINATE, Code.DONE, before=unsaid(), seen=unsaid(), calls=1))
    absent = ended(Verb.TERMINATE, Code.NOT_CONFIRMED, before=pod(), seen=pod(), calls=1, absent_since=ago(seconds=20))
    yield "terminate-not-confirmed-absent", told(absent.model_copy(update={"accepted_at": ago(minutes=4)}))


def _unsure() -> Iterator[tuple[str, Content]]:
    slow = ended(
        Verb.STOP,
        Code.NOT_CONFIRMED,
        before=pod(),
        seen=pod(),
        calls=2,
        sentence=ServerFault.sentence_default,
        accepted_at=ago(minutes=4),
        created_at=ago(minutes=4),
        called_at=ago(minutes=3),
    )
    yield "not-confirmed-with-trouble", told(slow)
    yield "not-confirmed-given-up", told(slow, now=NOW + timedelta(minutes=16))
    broke = ended(
        Verb.START, Code.REFUSED, sentence=InsufficientBalance.sentence_default, before=stopped(), seen=stopped()
    )
    moving = pod(status=PodStatus.STARTING)
    unready = ended(Verb.RESTART, Code.NEVER_ASKED, before=moving, seen=moving, accepted_at=ago(minutes=5))
    yield "never-ready", told(unready)
    yield "refused-balance", told(broke)


def _on_the_way() -> Iterator[tuple[str, Content]]:
    trouble = ServerFault.sentence_default
    for verb in POD_VERBS:
        before = BEFORE[verb]
        name = f"under-way-{verb.value}"
        yield f"{name}-accepted", told(operation(verb))
        yield f"{name}-running", told(operation(verb, state=OperationState.RUNNING, before=before, seen=before))
        calling = operation(verb, state=OperationState.CALLING, before=before, seen=before, calls=1)
        yield f"{name}-calling", told(calling)
        confirming = {"state": OperationState.CONFIRMING, "answered": True}
        yield f"{name}-confirming", told(calling.model_copy(update=confirming))
        yield f"{name}-read-back", told(calling.model_copy(update={**confirming, "looks": 3}))
        unclear = {"state": OperationState.CONFIRMING, "trouble": trouble}
        yield f"{name}-unclear", told(calling.model_copy(update=unclear))
    unread = operation(state=OperationState.RUNNING, trouble=Unreachable.sentence_default)
    yield "under-way-unread", told(unread)
    gone = operation(Verb.TERMINATE, state=OperationState.CONFIRMING, calls=1, before=pod(), seen=pod())
    yield "under-way-absent", told(gone.model_copy(update={"absent_since": ago(seconds=5)}))


def _several() -> Iterator[tuple[str, Content]]:
    first = ended(Verb.STOP, Code.DONE, id="op00000001", before=pod(), seen=stopped(), calls=1)
    second = ended(Verb.STOP, Code.DONE, id="op00000002", before=bare(), seen=bare(status=PodStatus.EXITED), calls=1)
    lock = ended(Verb.STOP, Code.LOCKED, id="op00000003", before=networked(), seen=networked(locked=True))
    lost = {"id": "lost55", "name": "eval-7"}
    unsure = ended(Verb.STOP, Code.NOT_CONFIRMED, id="op00000004", before=pod(**lost), seen=pod(**lost), calls=1)
    going = operation(Verb.STOP, id="op00000003", state=OperationState.CALLING, before=networked(), seen=networked())
    yield "several-ended", told(first, second, lock)
    yield "several-under-way", told(first, second, going)
    yield "several-not-confirmed", told(first, lock, unsure)
    yield "several-all-stopped", told(first, second)


KINDS: Final = (
    _table,
    _stops,
    _terminates,
    _unsure,
    _on_the_way,
    _several,
)
