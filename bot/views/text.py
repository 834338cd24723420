"""Words into mrkdwn. Everything RunPod, Slack or a person wrote passes through here and comes out inert."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from pods.model import Pod
from pods.requests import RULE

#: A pod's name may have 191 characters; on a phone the id tells pods apart long before that.
NAME_MAX: Final = 60
SENTENCE_MAX: Final = 300

#: Control, surrogate, private and format characters; the last include every bidi mark and zero-width joiner.
_INVISIBLE: Final = frozenset({"Cf", "Cs", "Co", "Cn"})
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
_USER: Final = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]+")
_MENTION: Final = re.compile(r"(<@[UW][A-Z0-9]+>)")
_WIRED_MAX: Final = 1_500
_EMOJI: Final = re.compile(r":([a-z0-9_+'-]*[a-z][a-z0-9_+'-]*):", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)")


def escape(text: str, most: int = SENTENCE_MAX) -> str:
    """The one way in for words that are not ours: one line, visible characters, capped, no Slack control characters."""
    return text_of(text, most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text_of(text: str, most: int = SENTENCE_MAX) -> str:
    """One line of visible characters, capped; not yet escaped."""
    spaced = (" " if unicodedata.category(each) in _BREAKS else each for each in text)
    line = " ".join("".join(each for each in spaced if unicodedata.category(each) not in _INVISIBLE).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def code(text: str, most: int = NAME_MAX) -> str:
    """A code span: nothing in it is a mention, a link, an emoji or emphasis."""
    return f"`{escape(text.replace('`', ''), most) or '(blank)'}`"


def prose(text: str, most: int = SENTENCE_MAX) -> str:
    """A sentence that came with an error: readable as it is, but it cannot shout, link or ping."""
    return escape(_EMOJI.sub(r"\1", _EMPHASIS.sub("", text)), most)


def label(text: str, most: int) -> str:
    """For plain text, such as a menu's: it has no code spans, so emoji codes are taken apart instead."""
    line = text_of(_EMOJI.sub(r"\1", text), most) or "(blank)"
    while len(escape(line, most)) > most:
        line = line[:-2] + "…"
    return escape(line, most)


def wired(text: str) -> str:
    """Text that is Slack wire text already: its code spans and mentions of people stay, nothing else gets through."""
    kept = _MENTION.split(text_of(text, _WIRED_MAX))
    return "".join(
        part if _MENTION.fullmatch(part) else part.replace("<", "&lt;").replace(">", "&gt;") for part in kept
    )


def pod_ref(name: str, pod_id: str) -> str:
    """A pod is always `name` (`id`); one that has no name is its id twice over, so once."""
    if name == pod_id:
        return code(pod_id)
    if not pod_id:
        return code(name)
    return f"{code(name)} ({code(pod_id)})"


def ref(pod: Pod) -> str:
    return pod_ref(pod.name, pod.id)


def refs(pods: Iterable[tuple[str, str]]) -> str:
    return listed([pod_ref(name, pod_id) for name, pod_id in pods])


def person(user: str) -> str:
    """Who did or decided something: a person is mentioned, a rule named."""
    if user.startswith(RULE):
        return f"rule {code(user.removeprefix(RULE))}"
    return f"<@{user}>" if _USER.fullmatch(user) else code(user)


def people(users: Sequence[str], most: int = 3, *, joint: str = "and") -> str:
    named = [person(user) for user in users[:most]]
    if len(users) > most:
        named.append(f"{len(users) - most} more")
    return listed(named, joint=joint)


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>" if _CHANNEL.fullmatch(channel_id) else code(channel_id)


def listed(items: Sequence[str], *, joint: str = "and") -> str:
    """a, b and c."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def counted(number: int, noun: str, many: str = "") -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {many or noun + 's'}"


def asked_by(user: str) -> str:
    """If a rule decided, name the rule; if a person decided, name the person."""
    return f"Decided by {person(user)}" if user.startswith(RULE) else f"Asked by {person(user)}"
