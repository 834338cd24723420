"""What could not be understood, said so that the next try succeeds: what was wrong, what was expected, what to type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.registry import SLASH, Arg, ArgKind, Command, Registry
from bot.views.text import code

#: Longer than any command anybody types; what is pasted by mistake is not cut short and then carried out.
LONGEST: Final = 3000


class Kind(StrEnum):
    EMPTY = "empty"
    UNKNOWN_VERB = "unknown_verb"
    UNKNOWN_WORD = "unknown_word"
    MISSING = "missing"
    BAD_VALUE = "bad_value"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misunderstood:
    kind: Kind
    #: For the person, as Slack wire text.
    sentence: str
    #: Whole commands that may have been meant, without the slash command, as Slack wire text.
    suggestions: tuple[str, ...] = ()
    command: Command | None = None
    #: What is missing or wrong, so that it can be asked for.
    arg: Arg | None = None
    #: The command without what is missing: everything after its verb that was understood.
    heard: str = ""

    def completed(self, value: str) -> str:
        """The command as it would have been typed with the missing value (a pod's id, a person's `<@U123>`, ...)."""
        if self.command is None or self.arg is None:
            return value
        named = value if self.arg.kind is ArgKind.POD else f"{self.arg.name}={value}"
        return " ".join(part for part in (self.command.verb, named, self.heard) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says what is wrong with one command's text."""

    command: Command
    registry: Registry

    def missing(self, arg: Arg, heard: str) -> Misunderstood:
        what = "which pod" if arg.kind is ArgKind.POD else code(arg.name)
        said = f"{code(self.command.verb)} needs to know {what}: {self._usage()}, for example {self._example()}."
        return Misunderstood(kind=Kind.MISSING, sentence=said, command=self.command, arg=arg, heard=heard)

    def bad_value(self, arg: Arg, typed: str, expected: str) -> Misunderstood:
        said = f"I cannot read {code(typed)} as {_naming(arg)}. {expected} For example {self._example()}."
        return Misunderstood(kind=Kind.BAD_VALUE, sentence=said, command=self.command, arg=arg)

    def too_many(self, arg: Arg, first: str, second: str) -> Misunderstood:
        said = (
            f"{code(self.command.verb)} takes one {_noun(arg)} at a time, and I read {code(first)} and {code(second)}. "
            f"Say one: {self._usage()}"
        )
        return Misunderstood(kind=Kind.TOO_MANY, sentence=said, command=self.command, arg=arg)

    def unknown_word(self, typed: str, meant: tuple[str, ...]) -> Misunderstood:
        said = f"{code(self.command.verb)} does not take {code(typed)}.{_did_you_mean(meant)} It takes: {self._usage()}"
        return Misunderstood(kind=Kind.UNKNOWN_WORD, sentence=said, suggestions=meant, command=self.command)

    def _usage(self) -> str:
        return f"`{self.registry.usage(self.command)}`"

    def _example(self) -> str:
        """As a person types it: nobody types an id where Slack offers names."""
        return f"`{SLASH} {_PERSON.sub('@name', self.command.examples[0])}`"


def empty(registry: Registry) -> Misunderstood:
    examples = tuple(command.examples[0] for command in registry.all()[:3])
    said = "Say what to do, for example " + _listed(examples) + "."
    return Misunderstood(kind=Kind.EMPTY, sentence=said, suggestions=examples)


def too_long() -> Misunderstood:
    said = f"That is more than {LONGEST} characters, so I did not read it. Send fewer pods at a time."
    return Misunderstood(kind=Kind.TOO_MANY, sentence=said)


def unknown_verb(typed: str, meant: tuple[str, ...]) -> Misunderstood:
    said = f"I do not know {code(typed)}.{_did_you_mean(meant)} `{SLASH} help` lists what I can do."
    return Misunderstood(kind=Kind.UNKNOWN_VERB, sentence=said, suggestions=meant)


def _did_you_mean(commands: tuple[str, ...]) -> str:
    return f" Did you mean {_listed(commands)}?" if commands else ""


def _listed(commands: tuple[str, ...]) -> str:
    shown = [f"`{SLASH} {command}`" for command in commands]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


_PERSON: Final = re.compile(r"<@[A-Z0-9]+>")
_NOUNS: Final = {ArgKind.POD: "pod", ArgKind.PERSON: "person", ArgKind.GPU: "GPU", ArgKind.STATE: "state"}


def _noun(arg: Arg) -> str:
    return _NOUNS.get(arg.kind, f"`{arg.name}`")


def _naming(arg: Arg) -> str:
    return f"a {_NOUNS[arg.kind]}" if arg.kind in _NOUNS else f"`{arg.name}`"
