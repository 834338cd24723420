"""What comes of a loss: volume, state, rule, and what RunPod does meanwhile; how the plan ends and what was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from pods.model import Pod, PodStatus
from tests.unit.recovery.samples import LOCAL, lost, recovery, rule, spec
from tests.unit.recovery.world import Luck, World

VOLUMES: Final[dict[str, Pod]] = {
    "network": lost(),
    "none": lost(network=None),
    "local": lost(network=None, persistent=LOCAL),
    "unknown": lost(network=None, mounts_known=False),
}
#: Volume, state, moves, what calls meet with, then: state, why, what was done at RunPod in order.
ROWS: Final = [
    ("network", "EXITED", "resume", "", "back", "-", "start"),
    ("network", "EXITED", "resume same-gpu", "", "back", "-", "start"),
    ("network", "ERROR", "resume", "", "back", "-", "start"),
    ("network", "ERROR", "resume same-gpu", "", "back", "-", "start"),
    ("network", "gone", "resume", "", "refused", "nothing_left", "-"),
    ("network", "gone", "resume same-gpu", "", "back", "-", "create"),
    ("none", "EXITED", "resume", "", "back", "-", "start"),
    ("none", "EXITED", "resume same-gpu", "", "back", "-", "start"),
    ("none", "ERROR", "resume", "", "back", "-", "start"),
    ("none", "ERROR", "resume same-gpu", "", "back", "-", "start"),
    ("none", "gone", "resume", "", "refused", "nothing_left", "-"),
    ("none", "gone", "resume same-gpu", "", "back", "-", "create"),
    ("local", "EXITED", "resume", "", "back", "-", "start"),
    ("local", "EXITED", "resume same-gpu", "", "back", "-", "start"),
    ("local", "ERROR", "resume", "", "back", "-", "start"),
    ("local", "ERROR", "resume same-gpu", "", "back", "-", "start"),
    ("local", "gone", "resume", "", "refused", "nothing_left", "-"),
    ("local", "gone", "resume same-gpu", "", "refused", "data_gone", "-"),
    ("unknown", "EXITED", "resume", "", "back", "-", "start"),
    ("unknown", "EXITED", "resume same-gpu", "", "back", "-", "start"),
    ("unknown", "ERROR", "resume", "", "back", "-", "start"),
    ("unknown", "ERROR", "resume same-gpu", "", "back", "-", "start"),
    ("unknown", "gone", "resume", "", "refused", "nothing_left", "-"),
    ("unknown", "gone", "resume same-gpu", "", "refused", "data_gone", "-"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "no_room", "back", "-", "create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "no_room no_room", "back", "-", "create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "refused", "back", "-", "create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "no_gpu", "back", "-", "start stop create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "dearer", "back", "-", "start stop create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "never_up", "back", "-", "start stop create clear"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "lost_done", "back", "-", "start"),
    ("network", "EXITED", "resume same-gpu other-gpu other-center", "lost_undone", "back", "-", "create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "no_room", "back", "-", "create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "no_room no_room", "back", "-", "create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "refused", "back", "-", "create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "no_gpu", "back", "-", "start stop create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "dearer", "back", "-", "start stop create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "never_up", "back", "-", "start stop create clear"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "lost_done", "back", "-", "start"),
    ("none", "EXITED", "resume same-gpu other-gpu other-center", "lost_undone", "back", "-", "create clear"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "no_room", "back", "-", "start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "no_room no_room", "back", "-", "start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "refused", "back", "-", "start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "no_gpu", "back", "-", "start stop start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "dearer", "back", "-", "start stop start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "never_up", "back", "-", "start stop start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "lost_done", "back", "-", "start"),
    ("local", "EXITED", "resume same-gpu other-gpu other-center", "lost_undone", "back", "-", "start"),
    ("network", "EXITED", "same-gpu", "late", "back", "-", "create clear"),
    ("network", "EXITED", "same-gpu", "lost_done", "gave_up", "unclear", "create"),
    ("network", "EXITED", "same-gpu", "lost_undone", "gave_up", "unclear", "-"),
    ("network", "EXITED", "same-gpu", "no_gpu", "back", "-", "create terminate create clear"),
    ("network", "EXITED", "same-gpu", "dearer", "back", "-", "create terminate create clear"),
    ("network", "EXITED", "same-gpu", "never_up", "back", "-", "create terminate create clear"),
    ("network", "EXITED", "same-gpu", "dies", "back", "-", "create terminate create clear"),
    ("network", "EXITED", "same-gpu", "no_room", "back", "-", "create clear"),
]


@pytest.mark.parametrize(
    ("volume", "state", "moves", "luck", "ends", "why", "done"), ROWS, ids=["-".join(row[:4]) for row in ROWS]
)
def test_what_comes_of_a_loss(  # noqa: PLR0917 - a row of the matrix
    volume: str, state: str, moves: str, luck: str, ends: str, why: str, done: str
) -> None:
    pod = VOLUMES[volume]
    chosen = rule(moves=moves.split(), terminate_husk=True, deadline_h=2, attempts_per_hour=60)
    world = World(recovery(pod, rule=chosen, spec=spec(pod, unkept=())), luck=[Luck(each) for each in luck.split()])
    if state != "gone":
        world.pods[pod.id] = pod.model_copy(update={"status": PodStatus(state), "cost_per_hour": Decimal(0)})
    world.settle()
    plan = world.recovery
    assert plan.state.value == ends
    assert (plan.why.value if plan.why else "-") == why
    assert (" ".join(effect.split()[0] for effect in world.effects) or "-") == done
    assert len([each for each in world._copies() if each not in world.stuck]) == (ends == "back")
