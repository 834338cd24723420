"""What a command is. Declared once: help, usage hints, suggestions, access and the docs are all made from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.states import WORDS as STATE_WORDS
from bot.tokens import FILLERS
from pods.model import Verb
from pods.policy import Role

SLASH: Final = "/pod"
#: As last word it shows everybody in the channel what a read answers.
SHARE: Final = "share"

Scalar = str | Decimal | timedelta | datetime | time
Value = Scalar | tuple[Scalar, ...]


class ArgKind(StrEnum):
    """What an argument's value is, and the type it has once read."""

    #: References as typed; `bot.resolve` finds the pods.
    POD = "pod"
    #: A Slack user id.
    PERSON = "person"
    #: timedelta.
    DURATION = "duration"
    #: An aware UTC datetime to come.
    TIME = "time"
    #: A local time of day: `datetime.time`.
    CLOCK = "clock"
    #: One or several days of the week, as `bot.weekdays` writes them.
    DAYS = "days"
    #: Days that are over, as `bot.dates` writes them.
    DATES = "dates"
    #: str without spaces, unless it was quoted.
    WORD = "word"
    #: Decimal.
    NUMBER = "number"
    #: One of `choices`.
    CHOICE = "choice"
    #: A GPU word as `bot.gpus` reads it.
    GPU = "gpu"
    #: `bot.states.State`.
    STATE = "state"
    #: The rest of the line.
    TEXT = "text"


#: A value of these kinds can be any word, so that only one such argument may go without its name.
OPEN: Final = frozenset({ArgKind.POD, ArgKind.WORD, ArgKind.TEXT})
#: A value of these kinds can be several words, which next to free words nobody could tell apart. A duration without its
#: name is one word there: `4h`.
_WIDE: Final = frozenset({ArgKind.TIME, ArgKind.CLOCK, ArgKind.NUMBER, ArgKind.GPU})


class Visibility(StrEnum):
    """Who sees the answer."""

    PUBLIC = "public"
    EPHEMERAL = "ephemeral"


class InvalidCommand(ValueError):
    """A declaration that contradicts itself or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arg:
    name: str
    kind: ArgKind
    required: bool = False
    #: Takes several values.
    many: bool = False
    #: The value may stand without the argument's name; always so for pods.
    bare: bool = False
    default: Value | None = None
    choices: tuple[str, ...] = ()
    #: It describes the pods, so that none need be named.
    filters: bool = False
    help: str = ""

    @property
    def nameless(self) -> bool:
        return self.bare or self.kind is ArgKind.POD

    @property
    def flag(self) -> bool:
        """A choice of its own name: said or not said."""
        return self.choices == (self.name,)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that alone are a value of this argument."""
        return tuple(STATE_WORDS) if self.kind is ArgKind.STATE else self.choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    verb: str
    aliases: tuple[str, ...] = ()
    #: One line for the list of commands.
    summary: str
    #: What it does, what it costs or loses, what else it does not say.
    help: str
    #: Without the slash command; each of them parses.
    examples: tuple[str, ...]
    args: tuple[Arg, ...] = ()
    role: Role
    #: When a confirmation is asked, in words for help; empty: never.
    confirm: str = ""
    visibility: Visibility = Visibility.EPHEMERAL
    #: Its answer is for the asker alone, so it cannot be shared.
    private: bool = False
    #: Whether whose pod it is matters to who may do it.
    changes_pod: bool = False
    #: What RunPod is asked to do with the pods.
    pod_verb: Verb | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return (self.verb, *self.aliases)

    @property
    def pods(self) -> Arg | None:
        return next((arg for arg in self.args if arg.kind is ArgKind.POD), None)

    @property
    def open(self) -> Arg | None:
        """The argument that takes a word nothing else claims."""
        return next((arg for arg in self.args if arg.nameless and arg.kind in OPEN), None)

    @property
    def shaped(self) -> tuple[Arg, ...]:
        """The arguments whose values are known by their looks."""
        return tuple(arg for arg in self.args if arg.nameless and arg.kind not in OPEN)

    def arg(self, name: str) -> Arg | None:
        return next((arg for arg in self.args if arg.name == name), None)


class Registry:
    """All commands, by verb and alias."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands = tuple(commands)
        self._by_word: dict[str, Command] = {}
        for command in self._commands:
            _check(command)
            for word in command.words:
                if word in self._by_word:
                    raise InvalidCommand(f"`{word}` is both {self._by_word[word].verb} and {command.verb}")
                self._by_word[word] = command

    def lookup(self, word: str) -> Command | None:
        return self._by_word.get(word.casefold())

    def all(self) -> tuple[Command, ...]:
        return self._commands

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._by_word)

    def usage(self, command: Command) -> str:
        """The one line Slack's usage hint and help show: what must be there, and in brackets what may be."""
        return " ".join([SLASH, command.verb, *(_shape(arg) for arg in command.args if not arg.filters)])


def _shape(arg: Arg) -> str:
    shape = _placeholder(arg)
    if not arg.nameless:
        shape = f"{arg.name} {shape}"
    if arg.many:
        shape += "..."
    return shape if arg.required else f"[{shape}]"


def _placeholder(arg: Arg) -> str:
    if arg.kind is ArgKind.CHOICE and len(arg.choices) <= _CHOICES_SHOWN:
        return "|".join(arg.choices)
    if arg.kind is ArgKind.PERSON:
        return f"@{arg.name if arg.bare and arg.name != 'to' else 'person'}"
    if arg.kind is ArgKind.DATES:
        return "FROM..TO"
    named = {ArgKind.WORD, ArgKind.TEXT, ArgKind.CHOICE}
    return (arg.name if arg.kind in named else arg.kind.value).upper()


#: More choices than these make no readable usage line.
_CHOICES_SHOWN: Final = 6
_WORD: Final = re.compile(r"[a-z][a-z-]*")


def _check(command: Command) -> None:
    problem = next(_problems(command), None)
    if problem:
        raise InvalidCommand(f"{command.verb or 'a command without verb'}: {problem}")


def _problems(command: Command) -> Iterator[str]:
    for word in command.words:
        if not _WORD.fullmatch(word):
            yield f"`{word}` is not a lower-case word"
    if not (command.summary and command.help and command.examples):
        yield "summary, help and an example are needed"
    if command.role is Role.NONE:
        yield "a role is needed"
    if command.pod_verb and not (command.changes_pod and command.pods):
        yield "what acts on pods changes them and takes them as arguments"
    names = [arg.name for arg in command.args]
    if len(set(names)) < len(names):
        yield "two arguments have one name"
    if sum(arg.nameless and arg.kind in OPEN for arg in command.args) > 1:
        yield "only one argument may take any word"
    if command.open and any(arg.kind in _WIDE for arg in command.shaped):
        yield "next to free words, times, numbers and GPUs need their name"
    for arg in command.args:
        yield from _arg_problems(arg)


def _arg_problems(arg: Arg) -> Iterator[str]:
    reserved = FILLERS | {SHARE} if arg.kind is not ArgKind.POD else {SHARE}
    if not _WORD.fullmatch(arg.name) or arg.name in reserved:
        yield f"`{arg.name}` cannot be an argument's name"
    if (arg.kind is ArgKind.CHOICE) != bool(arg.choices):
        yield f"`{arg.name}`: choices belong to a choice, and a choice needs them"
    if arg.required and arg.default is not None:
        yield f"`{arg.name}` cannot be required and have a default"
