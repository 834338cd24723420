"""Slack's own sense of time: short-lived ids, and the answers a response_url allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from sim.slack.wire import Json, SlackError

#: Seconds that only move forward; tests move them by hand.
Monotonic: TypeAlias = Callable[[], float]

ACK_SECONDS = 3.0
TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass(frozen=True, slots=True)
class Trigger:
    user: str
    born: float


class Triggers:
    """trigger_ids: each opens one modal, for the person who caused it, within three seconds."""

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self._live: dict[str, Trigger] = {}
        self._used: set[str] = set()

    def issue(self, trigger_id: str, user: str) -> str:
        self._live[trigger_id] = Trigger(user, self._monotonic())
        return trigger_id

    def exchange(self, trigger_id: object) -> str:
        """The person behind a trigger_id. Works once."""
        if trigger_id in self._used:
            raise SlackError("exchanged_trigger_id")
        trigger = self._live.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self._monotonic() - trigger.born > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._used.add(str(trigger_id))
        return trigger.user


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """Where answers go, and the message they may replace (none for a slash command)."""

    channel: str
    user: str
    born: float
    original_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class ResponseUrls:
    monotonic: Monotonic
    live: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(
        self, token: str, *, channel: str, user: str, original_ts: str | None = None, thread_ts: str | None = None
    ) -> None:
        self.live[token] = ResponseUrl(
            channel=channel, user=user, born=self.monotonic(), original_ts=original_ts, thread_ts=thread_ts
        )

    def use(self, token: str) -> ResponseUrl:
        """Spend one of the five answers."""
        url = self.live.get(token)
        if url is None:
            raise SlackError("invalid_url")
        if self.monotonic() - url.born > RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url

    def describe(self) -> list[Json]:
        return [{"token": token, "channel": url.channel, "uses": url.uses} for token, url in self.live.items()]
