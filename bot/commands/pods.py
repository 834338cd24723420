"""Commands of what stands: looking at pods, acting on them, whose they are, and how I fare."""

from __future__ import annotations

from typing import Final

from bot.registry import Arg, ArgKind, Command, Visibility
from pods.model import Verb
from pods.policy import Role

PODS: Final = Arg(
    name="pod",
    kind=ArgKind.POD,
    required=True,
    many=True,
    help="Ids or names; the first three or more letters of an id do if only one pod has them.",
)

#: Say which pods without naming them. Next to names, a GPU needs its word.
FILTERS: Final = (
    Arg(name="mine", kind=ArgKind.CHOICE, bare=True, choices=("mine",), filters=True, help="Your own pods."),
    Arg(name="unowned", kind=ArgKind.CHOICE, bare=True, choices=("unowned",), filters=True, help="Nobody's pods."),
    Arg(name="state", kind=ArgKind.STATE, bare=True, filters=True, help="Such as `running` or `stopped`."),
    Arg(name="owner", kind=ArgKind.PERSON, bare=True, filters=True, help="Somebody's pods: `@` and their name."),
    Arg(name="gpu", kind=ArgKind.GPU, filters=True, help="Such as `gpu h100 sxm`."),
    Arg(name="name", kind=ArgKind.WORD, filters=True, help="A pattern such as `nlp-*`, which may also stand alone."),
    Arg(name="older", kind=ArgKind.DURATION, filters=True, help="Made longer ago than that: `older than 14d`."),
    Arg(name="idle", kind=ArgKind.CHOICE, bare=True, choices=("idle",), filters=True, help="Proven to do nothing."),
    Arg(name="lasting", kind=ArgKind.DURATION, filters=True, help="Idle for at least so long: `idle lasting 2h`."),
)
_DESCRIBED: Final = (
    " Instead of naming pods you can describe them, by owner, state, GPU, name, age or idleness: I list exactly which, "
    "and ask."
)

_MANY_ARE_CONFIRMED: Final = "For more than one pod, and for pods that are described."
_LOSS_IS_CONFIRMED: Final = (
    "If data would be lost or that is not known, for more than one pod, and for pods that are described."
)

LIST: Final = Command(
    verb="list",
    aliases=("ls", "pods"),
    summary="The pods, what each is doing and what it costs.",
    help=(
        "Shows the pods as RunPod last listed them, with GPU, owner and price per hour. Filters combine in any order."
    ),
    examples=(
        "list",
        "list mine",
        "list running h100 sxm",
        "list idle 2h",
        "list stopped older than 14d",
        "list name=nlp-* share",
    ),
    args=(
        Arg(name="mine", kind=ArgKind.CHOICE, bare=True, choices=("mine",), help="Only your own pods."),
        Arg(name="unowned", kind=ArgKind.CHOICE, bare=True, choices=("unowned",), help="Only pods nobody owns."),
        Arg(name="state", kind=ArgKind.STATE, bare=True, help="Such as `running`; `exited` is the same as `stopped`."),
        Arg(name="gpu", kind=ArgKind.GPU, bare=True, help="Such as `h100`, `a40` or `4090`."),
        Arg(name="owner", kind=ArgKind.PERSON, bare=True, help="Somebody's pods: `@` and their name."),
        Arg(name="name", kind=ArgKind.WORD, help="A name, or a pattern such as `nlp-*`."),
        Arg(name="older", kind=ArgKind.DURATION, help="Made longer ago than that, such as `14d`."),
        Arg(name="idle", kind=ArgKind.CHOICE, bare=True, choices=("idle",), help="Only pods proven to do nothing."),
        Arg(name="lasting", kind=ArgKind.DURATION, bare=True, help="Idle for at least so long, as in `idle 2h`."),
    ),
    role=Role.VIEWER,
)

STATUS: Final = Command(
    verb="status",
    aliases=("show", "info"),
    summary="Everything about a pod.",
    help="Shows state, GPU, price, disks, ports, owner and uptime, as RunPod last listed them, and how old that is.",
    examples=("status abc123", "status nlp-train share"),
    args=(PODS,),
    role=Role.VIEWER,
)

START: Final = Command(
    verb="start",
    aliases=("resume",),
    summary="Start a stopped pod.",
    help=(
        "Starts the pod on the host its volume disk sits on; billing by the hour begins again. If that host has no "
        "free GPU, I say so and what can be done."
    )
    + _DESCRIBED,
    examples=("start abc123", "start abc123 nlp-train", "start stopped mine"),
    args=(PODS, *FILTERS),
    role=Role.OPERATOR,
    confirm=_MANY_ARE_CONFIRMED,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.START,
)

STOP: Final = Command(
    verb="stop",
    summary="Stop a pod; its GPU is released.",
    help=(
        "Ends the billing by the hour. Kept: the volume disk, which goes on costing, and network volumes. Lost: what "
        "is only on the container disk. I say *stopped* only when RunPod says so."
    )
    + _DESCRIBED,
    examples=(
        "stop abc123",
        "stop abc123 def456",
        "stop mine",
        "stop running gpu h100",
        "stop nlp-*",
        "stop abc123 after checkpoint within 2h",
    ),
    args=(
        PODS,
        *FILTERS,
        Arg(name="after", kind=ArgKind.CHOICE, choices=("checkpoint",), help="Stop it once it has saved its work."),
        Arg(name="within", kind=ArgKind.DURATION, help="If no checkpoint came by then, I ask what to do."),
    ),
    role=Role.OPERATOR,
    confirm=_LOSS_IS_CONFIRMED,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.STOP,
)

RESTART: Final = Command(
    verb="restart",
    aliases=("reboot", "reset"),
    summary="Restart a pod's container.",
    help=(
        "Restarts the container in place; the GPU stays. Lost: running processes and what is only on the container "
        "disk. `reset` does the same: RunPod has no other reset. Needs RunPod's REST v2 API."
    )
    + _DESCRIBED,
    examples=("restart abc123", "restart running mine"),
    args=(PODS, *FILTERS),
    role=Role.OPERATOR,
    confirm=_LOSS_IS_CONFIRMED,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.RESTART,
)

TERMINATE: Final = Command(
    verb="terminate",
    aliases=("delete", "destroy", "rm"),
    summary="Delete a pod and its disks, for good.",
    help=(
        "Ends all cost of the pod. Gone for good: container disk and volume disk. Kept: network volumes. To keep the "
        "volume disk, stop the pod instead."
    )
    + _DESCRIBED,
    examples=("terminate abc123", "terminate stopped older than 14d"),
    args=(PODS, *FILTERS),
    role=Role.OPERATOR,
    confirm="Always.",
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.TERMINATE,
)

RENAME: Final = Command(
    verb="rename",
    summary="Give a pod another name.",
    help="Changes the name only; what runs in the pod goes on untouched. Needs RunPod's REST v2 API.",
    examples=("rename abc123 to nlp-train-2",),
    args=(
        Arg(name="pod", kind=ArgKind.POD, required=True, help="Id or name."),
        Arg(name="to", kind=ArgKind.TEXT, required=True, help="Its new name, up to 191 characters."),
    ),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

LOCK: Final = Command(
    verb="lock",
    summary="Keep a pod from being stopped.",
    help=(
        "RunPod then refuses to stop or reset the pod, and I do not stop, restart or terminate it, whoever asks, until "
        "it is unlocked. It goes on costing. Needs RunPod's REST v2 API."
    )
    + _DESCRIBED,
    examples=("lock abc123", "lock mine running"),
    args=(PODS, *FILTERS),
    role=Role.OPERATOR,
    confirm=_MANY_ARE_CONFIRMED,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.LOCK,
)

UNLOCK: Final = Command(
    verb="unlock",
    summary="Let a locked pod be stopped again.",
    help="Takes the lock off. Rules may stop the pod again from then on. Needs RunPod's REST v2 API." + _DESCRIBED,
    examples=("unlock abc123", "unlock mine"),
    args=(PODS, *FILTERS),
    role=Role.OPERATOR,
    confirm=_MANY_ARE_CONFIRMED,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
    pod_verb=Verb.UNLOCK,
)

CLAIM: Final = Command(
    verb="claim",
    summary="Make a pod yours.",
    help="Makes you the pod's owner. If it is somebody else's, only they or an admin can hand it over.",
    examples=("claim abc123",),
    args=(PODS,),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

GIVE: Final = Command(
    verb="give",
    summary="Make a pod somebody else's.",
    help="Makes that person the pod's owner. Another's pod only its owner or an admin can give.",
    examples=("give abc123 <@U012AB3CD>", "give abc123 to <@U012AB3CD>"),
    args=(
        Arg(name="pod", kind=ArgKind.POD, required=True, help="Id or name."),
        Arg(name="to", kind=ArgKind.PERSON, required=True, bare=True, help="The new owner: `@` and their name."),
    ),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

WHOAMI: Final = Command(
    verb="whoami",
    summary="Your role here, and your pods.",
    help="Shows your role, what this channel allows and which pods are yours.",
    examples=("whoami",),
    role=Role.VIEWER,
)

HEALTH: Final = Command(
    verb="health",
    summary="Whether I and RunPod are well.",
    help="Shows when RunPod last answered, what waits in the queues and what I cannot do at the moment.",
    examples=("health", "health share"),
    role=Role.VIEWER,
)

COMMANDS: Final = (LIST, STATUS, STOP, START, RESTART, TERMINATE, RENAME, LOCK, UNLOCK, CLAIM, GIVE, WHOAMI, HEALTH)
