"""Commands of losses: protection, recovery and on-call."""

from __future__ import annotations

from typing import Final

from bot.commands.pods import PODS
from bot.registry import Arg, ArgKind, Command, Visibility
from pods.policy import Role

PROTECT: Final = Command(
    verb="protect",
    summary="Have a pod's work brought back when it is lost.",
    help=(
        "When the pod goes down and nobody asked for it, I bring its work back by the rule you name, or the policy's "
        "first: resume it, then make it anew, within the rule's prices. What lives on a host's own disk is only ever "
        "resumed. I say at once what I could not do for this pod."
    ),
    examples=("protect abc123", "protect abc123 training", "protect abc123 def456 rule=training"),
    args=(
        PODS,
        Arg(name="rule", kind=ArgKind.WORD, help="A `[[recovery]]` rule of the policy, also as the last word."),
    ),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

UNPROTECT: Final = Command(
    verb="unprotect",
    summary="Have a pod no longer brought back.",
    help="A loss of the pod is still told, but nothing is done about it. A recovery that is under way goes on.",
    examples=("unprotect abc123",),
    args=(PODS,),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

COMMANDS: Final[tuple[Command, ...]] = (PROTECT, UNPROTECT)
