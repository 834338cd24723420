"""Turns what a person typed into a command, or into the sentence that says why not. No text makes it fail.

The form is verb, pods, then keyword and value, `key=value`, `--key value` or `--key=value`. Words that speak for
themselves (a mention, a state, a GPU, a choice) need no keyword where the command declares them so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, TypeVar

from bot import misread, suggest, values
from bot.misread import Misunderstood, Speaker
from bot.moments import Here
from bot.registry import SHARE, SLASH, Arg, ArgKind, Command, Registry, Scalar, Value, Visibility
from bot.tokens import Pair, Token, tokenise
from bot.values import Read
from bot.wire import clean

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command as understood, not yet as allowed or possible."""

    command: Command
    #: As typed, each once; `bot.resolve` finds the pods.
    pods: tuple[str, ...] = ()
    #: By argument name: what was said, and defaults. Typed as `ArgKind` says; a tuple where the argument takes many.
    values: Mapping[str, Value]
    #: The answer of a read is for everybody in the channel.
    share: bool = False
    #: The one line to learn, without the slash command, as Slack wire text; it parses to this same invocation.
    canonical: str

    def one(self, name: str, kind: type[_T]) -> _T | None:
        """The value of an argument, None if it was not said."""
        value = self.values.get(name)
        return value if isinstance(value, kind) else None

    def each(self, name: str, kind: type[_T]) -> tuple[_T, ...]:
        """The values of an argument that takes many."""
        said = self.values.get(name)
        return tuple(value for value in said if isinstance(value, kind)) if isinstance(said, tuple) else ()


def parse(text: str, registry: Registry, *, now: datetime, tz: tzinfo) -> Invocation | Misunderstood:
    """`text` as Slack sent it; `now` aware; `tz` the person's zone."""
    if len(text) > misread.LONGEST:
        return misread.too_long()
    line = clean(text)
    tokens = _addressed(tokenise(line), registry)
    if not tokens:
        return misread.empty(registry)
    command = _verb(tokens[0], registry)
    here = Here(now=now, tz=tz)
    if command is None:
        return _unknown_verb(tokens, registry, line, here)
    return _Reading(command, registry, tokens[1:], line, here).invocation()


def _verb(token: Token, registry: Registry) -> Command | None:
    return registry.lookup(token.text.lstrip("-/"))


def _addressed(tokens: Sequence[Token], registry: Registry) -> Sequence[Token]:
    """Without what calls us: our mention, the slash command typed again, a "please"."""
    for at, token in enumerate(tokens):
        if _verb(token, registry) or not (token.is_mention or token.is_filler or token.word == SLASH):
            return tokens[at:]
    return ()


def _unknown_verb(tokens: Sequence[Token], registry: Registry, line: str, here: Here) -> Misunderstood:
    """What was meant instead: the nearest verbs, or the verb that stands further on; with the rest if that parses."""
    typed = tokens[0].text.lstrip("-/")
    meant = [_with_verb(verb, tokens[1:], registry, line, here) for verb in suggest.verbs(typed, registry)]
    if not meant and len(tokens) > 1 and (later := _verb(tokens[1], registry)):
        meant.append(_with_verb(later.verb, (tokens[0], *tokens[2:]), registry, line, here))
    return misread.unknown_verb(typed, tuple(dict.fromkeys(meant)))


def _with_verb(verb: str, rest: Sequence[Token], registry: Registry, line: str, here: Here) -> str:
    command = registry.lookup(verb)
    read = _Reading(command, registry, rest, line, here).invocation() if command else None
    return read.canonical if isinstance(read, Invocation) else verb


class _Reading:
    """One pass over the words after the verb."""

    def __init__(self, command: Command, registry: Registry, tokens: Sequence[Token], line: str, here: Here) -> None:
        self._command = command
        self._say = Speaker(command=command, registry=registry)
        self._line = line
        self._here = here
        self._share, self._left = _without_share(command, tokens)
        self._pods: dict[str, None] = {}
        self._values: dict[str, list[Scalar]] = {}

    def invocation(self) -> Invocation | Misunderstood:
        while self._left:
            problem = self._take()
            if problem:
                return problem
        for arg in self._command.args:
            if arg.required and not (self._pods_said() if arg.kind is ArgKind.POD else self._values.get(arg.name)):
                return self._say.missing(arg, self._heard())
        return Invocation(
            command=self._command,
            pods=tuple(self._pods),
            values=self._typed(),
            share=self._share,
            canonical=" ".join(part for part in (self._command.verb, self._heard()) if part),
        )

    def _pods_said(self) -> bool:
        """By name, or by a description."""
        return bool(self._pods) or any(arg.filters and self._values.get(arg.name) for arg in self._command.args)

    def _take(self) -> Misunderstood | None:
        token = self._left[0]
        if token.is_filler and not any(token.word in arg.words for arg in self._command.shaped):
            self._left.pop(0)
            return None
        pair = token.pair
        arg = self._named(pair) if pair else None
        if pair and arg and not (arg.flag and pair.value is None):
            return self._take_named(arg, token, pair)
        if pair and pair.explicit:
            return self._take_flag(token, pair)
        return self._take_bare(token)

    def _named(self, pair: Pair) -> Arg | None:
        return self._command.pods if pair.key in _POD_KEYS else self._command.arg(pair.key)

    def _take_named(self, arg: Arg, token: Token, pair: Pair) -> Misunderstood | None:
        """A keyword, and the value after it or after its `=`."""
        self._left.pop(0)
        if pair.value:
            start = self._line.index("=", token.start) + 1
            self._left.insert(0, Token(text=pair.value, start=start, end=token.end))
        if len(self._left) > 1 and arg.kind is ArgKind.DURATION and self._left[0].word == _THAN:
            self._left.pop(0)
        if not self._left:
            return self._say.missing(arg, self._heard())
        return self._take_value(arg)

    def _take_flag(self, token: Token, pair: Pair) -> Misunderstood | None:
        """`--mine` where `mine` speaks for itself; any other unknown option is refused, never skipped."""
        word = Token(text=pair.key, start=token.start, end=token.end)
        if pair.value is None:
            for arg in self._command.shaped:
                if isinstance(values.read(arg, (word,), self._here), Read):
                    self._left[0] = word
                    return self._take_value(arg)
        return self._unknown(token, pair.key)

    def _take_bare(self, token: Token) -> Misunderstood | None:
        if not (token.quoted and self._command.open):
            for arg in self._command.shaped:
                width = 1 if self._command.open and arg.kind is ArgKind.DURATION else None
                if isinstance(values.read(arg, self._left[:width], self._here), Read):
                    return self._take_value(arg, width)
        open_to = self._command.open
        somebody = token.is_mention or (token.text.startswith("@") and not token.quoted)
        if somebody and not (open_to and open_to.kind is ArgKind.TEXT):
            return self._misplaced(token)
        return self._take_value(open_to) if open_to else self._unknown(token, token.text)

    def _take_value(self, arg: Arg, width: int | None = None) -> Misunderstood | None:
        """The value the words left begin with, which may be at most so many of them."""
        if arg.kind is ArgKind.TEXT and not self._left[0].quoted:
            return self._put(arg, self._rest())
        read = values.read(arg, self._left[:width], self._here)
        if not isinstance(read, Read):
            return self._say.bad_value(arg, self._left[0].text, read.expected)
        del self._left[: read.used]
        return self._put(arg, read.value)

    def _rest(self) -> str:
        text = self._line[self._left[0].start : self._left[-1].end]
        self._left.clear()
        return " ".join(text.replace('"', "").split())

    def _put(self, arg: Arg, value: Scalar) -> Misunderstood | None:
        """Saying the same twice is saying it once."""
        if arg.kind is ArgKind.POD:
            said: list[Scalar] = list(self._pods)
            self._pods[str(value)] = None
        else:
            said = list(self._values.setdefault(arg.name, []))
            self._values[arg.name] = [*said, value] if value not in said else said
        if said and value not in said and not arg.many:
            first, second = (values.shown(arg, each, self._here) for each in (said[0], value))
            return self._say.too_many(arg, first, second)
        return None

    def _misplaced(self, token: Token) -> Misunderstood:
        """A mention that is no person, or a person where a pod was expected."""
        people = next((arg for arg in self._command.shaped if arg.kind is ArgKind.PERSON), None)
        arg = people or self._command.open
        if arg is None:
            return self._unknown(token, token.text)
        return self._say.bad_value(arg, token.text, values.expected(arg))

    def _unknown(self, token: Token, typed: str) -> Misunderstood:
        known = [word for arg in self._command.args for word in (*arg.words, *([] if arg.bare else [arg.name]))]
        meant = suggest.words(typed, known)
        return self._say.unknown_word(token.text, tuple(f"{self._command.verb} {word}" for word in meant))

    def _heard(self) -> str:
        """What was understood, in the form to learn: pods, values that need no name, the others, share."""
        parts = [values.quote(self._command, pod, self._here) for pod in self._pods]
        for arg in sorted(self._command.args, key=lambda arg: not arg.bare):
            said = self._values.get(arg.name, ())
            parts += [values.write(self._command, arg, value, self._here) for value in said]
        return " ".join([*parts, *([SHARE] if self._share else [])])

    def _typed(self) -> dict[str, Value]:
        typed: dict[str, Value] = {}
        for arg in self._command.args:
            said = self._values.get(arg.name)
            if said:
                typed[arg.name] = tuple(said) if arg.many else said[0]
            elif arg.default is not None:
                typed[arg.name] = arg.default
        return typed


#: "older than 14d"
_THAN: Final = "than"
_POD_KEYS: Final = frozenset({"pod", "pods"})


def _without_share(command: Command, tokens: Sequence[Token]) -> tuple[bool, list[Token]]:
    """Whether a read is to be shared, and the words without that one; on a change it is a word like any other."""
    meant = [at for at, token in enumerate(tokens) if not token.is_filler]
    last = tokens[meant[-1]] if meant else None
    if last and command.visibility is Visibility.EPHEMERAL and not last.quoted and last.word.lstrip("-") == SHARE:
        return True, list(tokens[: meant[-1]])
    return False, list(tokens)
