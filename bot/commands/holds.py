"""Commands that say how long a pod runs: keep, snooze, lease, release, schedule; and its heartbeat."""

from __future__ import annotations

from typing import Final

from bot.commands.pods import PODS
from bot.registry import Arg, ArgKind, Command, Visibility
from pods.policy import Role

_FOR: Final = Arg(name="for", kind=ArgKind.DURATION, bare=True, help="Such as `4h`, `90m` or `2d`.")
_UNTIL: Final = Arg(name="until", kind=ArgKind.TIME, help="Such as `18:00`, `tomorrow 9:00` or `friday 18:00`.")
_REASON: Final = Arg(name="reason", kind=ArgKind.TEXT, help="For those who wonder.")
_ONE: Final = Arg(name="pod", kind=ArgKind.POD, required=True, help="Id or name.")

KEEP: Final = Command(
    verb="keep",
    summary="Let a pod run until a time, whatever it does.",
    help=(
        "Until then I do not ask about the pod and do not stop it: not for idleness, not by its schedule, and not at "
        "the end of its lease, which waits. People still can. Cost goes on. A new keep replaces the old one."
    ),
    examples=("keep abc123 until 18:00", "keep abc123 4h", "keep abc123 until friday 18:00 reason=paper deadline"),
    args=(PODS, _FOR, _UNTIL, _REASON),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

SNOOZE: Final = Command(
    verb="snooze",
    summary="Do not ask about an idle pod for a while.",
    help=(
        "Until then I do not ask about the pod and do not stop it for being idle. Its lease and its schedule go on as "
        "they are. Without a time: until tomorrow morning is offered, among others."
    ),
    examples=("snooze abc123 4h", "snooze abc123 until tomorrow 9:00"),
    args=(PODS, _FOR, _UNTIL),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

LEASE: Final = Command(
    verb="lease",
    aliases=("extend",),
    summary="Run a pod until a time, then stop it.",
    help=(
        "The pod runs until then without being asked about; half an hour before, I warn here, and at the end I stop "
        "it. Nothing is stopped unless the warning was told and half an hour has passed since. A new lease replaces "
        "the old one, which is how it is extended. The time counts from now."
    ),
    examples=("lease abc123 4h", "lease abc123 until 22:00"),
    args=(PODS, _FOR, _UNTIL),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

RELEASE: Final = Command(
    verb="release",
    aliases=("unkeep",),
    summary="End a keep, a snooze and a lease.",
    help="From then on the pod counts like any other. Its schedule stays; `schedule abc123 off` ends that.",
    examples=("release abc123",),
    args=(PODS,),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

SCHEDULE: Final = Command(
    verb="schedule",
    summary="Stop and start a pod at times of day.",
    help=(
        "At each time I act once, in the time zone of who says it. A stop is announced here 15 minutes before. It "
        "passes while the pod is kept or leased, or if somebody has just started it. What I could not do within 15 "
        "minutes is left, and told. Without days: every day. `skip` lets the next stop pass; `off` ends the schedule; "
        "with a pod alone I show it."
    ),
    examples=(
        "schedule abc123 stop 19:00 start 09:00 weekdays",
        "schedule abc123 stop 22:00",
        "schedule abc123 skip",
        "schedule abc123 off",
        "schedule abc123",
    ),
    args=(
        _ONE,
        Arg(name="stop", kind=ArgKind.CLOCK, help="When it stops, such as `19:00`."),
        Arg(name="start", kind=ArgKind.CLOCK, help="When it starts, such as `09:00`."),
        Arg(
            name="days",
            kind=ArgKind.DAYS,
            bare=True,
            many=True,
            help="`weekdays`, `weekends`, `daily`, `mon-thu`, or days one by one.",
        ),
        Arg(name="skip", kind=ArgKind.CHOICE, bare=True, choices=("skip",), help="Let the next stop pass."),
        Arg(name="off", kind=ArgKind.CHOICE, bare=True, choices=("off",), help="No schedule any more."),
    ),
    role=Role.OPERATOR,
    visibility=Visibility.PUBLIC,
    changes_pod=True,
)

HEARTBEAT: Final = Command(
    verb="heartbeat",
    summary="Give a pod an address to say that it works.",
    help=(
        "Shows you alone, once, an address that the pod's run calls while it works, so that it does not count as idle. "
        "`off` takes it back, `new` gives another in its place. Only where HTTP heartbeats are switched on; printing "
        "`podkeeper:heartbeat` to the log always does."
    ),
    examples=("heartbeat abc123", "heartbeat abc123 new", "heartbeat abc123 off"),
    args=(
        _ONE,
        Arg(name="new", kind=ArgKind.CHOICE, bare=True, choices=("new",), help="Another address in its place."),
        Arg(name="off", kind=ArgKind.CHOICE, bare=True, choices=("off",), help="No address any more."),
    ),
    role=Role.OPERATOR,
)

COMMANDS: Final = (KEEP, SNOOZE, LEASE, RELEASE, SCHEDULE, HEARTBEAT)
