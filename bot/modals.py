"""Modals: what a person filled in. It opens from a click and carries on its ask; `bot.submitted` says who takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.face import Answer, Ask
from pods.requests import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submitted modal. `values` has what was filled in by block id: text, a date, a time, or the chosen value."""

    callback: str
    #: What the opener put in with `carried`.
    subject: str
    values: Mapping[str, str]
    ask: Ask


@dataclass(frozen=True, slots=True)
class Errors:
    """The modal stays open and shows a sentence under each block that is wrong."""

    by_block: Mapping[str, str]


Taken = Answer | Errors


def carried(ask: Ask, subject: str) -> str:
    """A modal's private metadata: where the answer to its submission belongs, and what it is about."""
    return json.dumps({"channel": ask.channel, "thread": ask.thread_ts, "reading": ask.reading_ts, "subject": subject})


def submission(body: Mapping[str, Any]) -> Submission:
    """Of a `view_submission` payload whose view was opened with `carried`."""
    view: Mapping[str, Any] = body["view"]
    user: Mapping[str, Any] = body.get("user", {})
    there: dict[str, Any] = json.loads(view.get("private_metadata") or "{}")
    callback = str(view.get("callback_id", ""))
    ask = Ask(
        team=str(user.get("team_id") or (body.get("team") or {}).get("id", "")),
        user=str(user.get("id", "")),
        channel=str(there.get("channel", "")),
        text=f"{callback} {there.get('subject', '')}",
        origin=Origin.BUTTON,
        # A modal is submitted once; sent again, it is the same one.
        trigger=str(view.get("id") or body.get("trigger_id", "")),
        thread_ts=there.get("thread"),
        reading_ts=there.get("reading"),
    )
    values = {block: _value(next(iter(given.values()), {})) for block, given in view["state"]["values"].items()}
    return Submission(callback=callback, subject=str(there.get("subject", "")), values=values, ask=ask)


def _value(given: Mapping[str, Any]) -> str:
    option = given.get("selected_option") or {}
    for name in ("value", "selected_date", "selected_time", "selected_user", "selected_date_time"):
        if given.get(name) is not None:
            return str(given[name])
    return str(option.get("value", ""))
