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

TRAINING: Final = Command(
    verb="training",
    summary="Mark a pod as training: on-call is told when it is lost.",
    help=(
        "What a marked pod loses is told on a card in the on-call channel, and whoever is on call is mentioned; the "
        "rest is a plain notice. `off` takes the mark away. The policy's `[losses] training` marks pods by name."
    ),
    examples=("training abc123", "training abc123 off"),
    args=(
        PODS,
        Arg(name="off", kind=ArgKind.CHOICE, bare=True, choices=("off",), help="Take the mark away."),
    ),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

ON_CALL: Final = Command(
    verb="oncall",
    summary="Who is on call now, and what is open.",
    help="Shows who is called when training is lost and until when, whom it goes to then, and every open incident.",
    examples=("oncall", "oncall share"),
    role=Role.VIEWER,
)

INCIDENTS: Final = Command(
    verb="incidents",
    summary="The losses of the last days, the newest first.",
    help="Shows what was lost, why, for how long, and how it ended.",
    examples=("incidents", "incidents share"),
    role=Role.VIEWER,
)

BALANCE: Final = Command(
    verb="balance",
    summary="The RunPod balance, and when it reaches zero.",
    help=(
        "Shows RunPod's own figure where its GraphQL API says it. Where it does not, an admin says what the balance is "
        "and I count down from there; it says which of the two it is."
    ),
    examples=("balance", "balance 500", "balance share"),
    args=(Arg(name="amount", kind=ArgKind.NUMBER, bare=True, help="What the balance is now, in USD; for admins."),),
    role=Role.VIEWER,
)

COMMANDS: Final[tuple[Command, ...]] = (PROTECT, UNPROTECT, TRAINING, ON_CALL, INCIDENTS, BALANCE)
