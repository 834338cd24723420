"""The app's answers to a response_url."""

from __future__ import annotations

from sim.slack.messages import Message
from sim.slack.people.backstage import Backstage
from sim.slack.timing import ResponseUrl
from sim.slack.wire import Json


class Responses:
    def __init__(self, backstage: Backstage) -> None:
        self._on = backstage

    def respond(self, token: str, body: Json) -> None:
        """One of the five answers. Raises SlackError for a spent or old url, and for what Slack refuses."""
        state = self._on.state
        with state.lock:
            url = state.urls.use(token)
            original = self._original(url)
            if body.get("delete_original"):
                if original is not None:
                    self._on.posting.delete(original)
                return
            channel = state.workspace.channels[url.channel]
            if body.get("replace_original") and original is not None:
                before = original.content
                reader = original.reader
                self._on.posting.change(original, self._on.posting.content(body, channel, before=before, reader=reader))
                return
            thread_ts = body.get("thread_ts") or url.thread_ts
            self._on.answer(body, channel, url.user, thread_ts=thread_ts)

    def _original(self, url: ResponseUrl) -> Message | None:
        if url.original_ts is None:
            return None
        return self._on.state.messages.shown_to(url.user, url.channel, url.original_ts)
