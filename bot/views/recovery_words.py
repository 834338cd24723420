"""The fixed sentences of recovery: moves, why one is not made, why a plan ended, why a try was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pods.recovery.attempts import Result, Why
from pods.recovery.offers import Bar
from pods.recovery.rules import Move

MOVES: Final = {
    Move.RESUME: "resume it on its host",
    Move.SAME_GPU: "a new pod with the same GPU",
    Move.OTHER_GPU: "a new pod with another GPU of at least its memory",
    Move.OTHER_CENTER: "a new pod in another data center",
    Move.ON_DEMAND: "a new pod on demand",
}

BARS: Final = {
    Bar.HOST_LOCAL: "its data is on the host's own disk and would not come along",
    Bar.MOUNTS_UNKNOWN: "it is not known what is mounted, so nothing may be called safe to move",
    Bar.GONE: "RunPod no longer has it",
    Bar.ASKED_TO_MOVE: "somebody asked to move it",
    Bar.NO_SPEC: "what it was made of is not known",
    Bar.ENV_LOST: "values of its variables went with it",
    Bar.TOO_DEAR: "it would cost more than the cap",
    Bar.PRICE_UNKNOWN: "what it would cost is not known",
    Bar.NONE_FREE: "none is free now",
    Bar.NO_OTHER: "no other GPU fits",
    Bar.ONE_CENTER: "its network volume is in one data center only",
    Bar.NOT_SPOT: "it is on demand already",
    Bar.NO_CATALOG: "what RunPod rents has not been read lately",
}

TAKEN_BACK: Final = {
    Why.CAME_BACK: "the lost pod runs again",
    Why.TAKEN_OVER: "a person has taken over",
    Why.ASKED: "a person said stop trying",
    Why.TOO_DEAR: "it costs more an hour than the cap allows",
    Why.NO_GPU: "it came up without its GPU",
    Why.NEVER_UP: "it did not come up in time",
}

RESULTS: Final = {
    Result.NO_ROOM: "no room",
    Result.REFUSED: "RunPod refused it",
    Result.DIED: "it did not stay up",
    Result.TAKEN_BACK: "taken back",
    Result.CALLED_OFF: "called off before RunPod was asked",
    Result.UNCLEAR: "RunPod did not say what came of it",
}

ENDS: Final = {
    Why.CAME_BACK: "It runs again, and not by my doing. I tried nothing more.",
    Why.TAKEN_OVER: "A person has taken over, so I leave it to them.",
    Why.HOST_LOCAL: (
        "I do not move it: its data is on the lost host's disk and would not come along. The rule does not let me "
        "resume it there."
    ),
    Why.DATA_GONE: (
        "I do not make it again: its data was on the host's own disk, and RunPod no longer has the pod. A new one "
        "would be empty."
    ),
    Why.NOTHING_LEFT: "Nothing the rule allows can bring it back.",
    Why.NO_SPEC: "I cannot make it again: what it was made of was never read.",
    Why.LOCKED: "It is locked, and I touch no locked pod. Unlock it, then press Resume now.",
    Why.CLUSTER: "It belongs to a cluster, which I do not change.",
    Why.ZERO_GPU: (
        "It runs without a GPU, and not by my doing: somebody may be copying data off it, so I do not stop it. Once it "
        "is stopped, press Resume now."
    ),
}


def moves_listed(moves: Sequence[str]) -> str:
    """First one, then the next, and so on."""
    return ", then ".join(moves)
