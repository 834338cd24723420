"""What recovery, protection and waiting stops say, in every state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from bot.views import protection, recovery, recovery_buttons, stop_waits
from bot.views.layout import page
from pods.messages import Content
from pods.model import Cloud, Pod, PodStatus
from pods.protection import Protection
from pods.recovery.attempts import Attempt, Offer, Result, Why
from pods.recovery.chain import Chain, Run
from pods.recovery.checkpoints import seen, unseen
from pods.recovery.lineage import Lineage, first_of, was_read, was_unread
from pods.recovery.offers import choices
from pods.recovery.record import Husk, Recovery, State, TakenOver
from pods.recovery.rules import DEFAULT_RULE, CheckpointRule, Move, RecoveryRule, Shows
from pods.recovery.stop_waits import StopWait, WaitEnd, WaitState
from tests.unit.recovery.samples import H100, LOCAL, NOON, at, lost, market, rule, spec
from tests.unit.recovery.samples import recovery as plan
from tests.unit.views.samples import ASKER, OWNER, TZ

NOW: Final = at(600)


def _offer(move: Move, **changes: object) -> Offer:
    usual = Offer(
        move=move,
        gpu=H100,
        gpu_name="H100 SXM",
        count=2,
        cloud=Cloud.SECURE,
        data_centers=("EU-RO-1",),
        price=Decimal("6.58"),
    )
    return usual.model_copy(update=changes)


def _try(number: int, move: Move, result: Result | None = None, **changes: object) -> Attempt:
    pod_id = "xyz789" if move is Move.RESUME else None
    usual = Attempt(number=number, round=0, offer=_offer(move), at=at(60 * number), pod_id=pod_id, result=result)
    return usual.model_copy(update={"ended_at": at(60 * number + 20) if result else None, **changes})


def _told(told: Recovery, *, saved: bool = True) -> Content:
    scene = recovery.Told(
        recovery=told,
        choices=choices(told, market(now=NOW)) if told.state is State.TRYING else (),
        saved_at=at(-780) if saved else None,
        now=NOW,
        tz=TZ,
    )
    buttons = recovery_buttons.offers("inc1", [told], movable=told.lost.persistent is None)
    return page(recovery.progress(scene), key="recovery", buttons=buttons)


FULL: Final = _try(1, Move.RESUME, Result.NO_ROOM)


def _trying() -> Iterator[tuple[str, Content]]:
    yield "recovery-begins", _told(plan())
    yield "recovery-resuming", _told(plan(attempts=(_try(1, Move.RESUME),)))
    yield "recovery-starting-replacement", _told(plan(attempts=(FULL, _try(2, Move.SAME_GPU))))
    yield "recovery-replacement-comes-up", _told(plan(attempts=(FULL, _try(2, Move.SAME_GPU, pod_id="new456"))))
    no_gpu = _try(1, Move.RESUME, withdraw=Why.NO_GPU)
    yield "recovery-taking-back-resume", _told(plan(attempts=(no_gpu,)))
    twice = _try(2, Move.SAME_GPU, pod_id="new456", withdraw=Why.CAME_BACK)
    yield "recovery-taking-back-replacement", _told(plan(attempts=(FULL, twice)))
    refused = _try(2, Move.SAME_GPU, Result.REFUSED, sentence="The RunPod balance is too low for this.")
    yield "recovery-waits", _told(plan(attempts=(FULL, refused), round=3, next_at=at(900)))
    local = lost(network=None, persistent=LOCAL)
    again = (FULL, _try(2, Move.RESUME, Result.NO_ROOM), _try(3, Move.RESUME, Result.NO_ROOM))
    yield "recovery-waits-for-its-host", _told(plan(local, attempts=again, round=3, next_at=at(900)))
    yield "recovery-too-dear", _told(plan(rule=rule(price_cap=2), round=1, next_at=at(900)))
    yield "recovery-blind", _told(plan(blind_since=at(300)))


def _over() -> Iterator[tuple[str, Content]]:
    back: dict[str, Any] = {"state": State.BACK, "ended_at": at(300), "next_at": None, "facts_moved": True}
    resumed = _try(1, Move.RESUME, Result.UP, up_at=at(200))
    yield "recovery-back-on-its-host", _told(plan(attempts=(resumed,), husk=Husk.KEPT, **back))
    moved = (FULL, _try(2, Move.SAME_GPU, Result.UP, pod_id="new456", up_at=at(300)))
    for husk in (Husk.GOING, Husk.TERMINATED, Husk.KEPT, Husk.LEFT, Husk.GONE):
        yield f"recovery-back-old-pod-{husk.value}", _told(plan(attempts=moved, husk=husk, **back))
    yield "recovery-back-unsaved", _told(plan(attempts=moved, husk=Husk.GONE, **back), saved=False)
    for why in (Why.HOST_LOCAL, Why.DATA_GONE, Why.NOTHING_LEFT, Why.ENV_LOST, Why.NO_SPEC, Why.LOCKED, Why.ZERO_GPU):
        yield f"recovery-refused-{why.value}", _told(plan(state=State.REFUSED, why=why, ended_at=NOW, next_at=None))
    runs = tuple(Run(up_at=at(-s), lost_at=at(-s + 300), price=Decimal("6.58"), saved=False) for s in (1500, 800))
    for why in (Why.DEADLINE, Why.BUDGET, Why.BREAKER, Why.UNCLEAR, Why.NOT_TAKEN_BACK):
        gave_up = plan(state=State.GAVE_UP, why=why, ended_at=NOW, next_at=None, stray="new456", chain=Chain(runs=runs))
        yield f"recovery-gave-up-{why.value}", _told(gave_up)
    over = TakenOver(by=OWNER, verb="terminate", at=at(120))
    stood: dict[str, Any] = {"state": State.STOOD_DOWN, "ended_at": NOW, "next_at": None}
    yield "recovery-taken-over", _told(plan(why=Why.TAKEN_OVER, taken_over=over, **stood))
    yield "recovery-came-back", _told(plan(why=Why.CAME_BACK, **stood))
    yield "recovery-stopped", _told(plan(state=State.STOPPED, why=Why.ASKED, stop_by=ASKER, next_at=None))


def _answers() -> Iterator[tuple[str, Content]]:
    for press in recovery_buttons.Press:
        yield f"{press.value}-said", recovery_buttons.said(press, [lost()])
        yield f"{press.value}-nothing", recovery_buttons.nothing_to_do(press)
    yield "recovery-cannot-move", recovery_buttons.cannot_move([lost(network=None, persistent=LOCAL)])
    yield "recovery-over", recovery_buttons.over()
    yield "recovery-others", recovery_buttons.others(lost(), OWNER)


def _protected() -> Iterator[tuple[str, Content]]:
    said = Protection(pod_id="xyz789", pod_name="llama-ft", rule="training", by=ASKER, since=NOON)
    logged = CheckpointRule(shows=Shows.LOG, pattern="saved checkpoint")
    lined, port = CheckpointRule(shows=Shows.LINE), CheckpointRule(shows=Shows.HTTP, port=8000, path="/checkpoint")
    rows = {
        "network": (lost(), rule(checkpoint=logged)),
        "host-local": (lost(network=None, persistent=LOCAL), rule(checkpoint=lined)),
        "nothing-kept": (lost(network=None), rule(checkpoint=port, price_cap=None)),
        "locked": (lost(locked=True), rule(attempts_per_hour=1)),
        "cluster": (lost(cluster_id="c1"), rule()),
        "mounts-unknown": (lost(network=None, mounts_known=False), rule()),
        "nothing-possible": (lost(network=None, persistent=LOCAL), rule(moves=("same-gpu",))),
    }
    for name, (pod, chosen) in rows.items():
        known = was_read(first_of(pod), spec(pod), NOON)
        yield f"protected-{name}", protection.card(_scene(said, chosen, known, pod))
    yield "protected-being-read", protection.card(_scene(said, rule(), first_of(lost()), lost()))
    unread = was_unread(first_of(lost()), "RunPod's API cannot be reached.", NOON)
    yield "protected-unread", protection.card(_scene(said, rule(), unread, lost()))
    yield "protected-unlisted", protection.card(_scene(said, rule(), None, None))
    gone = said.model_copy(update={"rule": "old"})
    yield "protected-rule-gone", protection.card(_scene(gone, DEFAULT_RULE, None, lost(), rule_gone=True))
    off = said.model_copy(update={"rule": None})
    yield "unprotected", protection.card(_scene(off, rule(), None, lost()))
    yield "protect-ack", protection.protecting([lost()], "training")
    yield "unprotect-ack", protection.unprotecting([lost()])
    yield "protect-unknown-rule", protection.unknown_rule("magic", ["training", "default"])
    yield "unprotect-none", protection.not_protected([lost(), lost(id="b2", name="two")])
    yield "protect-others", protection.others_pod(lost(), OWNER)


def _scene(
    said: Protection, chosen: RecoveryRule, lineage: Lineage | None, pod: Pod | None, *, rule_gone: bool = False
) -> protection.Scene:
    return protection.Scene(protection=said, rule=chosen, rule_gone=rule_gone, lineage=lineage, pod=pod, now=NOW, tz=TZ)


def _waits() -> Iterator[tuple[str, Content]]:
    usual = StopWait(
        id="w1", pod_id="xyz789", pod_name="llama-ft", by=ASKER, team="T1", channel="C1", asked_at=NOON, until=at(5400)
    )
    rows: dict[str, dict[str, Any]] = {
        "waiting": {},
        "asking": {"state": WaitState.ASKING, "until": at(300)},
        "stopping": {"state": WaitState.STOPPING, "checkpoint_at": at(400)},
        "stopping-now": {"state": WaitState.STOPPING, "answered_by": OWNER},
        "stopped": {"state": WaitState.ENDED, "end": WaitEnd.STOPPED, "checkpoint_at": at(400)},
        "cancelled": {"state": WaitState.ENDED, "end": WaitEnd.CANCELLED, "answered_by": OWNER},
        "down": {"state": WaitState.ENDED, "end": WaitEnd.DOWN},
        "gone": {"state": WaitState.ENDED, "end": WaitEnd.GONE},
        "not-stopped": {"state": WaitState.ENDED, "end": WaitEnd.NOT_STOPPED, "sentence": "The pod is locked."},
    }
    for name, changes in rows.items():
        wait = usual.model_copy(update=changes)
        yield f"wait-{name}", stop_waits.card(_wait_scene(wait))
        if wait.state is WaitState.ASKING:
            yield "wait-question", stop_waits.question(_wait_scene(wait))
    yield "wait-unread", stop_waits.card(_wait_scene(usual, unread=True))
    yield "wait-ack", stop_waits.on_it(lost(), "14:00")
    yield "wait-unprotected", stop_waits.no_rule(lost(), None)
    yield "wait-no-rule", stop_waits.no_rule(lost(), "training")
    yield "wait-one-at-a-time", stop_waits.one_at_a_time()
    yield "wait-not-running", stop_waits.not_running(lost(status=PodStatus.EXITED))
    yield "wait-locked", stop_waits.untouchable(lost(locked=True))
    yield "wait-others", stop_waits.others(lost(), OWNER)
    yield "wait-already", stop_waits.already(usual, "14:00")
    yield "wait-really", stop_waits.really(lost(network=None), "xyz789:0")
    yield "wait-over", stop_waits.over()


def _wait_scene(wait: StopWait, *, unread: bool = False) -> stop_waits.Scene:
    known = seen(None, "xyz789", (at(-900),), at(-60))
    return stop_waits.Scene(
        wait=wait,
        pod=lost(),
        checkpoints=unseen(known, "xyz789", "Its port answers 502 instead of 200.", NOW) if unread else known,
        apart=timedelta(minutes=30),
        stop=None,
        now=NOW,
        tz=TZ,
    )


KINDS: Final = (_trying, _over, _answers, _protected, _waits)
