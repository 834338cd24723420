"""A pod's log, as much as a message takes: the newest lines, inert, without what looks like a secret."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at
from bot.views.layout import page, small
from bot.views.text import code, counted, pod_ref
from pods.masking import masked
from pods.messages import Content
from pods.model import LogLine

#: Of one message, for the lines; a section of Slack's takes 3,000.
_ROOM: Final = 8_400
_SECTION: Final = 2_700
_TEXT_ROOM: Final = 3_300
_LINE_MAX: Final = 400
_TAB: Final = "    "
#: Colours and cursor movements of a terminal.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def log(
    name: str,
    pod_id: str,
    lines: Sequence[LogLine],
    *,
    source: str,
    tail: int,
    since: datetime | None,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """`lines` are what RunPod gave, oldest first."""
    key = f"log.{pod_id}"
    whose = f"the {source} log of {pod_ref(name, pod_id)}"
    after = f" since {at(since, now, tz)}" if since is not None else ""
    if not lines:
        return page([f"RunPod has no line in {whose}{after}.", _where_else(source)], key=key)
    written, hidden = _written(lines, now, tz)
    shown = _newest(written, _ROOM)
    head = _head(whose, after, given=len(lines), shown=len(shown), tail=tail)
    foot = _foot(lines, hidden, now, tz)
    few = _newest(written, _TEXT_ROOM)
    text = "\n".join((head, *_fenced(few), foot))
    return page([head, *_fenced(shown), small(foot)], key=key, text=text)


def _where_else(source: str) -> str:
    if source == "container":
        return "What the host says, such as about the image's download, is in the system log: add `system`."
    return "What the pod itself prints is in the container log: leave out `system`."


def _head(whose: str, after: str, *, given: int, shown: int, tail: int) -> str:
    """How much of it this is, and where to get more."""
    more = " There may be older ones: ask for a longer `tail`." if given >= tail else ""
    if shown < given:
        read = f"{counted(given, 'line')} read{after} from {whose}"
        fit = f"The newest {shown} of {read}; the older ones do not fit here."
        return f"{fit} Ask for `since` a shorter time, or look in RunPod's console."
    return f"{counted(given, 'line')}{after} from {whose}.{more}"


def _foot(lines: Sequence[LogLine], hidden: int, now: datetime, tz: ZoneInfo) -> str:
    last = next((each.ts for each in reversed(lines) if each.ts is not None), None)
    newest = f"The last line is from {at(last, now, tz)}; times are in {code(str(tz))}." if last else ""
    are = "is" if hidden == 1 else "are"
    mask = f"{counted(hidden, 'value')} that looked like a secret {are} masked." if hidden else ""
    rest = "Only you see this; a secret that does not look like one can still be in it."
    return " ".join(each for each in (newest, mask, rest) if each)


def _written(lines: Sequence[LogLine], now: datetime, tz: ZoneInfo) -> tuple[list[str], int]:
    """Each as it is shown, and how many values were masked."""
    del now
    written, hidden = [], 0
    for each in lines:
        words, count = masked(_plain(each.line))
        hidden += count
        clock = f"{each.ts.astimezone(tz):%H:%M:%S} " if each.ts is not None else ""
        written.append(_inert(f"{clock}{words}"))
    return written, hidden


def _plain(line: str) -> str:
    """Without colours; of a line that was written over itself, such as a progress bar, the last state."""
    last = _ANSI.sub("", line).rstrip("\r\n").rpartition("\r")[2]
    spaced = last.replace("\t", _TAB)
    return "".join(each for each in spaced if unicodedata.category(each) not in _HIDDEN)


def _inert(line: str) -> str:
    """Inside a fence nothing is a mention or markup, save another fence and Slack's own brackets."""
    cut = line if len(line) <= _LINE_MAX else line[: _LINE_MAX - 1] + "…"
    return cut.replace("`", "'").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _newest(lines: Sequence[str], room: int) -> list[str]:
    kept: list[str] = []
    used = 0
    for line in reversed(lines):
        used += len(line) + 1
        if used > room:
            break
        kept.append(line)
    return kept[::-1]


def _fenced(lines: Sequence[str]) -> list[str]:
    """In code blocks, none longer than a section takes."""
    blocks: list[list[str]] = [[]]
    used = 0
    for line in lines:
        if blocks[-1] and used + len(line) + 1 > _SECTION:
            blocks.append([])
            used = 0
        blocks[-1].append(line)
        used += len(line) + 1
    return ["\n".join(("```", *block, "```")) for block in blocks if block]
