"""What Slack and its clients make of typed text, undone; and our own text made safe for the way back."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINK: Final = re.compile(r"<(?:https?://|mailto:|tel:)(?P<target>[^|>]*)(?:\|(?P<label>[^>]*))?>", re.IGNORECASE)
_MENTION: Final = re.compile(r"<(?P<to>[@#!][^|>\s]+)(?:\|[^>]*)?>")
_ENTITY: Final = re.compile(r"&(amp|lt|gt);")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">"}
_DASHES: Final = (
    "\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{MINUS SIGN}\N{FIGURE DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
)
_CHARACTERS: Final = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        # A phone makes one long dash of an option's two hyphens; one hyphen before a word is an option as well.
        **dict.fromkeys(_DASHES, "-"),
        "`": None,
    }
)


def clean(text: str) -> str:
    """The text as its writer meant it: plain quotes, spaces and dashes, no links, mentions as bare `<@U123>`."""
    text = _LINK.sub(lambda link: link["label"] or link["target"], text)
    text = _MENTION.sub(lambda mention: f" <{mention['to']}> ", text)
    text = _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)
    text = "".join(_plain(character) for character in text)
    return text.translate(_CHARACTERS)


def _plain(character: str) -> str:
    """Any space is a space; what cannot be seen is not there."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf"} else character


def escape(text: str) -> str:
    """Text that Slack shows as it is; `clean` undoes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
