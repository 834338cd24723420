"""The audit: one line per thing that was asked, decided, called or ended, newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.figures import at
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import channel, code, counted, person
from pods.audit import AuditEntry, Event
from pods.messages import Content

_ROOM: Final = 700
#: What became of the command, up to whose it was.
_WORDS: Final = {
    Event.ACCEPTED: "accepted from",
    Event.REFUSED: "refused to",
    Event.ASKED: "to be answered first, asked by",
    Event.CONFIRMED: "agreed to by",
    Event.DECLINED: "declined by",
    Event.EXPIRED: "not answered in time, asked by",
    Event.CALLED: "RunPod called, for",
    Event.ENDED: "ended, for",
    Event.CORRECTED: "put right, for",
    Event.OWNER: "owner set by",
    Event.HELD: "said by",
    Event.READ: "shown to",
    Event.FOREIGN: "refused to somebody from outside,",
    Event.INCIDENT: "incident answered by",
    Event.MARKED: "marked by",
}
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,}")
#: Begin the text of a click, which tells people nothing; its result does.
_CLICK: Final = re.compile(r"[a-z]+\.[a-z_-]+ \S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    entries: tuple[AuditEntry, ...]
    pod_id: str | None
    person: str | None
    since: datetime | None
    #: The reader sees everybody's.
    everything: bool
    #: What the Older button carries; None: that was all.
    older: str | None
    #: Not the first page.
    later: bool
    #: How many entries were looked through for it.
    looked: int


def audit(shown: Page, *, now: datetime, tz: ZoneInfo) -> Content:
    what = _what(shown, now, tz)
    key = f"audit.{shown.looked}.{len(shown.entries)}"
    older = [Button("Older", action_id="audit.older", value=shown.older)] if shown.older else []
    if not shown.entries:
        return page([_nothing(shown, what), small(_scope(shown))], key=key, buttons=older)
    head = f"{counted(len(shown.entries), 'entry', 'entries')}{what}, newest first."
    lines = [_line(each, now, tz) for each in shown.entries]
    foot = f"{_scope(shown)} {_rest(shown)}"
    return page(
        [head, "\n".join(fitting(lines, BLOCKS_MAX - _ROOM)), small(foot)],
        key=key,
        buttons=older,
        text="\n".join((head, *fitting(lines, TEXT_MAX - _ROOM), foot)),
    )


def _what(shown: Page, now: datetime, tz: ZoneInfo) -> str:
    pod = f" of {code(shown.pod_id)}" if shown.pod_id else ""
    by = f" by {person(shown.person)}" if shown.person else ""
    since = f" since {at(shown.since, now, tz)}" if shown.since else ""
    return f"{pod}{by}{since}"


def _nothing(shown: Page, what: str) -> str:
    if shown.older:
        return f"Nothing{what} among the {shown.looked:,} entries looked through. There are older ones."
    return f"No {'older ' if shown.later else ''}entry{what}."


def _scope(shown: Page) -> str:
    if shown.everything:
        return "You see everybody's, as an admin."
    return "You see what you did and what was done to your pods; an admin sees everything."


def _rest(shown: Page) -> str:
    if shown.older is None:
        return "That is all of the last 90 days; what is older stands in files on the server."
    return "There may be more: press Older."


def _line(entry: AuditEntry, now: datetime, tz: ZoneInfo) -> str:
    what, result = _said(entry)
    who = "me" if entry.by == "worker" else person(entry.by)
    pod = f" of {code(entry.pod_id)}" if entry.pod_id and entry.pod_id not in what else ""
    where = f" in {channel(entry.channel)}" if entry.channel else ""
    became = _WORDS.get(entry.event, entry.event.value)
    told = f": {_result(result)}" if result else ""
    return f"• {at(entry.at, now, tz)} {code(what, 100)}{pod} {became} {who}{where}{told}"


def _result(result: str) -> str:
    """Of a pod that was given away it is a person."""
    return person(result) if _PERSON.fullmatch(result) else code(result, 100)


def _said(entry: AuditEntry) -> tuple[str, str]:
    """The command and its result, each where it says something of its own."""
    if _CLICK.fullmatch(entry.command) and entry.result:
        return entry.result, ""
    what = entry.command or entry.pod_id or entry.event.value
    repeats = entry.result == what or entry.event in {Event.CALLED, Event.READ}
    return what, "" if repeats else entry.result
