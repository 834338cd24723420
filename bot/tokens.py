"""A cleaned line cut into tokens: words, and what stood in quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: What people write around commands; quoted, it is meant.
FILLERS: Final = frozenset({"pod", "pods", "the", "please", "and"})

_TOKEN: Final = re.compile(
    r"""(?P<key>[^\s,"'=]+=)?(?P<quote>["'])(?P<inside>.*?)(?P=quote)(?=[.;:!?…]*(?:[\s,]|$))"""
    r"""|(?P<word>[^\s,]+)"""
)
_TRAILING: Final = ".,;:!?…'"
_PAIR: Final = re.compile(r"(?P<dashes>-{0,2})(?P<key>[^\W\d_][\w-]*)(?:=(?P<value>.*))?")
_MENTION: Final = re.compile(r"<[@#!][^<>\s]+>")
_PERSON: Final = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    text: str
    #: Where in the line it stands, quotes and punctuation included.
    start: int
    end: int
    #: Quoted text is a value, never a keyword or a filler word.
    quoted: bool = False

    @property
    def word(self) -> str:
        return self.text.casefold()

    @property
    def is_filler(self) -> bool:
        return not self.quoted and self.word in FILLERS

    @property
    def is_mention(self) -> bool:
        """Of a person, a group, a channel or everybody."""
        return _MENTION.fullmatch(self.text) is not None

    @property
    def person(self) -> str | None:
        found = _PERSON.fullmatch(self.text)
        return found["id"] if found else None

    @property
    def pair(self) -> Pair | None:
        """`key=value`, `--key=value`, `--key` and `-key`; a bare word is a pair without dashes and value."""
        found = None if self.quoted else _PAIR.fullmatch(self.text)
        if found is None:
            return None
        return Pair(key=found["key"].casefold(), dashed=bool(found["dashes"]), value=found["value"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    key: str
    dashed: bool
    #: None: no `=`. Empty: the value follows as a token of its own.
    value: str | None

    @property
    def explicit(self) -> bool:
        return self.dashed or self.value is not None


def tokenise(line: str) -> tuple[Token, ...]:
    """Spaces and commas part; a quote that nobody closed is dropped, and so is punctuation at a word's end."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(line):
        if match["quote"]:
            opening = match.start("quote")
            if match["key"]:
                tokens.append(Token(text=match["key"], start=match.start(), end=opening))
            inside = match["inside"].replace('"', "").strip()
            tokens.append(Token(text=inside, start=opening, end=match.end(), quoted=True))
        elif word := _word(match["word"]):
            tokens.append(Token(text=word, start=match.start(), end=match.end()))
    return tuple(tokens)


def _word(raw: str) -> str:
    word = raw.replace('"', "").lstrip("'").rstrip(_TRAILING)
    return word if word.strip("-/=") else ""
