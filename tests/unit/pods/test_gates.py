"""Who may decide a gate, until when, on what; and when one is needed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.gates import Gate, GateKind, GateRefusal, GateState, binding, decide, expire, needs_confirm, still_bound
from pods.model import Gpu, NetworkMount, PersistentMount, Pod, PodStatus, Verb
from tests.unit.pods.builders import at, bound_to, gate, pod

S, V = PodStatus, Verb
KEEPS = pod()
LOSES = pod(network=None)
KEEPS_ON_HOST = pod(network=None, persistent=PersistentMount(size_gb=20, path="/workspace"))
NOT_KNOWN = pod(mounts_known=False)


@pytest.mark.parametrize("kind", GateKind)
@pytest.mark.parametrize(
    ("by", "agree", "seconds", "expected"),
    [
        ("U1", True, 0, GateState.PASSED),
        ("U2", True, 0, GateState.PASSED),
        ("U1", False, 0, GateState.DECLINED),
        ("U3", True, 0, GateRefusal.NOT_YOURS),
        ("U3", False, 0, GateRefusal.NOT_YOURS),
        ("", True, 0, GateRefusal.NOT_YOURS),
        ("U1", True, 299.999, GateState.PASSED),
        ("U1", True, 300, GateRefusal.EXPIRED),
        ("U1", False, 300, GateRefusal.EXPIRED),
    ],
)
def test_only_those_named_decide_and_only_in_time(
    kind: GateKind, by: str, agree: bool, seconds: float, expected: GateState | GateRefusal
) -> None:
    asked = gate(kind, "U1", "U2")
    decided = decide(asked, by, agree=agree, now=at(seconds))
    if isinstance(decided, GateRefusal):
        assert decided is expected
    else:
        assert (decided.state, decided.decided_by, decided.decided_at) == (expected, by, at(seconds))
        assert (decided.kind, decided.who, decided.bound) == (asked.kind, asked.who, asked.bound)


@pytest.mark.parametrize("state", [GateState.PASSED, GateState.DECLINED, GateState.EXPIRED])
@pytest.mark.parametrize("by", ["U1", "U3"])
def test_a_gate_is_decided_once(state: GateState, by: str) -> None:
    assert decide(gate(state=state), by, agree=True, now=at(0)) is GateRefusal.CLOSED


@pytest.mark.parametrize(
    ("state", "seconds", "expected"),
    [
        (GateState.OPEN, 299.999, GateState.OPEN),
        (GateState.OPEN, 300, GateState.EXPIRED),
        (GateState.PASSED, 9_000, GateState.PASSED),
        (GateState.DECLINED, 9_000, GateState.DECLINED),
    ],
)
def test_only_an_open_gate_expires(state: GateState, seconds: float, expected: GateState) -> None:
    after = expire(gate(state=state), at(seconds))
    assert after.state is expected
    assert (after.decided_at == at(seconds)) == (expected is GateState.EXPIRED)


@pytest.mark.parametrize(
    ("verb", "pods", "needed"),
    [
        (V.START, (KEEPS,), False),
        (V.START, (LOSES,), False),
        (V.START, (NOT_KNOWN,), False),
        (V.STOP, (KEEPS,), False),
        (V.STOP, (KEEPS_ON_HOST,), False),
        (V.STOP, (LOSES,), True),
        (V.STOP, (NOT_KNOWN,), True),
        (V.RESTART, (KEEPS,), False),
        (V.RESTART, (LOSES,), True),
        (V.RESTART, (NOT_KNOWN,), True),
        # What is stopped has nothing left to lose by a stop.
        (V.STOP, (pod(S.EXITED, network=None),), False),
        (V.STOP, (pod(S.STARTING, network=None),), True),
        (V.STOP, (pod(S.UNKNOWN, network=None),), True),
        (V.TERMINATE, (KEEPS,), True),
        (V.TERMINATE, (pod(S.EXITED),), True),
        (V.TERMINATE, (), True),
        (V.START, (KEEPS, KEEPS), True),
        (V.STOP, (KEEPS, KEEPS), True),
    ],
)
def test_when_a_person_must_say_it_again(verb: Verb, pods: tuple[Pod, ...], needed: bool) -> None:
    assert needs_confirm(verb, pods) is needed


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (pod(cost_per_hour=Decimal(2)), True),
        (pod(cost_per_hour=Decimal(1)), True),
        (pod(cost_per_hour=Decimal("2.01")), False),
        (pod(S.EXITED), True),
        (pod(S.TERMINATED), True),
        (pod(S.EXITED, cost_per_hour=Decimal(9)), True),
        # It runs or comes up: the same for who decided.
        (pod(S.STARTING), True),
        (pod(S.ERROR), False),
        (pod(S.UNKNOWN), False),
        (pod(id="other", cost_per_hour=Decimal(2)), False),
        (pod(name="other"), False),
        (pod(disk_gb=21), False),
        (pod(network=NetworkMount(volume_id="vol2", path="/workspace")), False),
        (pod(network=None), False),
        (pod(persistent=PersistentMount(size_gb=20, path="/workspace")), False),
        (pod(mounts_known=False), False),
        (pod(S.EXITED, network=None), False),
        # Not part of what was said to be lost or kept.
        (pod(gpu=Gpu(id="x", count=1), image="other", cost_per_hour=Decimal(2)), True),
    ],
)
def test_a_decision_holds_for_what_was_looked_at(now: Pod, holds: bool) -> None:
    assert still_bound(bound_to(pod(cost_per_hour=Decimal(2))), now) is holds


@pytest.mark.parametrize(
    ("bound", "now", "holds"),
    [
        (S.PROVISIONING, S.RUNNING, True),
        (S.STARTING, S.RUNNING, True),
        (S.STARTING, S.ERROR, False),
        (S.EXITED, S.STARTING, False),
        (S.EXITED, S.RUNNING, False),
        (S.ERROR, S.RUNNING, False),
        (S.ERROR, S.EXITED, True),
    ],
)
def test_a_pod_may_come_up_or_stop_meanwhile_but_not_be_started(bound: PodStatus, now: PodStatus, holds: bool) -> None:
    assert still_bound(bound_to(pod(bound)), pod(now)) is holds


def test_a_gate_survives_its_record_with_its_binding() -> None:
    kept = gate(GateKind.CONSENT, "U7", bound=(binding(pod(cost_per_hour=Decimal("2.69"))),))
    back = Gate.model_validate_json(kept.model_dump_json())
    assert back == kept
    assert still_bound(back.bound[0], pod(cost_per_hour=Decimal("2.69")))
