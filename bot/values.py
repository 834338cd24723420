"""Values by kind: read from tokens, and written back in the form to learn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from bot import dates, durations, gpus, moments, states, weekdays
from bot.moments import Here, Wrong
from bot.registry import SHARE, Arg, ArgKind, Command, Scalar
from bot.tokens import FILLERS, Token
from bot.wire import escape

#: A value may be this many words, as in "on friday at 6 pm".
_WIDEST: Final = 5
_NUMBER: Final = re.compile(r"\$?(?P<number>\d{1,9}(?:\.\d{1,4})?)", re.ASCII)
#: Stands without quotes whatever a client does to it.
_PLAIN: Final = re.compile(r"\w(?:[\w.+/-]*\w)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    value: Scalar
    #: How many tokens it took.
    used: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    #: What would have been right, as a sentence.
    expected: str


def read(arg: Arg, tokens: Sequence[Token], here: Here) -> Read | Unreadable:
    """The value the tokens begin with; the longest reading wins. A TEXT is the grammar's to cut out of its line."""
    first = tokens[0]
    match arg.kind:
        case ArgKind.TIME:
            return _read_time(tokens, here)
        case ArgKind.DURATION | ArgKind.CLOCK | ArgKind.GPU:
            found = _longest(tokens, _WORDS[arg.kind])
        case ArgKind.DAYS:
            days = None if first.quoted else weekdays.read(first.text)
            found = Read(value=days) if days else None
        case ArgKind.DATES:
            dated = None if first.quoted else dates.read(first.text)
            found = Read(value=dated) if dated else None
        case ArgKind.PERSON:
            found = Read(value=first.person) if first.person else None
        case ArgKind.STATE:
            state = states.read(first.text)
            found = Read(value=state) if state else None
        case ArgKind.CHOICE:
            found = Read(value=first.word) if first.word in arg.choices else None
        case ArgKind.NUMBER:
            number = _NUMBER.fullmatch(first.text)
            found = Read(value=Decimal(number["number"])) if number else None
        case ArgKind.TEXT:
            found = Read(value=first.text) if first.text else None
        case _:
            found = Read(value=first.text) if first.text and not first.is_mention else None
    return found or Unreadable(expected=expected(arg))


#: Values of one or several words.
_WORDS: Final[dict[ArgKind, Callable[[str], Scalar | None]]] = {
    ArgKind.DURATION: durations.read,
    ArgKind.CLOCK: moments.read_clock,
    ArgKind.GPU: gpus.read,
}


def _longest(tokens: Sequence[Token], reader: Callable[[str], Scalar | None]) -> Read | None:
    for used, text in _widths(tokens):
        value = reader(text)
        if value is not None:
            return Read(value=value, used=used)
    return None


def _widths(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """The texts a value can be, longest first; what was quoted stands alone."""
    words = [token.text for token in tokens[:_WIDEST]]
    if tokens[0].quoted:
        return [(1, words[0])]
    return [(used, " ".join(words[:used])) for used in range(len(words), 0, -1)]


def _read_time(tokens: Sequence[Token], here: Here) -> Read | Unreadable:
    for used, text in _widths(tokens):
        match moments.read(text, here):
            case datetime() as moment:
                return Read(value=moment, used=used)
            case Wrong.PAST:
                return Unreadable(expected="That time is already past; I take a time to come.")
            case Wrong.TOO_FAR:
                return Unreadable(expected="That is more than a year away.")
    return Unreadable(expected=_EXPECTED[ArgKind.TIME])


_EXPECTED: Final = {
    ArgKind.POD: "I take a pod's id or name.",
    ArgKind.PERSON: "I take a person from Slack's list: type `@` and pick the name.",
    ArgKind.DURATION: "I take a time span with its unit: `90m`, `4h` or `14d`, at most a year.",
    ArgKind.TIME: "I take a time to come: `18:00`, `6pm`, `tomorrow 9:00` or `friday 18:00`.",
    ArgKind.CLOCK: "I take a time of day: `19:00`, `7pm` or `noon`.",
    ArgKind.DAYS: "I take days: `weekdays`, `weekends`, `daily`, `mon-thu` or `sat`.",
    ArgKind.DATES: "I take days such as `2026-11-01..2026-11-15`, the earlier one first.",
    ArgKind.NUMBER: "I take a number such as `2` or `1.50`.",
    ArgKind.GPU: "I take a GPU such as `h100`, `a40` or `rtx 4090`.",
    ArgKind.STATE: "I take " + ", ".join(f"`{state.value}`" for state in states.State) + ".",
    ArgKind.WORD: "I take one word, or more in quotes.",
    ArgKind.TEXT: "I take some text.",
}


def expected(arg: Arg) -> str:
    if arg.kind is ArgKind.CHOICE:
        return "I take " + " or ".join(f"`{choice}`" for choice in arg.choices) + "."
    return _EXPECTED[arg.kind]


def write(command: Command, arg: Arg, value: Scalar, here: Here) -> str:
    """One value as it would be typed, with its argument's name where that is needed. Slack's wire text."""
    text = shown(arg, value, here)
    match arg.kind:
        case ArgKind.WORD | ArgKind.TEXT:
            # A text without quotes would take the rest of the line with it.
            quoted = quote(command, text, here) if arg.kind is ArgKind.WORD else f'"{escape(text)}"'
            return quoted if arg.bare else f"{arg.name}={quoted}"
        case ArgKind.NUMBER | ArgKind.CHOICE if not arg.bare:
            return f"{arg.name}={text}"
    return text if arg.bare else f"{arg.name} {text}"


def shown(arg: Arg, value: Scalar, here: Here) -> str:
    """The value alone, not escaped."""
    match value:
        case timedelta():
            return durations.write(value)
        case datetime():
            return moments.write(value, here.tz)
        case time():
            return value.strftime("%H:%M")
        case Decimal():
            return format(value, "f")
        case _:
            return f"<@{value}>" if arg.kind is ArgKind.PERSON else str(value)


def quote(command: Command, text: str, here: Here) -> str:
    """In quotes unless the bare word would be read as just that. Escaped, as it would arrive."""
    token = Token(text=text, start=0, end=len(text))
    taken = token.word in FILLERS or token.word == SHARE or command.arg(token.word) is not None
    shaped = any(isinstance(read(arg, (token,), here), Read) for arg in command.shaped)
    if _PLAIN.fullmatch(text) and not taken and not shaped:
        return text
    return f'"{escape(text)}"'
