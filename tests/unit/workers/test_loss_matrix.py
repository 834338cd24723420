"""The loss matrix: what happens x how RunPod is read x what is at stake -> incident, cause, who is told.

Every row runs the real watch on the simulated account. What recovery then does, and under which faults, is held by the
tests of recovery (tests/e2e/test_recovery.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pods.losses import CauseKind, LossKind
from pods.model import Verb
from pods.store import Store
from tests.unit.workers.lossworld import BARE, HOST, NETWORK, NOTICES, ONCALL, LossWorld
from workers import watch
from workers.losses.detect import losses
from workers.passes.early_signs import early_signs
from workers.passes.outages import outages

K, C = LossKind, CauseKind
Act = Callable[[LossWorld], None]


@dataclass(frozen=True)
class Row:
    """One line: what is done to which pod; how it is read; what must come of it."""

    name: str
    act: Act
    pod: str = NETWORK
    stake: str = "protected"
    mode: str = "auto"
    polls: int = 6
    #: The loss, or None: nothing was lost.
    kind: LossKind | None = None
    cause: CauseKind = C.NOT_KNOWN
    #: Whether on-call's phone rings.
    pages: bool = True
    #: Whether the pod's own telling is expected to be over at the end.
    over: bool = False


def deed(what: str, pod: str = NETWORK) -> Act:
    return lambda world: world.deed(pod, what)


def fault(kind: str, **more: object) -> Act:
    return lambda world: world.control("faults", kind=kind, **more)


def then(*acts: Act, polls: int = 0) -> Act:
    def run(world: LossWorld) -> None:
        for act in acts:
            act(world)
            world.polls(polls)

    return run


def mend(world: LossWorld) -> None:
    assert world.sim.handle("DELETE", "/control/faults", {}, {}, b"").status < 300


def asked(verb: Verb, pod: str = NETWORK) -> Act:
    return lambda world: world.ask(verb, pod)


def wait(seconds: float) -> Act:
    return lambda world: world.clock.advance(seconds)


def vanish(pod: str = NETWORK) -> Act:
    return deed("terminate", pod)


ROWS = (
    # -- what happens, and why
    Row("stopped by RunPod", deed("kill"), kind=K.EXITED, cause=C.RUNPOD),
    Row("outbid", deed("outbid"), kind=K.EXITED, cause=C.OUTBID),
    Row("fails", deed("fail"), kind=K.ERROR, cause=C.RUNPOD),
    Row("gone", vanish(), kind=K.GONE),
    Row("container out of memory", deed("out_of_memory"), polls=8, kind=K.CONTAINER_EXIT, cause=C.OUT_OF_MEMORY),
    Row("container ends", deed("crash"), polls=8, kind=K.CONTAINER_EXIT, cause=C.PROCESS),
    Row("image gone", deed("pull_failed"), kind=K.EXITED, cause=C.IMAGE_PULL),
    Row("CUDA fails", deed("cuda_failed"), kind=K.EXITED, cause=C.CUDA),
    Row("host down", deed("host_down"), kind=K.EXITED, cause=C.HOST),
    Row("host maintained", deed("maintain"), kind=K.EXITED, cause=C.MAINTENANCE),
    Row("begins anew", deed("begin_anew"), kind=K.RESTARTED, cause=C.PROCESS),
    Row("crash loop", deed("crash_loop"), polls=14, kind=K.CRASH_LOOP, cause=C.PROCESS),
    Row("loses its GPUs", deed("lose_gpus"), kind=K.ZERO_GPU, cause=C.PROCESS),
    # -- what it lives on
    Row("host disk, stopped by RunPod", deed("kill", HOST), pod=HOST, kind=K.EXITED, cause=C.RUNPOD),
    Row("host disk, gone", vanish(HOST), pod=HOST, kind=K.GONE),
    Row("no volume, outbid", deed("outbid", BARE), pod=BARE, kind=K.EXITED, cause=C.OUTBID),
    Row("no volume, container ends", deed("crash", BARE), pod=BARE, polls=8, kind=K.CONTAINER_EXIT, cause=C.PROCESS),
    # -- what is at stake
    Row("marked as training", deed("kill"), stake="training", kind=K.EXITED, cause=C.RUNPOD),
    Row("plain", deed("kill"), stake="plain", kind=K.EXITED, cause=C.RUNPOD, pages=False),
    Row("plain, gone", vanish(BARE), pod=BARE, stake="plain", kind=K.GONE, pages=False),
    Row(
        "plain, crash loop",
        deed("crash_loop"),
        stake="plain",
        polls=14,
        kind=K.CRASH_LOOP,
        cause=C.PROCESS,
        pages=False,
    ),
    # -- how RunPod is read
    Row("REST alone, stopped by RunPod", deed("kill"), mode="rest", kind=K.EXITED),
    Row("REST alone, outbid", deed("outbid"), mode="rest", kind=K.EXITED),
    Row("REST alone, host down", deed("host_down"), mode="rest", kind=K.EXITED, cause=C.HOST),
    Row("GraphQL alone, outbid", deed("outbid"), mode="graphql", kind=K.EXITED, cause=C.OUTBID),
    Row("GraphQL alone, gone", vanish(), mode="graphql", kind=K.GONE),
    Row("GraphQL alone, stopped by a user", deed("stop"), mode="graphql"),
    # -- faults while it is looked at
    Row(
        "direct readings fail for a while",
        then(fault("status", operation="get", times=3), deed("kill")),
        polls=10,
        kind=K.EXITED,
        cause=C.RUNPOD,
    ),
    Row(
        "a direct reading times out",
        then(fault("timeout", operation="get", times=1), deed("kill")),
        kind=K.EXITED,
        cause=C.RUNPOD,
    ),
    Row("the reason cannot be read", then(fault("graphql_error", times=20), deed("kill")), kind=K.EXITED),
    Row("GraphQL is gone", then(fault("gone_410"), deed("kill")), kind=K.EXITED),
    Row(
        "the log cannot be read",
        then(fault("status", operation="logs", times=9), deed("host_down")),
        kind=K.EXITED,
        cause=C.RUNPOD,
    ),
    Row(
        "a broken list",
        then(fault("malformed", operation="list", times=2), deed("kill")),
        kind=K.EXITED,
        cause=C.RUNPOD,
    ),
    Row("rate limited", then(fault("rate_limited", times=3), deed("kill")), polls=10, kind=K.EXITED, cause=C.RUNPOD),
    Row("an outage, and a loss in it", then(fault("outage"), deed("kill"), polls=8), polls=0),
    Row("an outage, over", then(fault("outage"), deed("kill"), mend, polls=6), kind=K.EXITED, cause=C.RUNPOD),
    # -- nothing was lost
    Row("an outage alone", then(fault("outage"), polls=10), polls=0),
    Row(
        "gone, and the second list does not come",
        then(vanish(), fault("status", operation="list", times=30), polls=1),
        polls=5,
    ),
    Row("an outage, over, nothing lost", then(fault("outage"), mend, polls=6)),
    Row("a flapping list", fault("flapping_list"), polls=14),
    Row("an empty list, twice", fault("empty_list"), polls=8),
    Row("no telemetry at all", fault("null_runtime"), polls=14),
    Row("no telemetry of one pod", fault("null_runtime", pod=NETWORK), polls=14),
    Row("stopped by a user in the console", deed("stop")),
    Row("stopped in the console, host disk", deed("stop", HOST), pod=HOST),
    Row("a stop that was asked for", asked(Verb.STOP)),
    Row("a terminate that was asked for", asked(Verb.TERMINATE)),
    Row("asked to stop, and RunPod ends it first", then(asked(Verb.STOP), wait(300)), polls=8),
    Row("starts and stops in the console between two looks", then(deed("stop"), wait(5), deed("start"), wait(60))),
    Row("a machine that is loud", deed("busy"), polls=10),
    # -- and what comes after
    Row("comes back by itself", then(deed("kill"), deed("start"), polls=4), kind=K.EXITED, cause=C.RUNPOD, over=True),
    Row("steady after it began anew", deed("begin_anew"), polls=36, kind=K.RESTARTED, cause=C.PROCESS, over=True),
    Row(
        "lost, then terminated by a person",
        then(deed("kill"), asked(Verb.TERMINATE), polls=4),
        kind=K.EXITED,
        cause=C.RUNPOD,
        over=True,
    ),
    Row("lost, and then gone", then(deed("kill"), wait(1200), vanish(), polls=4), kind=K.GONE, cause=C.RUNPOD),
)


@pytest.fixture
def world(request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[LossWorld]:
    """With the passes that concern losses; idleness and money have rows of their own."""
    monkeypatch.setattr(watch, "PASSES", (outages, losses, early_signs))
    row: Row = request.param
    made = LossWorld(store, mode=row.mode)
    if row.stake != "plain":
        made.protect(row.pod, rule="default" if row.stake == "protected" else None, training=row.stake == "training")
    yield made
    made.close()


@pytest.mark.parametrize(("world", "row"), [(row, row) for row in ROWS], indirect=["world"], ids=lambda row: row.name)
def test_row(world: LossWorld, row: Row) -> None:
    before = set(world.sim.world.pods)
    row.act(world)
    world.polls(row.polls)
    assert world.faults() == {}
    assert set(world.sim.world.pods) <= before, "a pod was made"
    seen = world.losses()
    if row.kind is None:
        assert seen == []
        assert world.incidents() == []
        assert (world.posted(ONCALL), world.pager.alerts) == ([], {})
        return
    (loss,) = seen
    assert (loss.pod_id, loss.kind, loss.cause.kind) == (row.pod, row.kind, row.cause)
    (incident,) = world.incidents()
    assert incident.resolved is row.over
    cards = [text for text in world.posted(ONCALL if row.pages else NOTICES) if row.pod in text]
    assert cards
    assert len([text for text in cards if "Incident `" in text]) == 1, "one card"
    assert sum(alert.rang for alert in world.pager.alerts.values()) == (1 if row.pages else 0)


def test_there_are_enough_rows() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 50
