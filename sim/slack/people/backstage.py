"""What everything a person does needs: the state, a way to the app, and the words for when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.slack.delivery import Delivery
from sim.slack.posting import Posting
from sim.slack.state import SlackState
from sim.slack.wire import InvalidBlocks, Json, SlackError
from sim.slack.workspace import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the person's client sees at once."""

    ok: bool
    error: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> Json:
        body: Json = {"ok": self.ok}
        if self.error is not None:
            body["error"] = self.error
        if self.errors:
            body["errors"] = dict(self.errors)
        return body


OK = Outcome(ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    state: SlackState
    posting: Posting
    delivery: Delivery

    def failed(self, user: str, channel: str | None, text: str, *, error: str = "dispatch_failed") -> Outcome:
        """Tell the person, as Slackbot would, that the app did not answer."""
        self.state.feed.tell([user], {"type": "failed", "channel": channel, "text": text})
        return Outcome(ok=False, error=error)

    def response_url(
        self, user: str, channel: Channel, *, original_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        token = self.state.ids.next("r-")
        self.state.urls.issue(token, channel=channel.id, user=user, original_ts=original_ts, thread_ts=thread_ts)
        return f"{self.state.base_url.rstrip('/')}/response/{token}"

    def answer(self, body: Json, channel: Channel, user: str, *, thread_ts: str | None = None) -> None:
        """A message in answer: for its asker alone unless it says in_channel. Raises what Slack refuses."""
        content = self.posting.content(body, channel, reader=user)
        if body.get("response_type") == "in_channel":
            self.posting.post(content, channel, thread_ts=thread_ts)
        else:
            self.posting.whisper(content, channel, user, thread_ts=thread_ts)


def refused(problem: SlackError) -> str:
    """The error word, with the first reason where blocks were to blame."""
    if isinstance(problem, InvalidBlocks) and problem.problems:
        return f"{problem.error} ({problem.problems[0]})"
    return problem.error
