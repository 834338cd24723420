"""Commands that between them take every kind of argument in every way, and a fixed now in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bot.grammar import Invocation, parse
from bot.misread import Misunderstood
from bot.registry import Arg, ArgKind, Command, Registry, Visibility
from pods.policy import Role

BERLIN: Final = ZoneInfo("Europe/Berlin")
#: A Monday, 13:00 in Berlin.
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

PODS: Final = Arg(name="pod", kind=ArgKind.POD, required=True, many=True)


def command(verb: str, *args: Arg, aliases: tuple[str, ...] = (), **more: object) -> Command:
    given: dict[str, object] = {"summary": "x", "help": "x", "examples": (verb,), "role": Role.VIEWER, **more}
    return Command(verb=verb, aliases=aliases, args=args, **given)  # type: ignore[arg-type]


KEEP: Final = command(
    "keep",
    PODS,
    Arg(name="until", kind=ArgKind.TIME),
    Arg(name="for", kind=ArgKind.DURATION),
    Arg(name="name", kind=ArgKind.WORD),
    Arg(name="max", kind=ArgKind.NUMBER, default=Decimal(3)),
    Arg(name="cloud", kind=ArgKind.CHOICE, choices=("secure", "community")),
    Arg(name="force", kind=ArgKind.CHOICE, choices=("force",), bare=True),
    Arg(name="tag", kind=ArgKind.WORD, many=True),
    Arg(name="gpu", kind=ArgKind.GPU, many=True),
    Arg(name="by", kind=ArgKind.PERSON, many=True, bare=True),
    Arg(name="reason", kind=ArgKind.TEXT),
    visibility=Visibility.PUBLIC,
)
FIND: Final = command(
    "find",
    Arg(name="state", kind=ArgKind.STATE, bare=True, many=True),
    Arg(name="gpu", kind=ArgKind.GPU, bare=True, many=True),
    Arg(name="longer", kind=ArgKind.DURATION, bare=True),
    Arg(name="since", kind=ArgKind.TIME),
    aliases=("pods",),
)
NOTE: Final = command(
    "note", Arg(name="text", kind=ArgKind.TEXT, bare=True, required=True), Arg(name="by", kind=ArgKind.PERSON)
)
SHOW: Final = command("show", PODS, Arg(name="size", kind=ArgKind.CHOICE, choices=("small", "big"), bare=True))
EXPLAIN: Final = command("explain", Arg(name="topic", kind=ArgKind.WORD, bare=True))

PLAN: Final = command(
    "plan",
    PODS,
    Arg(name="for", kind=ArgKind.DURATION, bare=True),
    Arg(name="start", kind=ArgKind.CLOCK),
    Arg(name="days", kind=ArgKind.DAYS, bare=True, many=True),
    Arg(name="off", kind=ArgKind.CHOICE, choices=("off",), bare=True),
)

EVERY_KIND: Final = Registry((KEEP, FIND, NOTE, SHOW, EXPLAIN, PLAN))


def read(text: str, registry: Registry = EVERY_KIND, *, now: datetime = NOW) -> Invocation | Misunderstood:
    return parse(text, registry, now=now, tz=BERLIN)


def understood(text: str, registry: Registry = EVERY_KIND, *, now: datetime = NOW) -> Invocation:
    invocation = read(text, registry, now=now)
    assert isinstance(invocation, Invocation), invocation
    return invocation


def misunderstood(text: str, registry: Registry = EVERY_KIND) -> Misunderstood:
    problem = read(text, registry)
    assert isinstance(problem, Misunderstood), problem
    return problem
