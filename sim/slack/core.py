"""The simulated Slack in one object: what an app calls, what people do, and what a test may look at."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from pods.ports import Clock
from sim.slack.delivery import RETRY_AFTER, Deliver, Delivery
from sim.slack.faults import Faults
from sim.slack.messages import Message
from sim.slack.people.backstage import Backstage, Outcome
from sim.slack.people.clicks import Clicks, Place
from sim.slack.people.modals import Modals
from sim.slack.people.responses import Responses
from sim.slack.people.typed import Typing
from sim.slack.posting import Posting
from sim.slack.ratelimit import RateLimits
from sim.slack.state import SlackState
from sim.slack.timing import Monotonic
from sim.slack.webapi import ApiAnswer, WebApi
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import Workspace

_BAD_REQUEST = 400
_NOT_FOUND = 404


class SimSlack:
    """Synchronous and thread-safe. No lock is held while a payload is with the app, so the app may call back."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        *,
        monotonic: Monotonic = time.monotonic,
        deliver: Deliver | None = None,
        rate_limits: bool = True,
        retry_after: Sequence[float] = RETRY_AFTER,
        base_url: str = "http://slack.test",
    ) -> None:
        self.workspace = workspace
        self.state = SlackState(workspace, clock, monotonic, base_url)
        self.limits = RateLimits(monotonic, enabled=rate_limits)
        self.faults = Faults()
        self.delivery = Delivery(self.state, deliver=deliver, retry_after=retry_after)
        self.posting = Posting(self.state)
        self.web = WebApi(self.state, self.posting, self.limits, self.faults, self._socket_url)
        backstage = Backstage(state=self.state, posting=self.posting, delivery=self.delivery)
        self._typing = Typing(backstage)
        self._clicks = Clicks(backstage)
        self._modals = Modals(backstage)
        self._responses = Responses(backstage)

    # What an app calls.

    def call(
        self, method: str, arguments: Mapping[str, object] | None = None, *, token: str | None = None
    ) -> ApiAnswer:
        """A Web API call; with the bot's token unless another is given."""
        return self.web.call(method, arguments or {}, token=self.workspace.bot_token if token is None else token)

    def respond(self, url: str, body: Json) -> None:
        """An answer to a response_url (or its token). Raises SlackError where Slack refuses."""
        self._responses.respond(url.rsplit("/", 1)[-1], body)

    def answer_url(self, token: str, body: Json) -> ApiAnswer:
        """The same over HTTP: logged as the call `response_url`, which a fault may name."""
        return self.web.faulty("response_url", body, lambda: self._answer_url(token, body))

    def _answer_url(self, token: str, body: Json) -> ApiAnswer:
        try:
            self.respond(token, body)
        except SlackError as problem:
            gone = problem.error in ("invalid_url", "expired_url", "used_url")
            refusal: Json = {"ok": False, "error": problem.error, **problem.extra}
            return ApiAnswer(body=refusal, status=_NOT_FOUND if gone else _BAD_REQUEST)
        return ApiAnswer(body={"ok": True})

    # What people do. Each blocks until the app acked, or three seconds are over.

    def command(self, user: str, channel: str, text: str) -> Outcome:
        return self._typing.command(user, channel, text)

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        return self._typing.say(user, channel, text, thread_ts)

    def act(self, user: str, place: Place, **given: object) -> Outcome:
        """Click a button or choose from a menu; `given` holds the choice, e.g. `selected_option`."""
        return self._clicks.act(user, place, given)

    def options(self, user: str, place: Place, query: str) -> Json:
        return self._clicks.options(user, place, query)

    def submit(self, user: str, view_id: str, values: Json) -> Outcome:
        return self._modals.submit(user, view_id, values)

    def close_view(self, user: str, view_id: str) -> Outcome:
        return self._modals.close(user, view_id)

    def open_home(self, user: str) -> Outcome:
        return self._modals.open_home(user)

    # What a test looks at and turns.

    def messages(self, channel: str) -> list[Message]:
        """Every message of a channel, replies included, oldest first."""
        with self.state.lock:
            return self.state.messages.of(self.workspace.channel(channel).id)

    def seen(self, user: str) -> list[Json]:
        """Everything a person's client was told, ephemeral messages included."""
        return self.state.feed.seen(user)

    def run_due(self) -> None:
        """Redeliver unacked events and close retired connections whose time has come."""
        self.delivery.run_due()

    def reset(self) -> None:
        """Empty rooms, no calls, no faults; people, channels and settings stay."""
        with self.state.lock:
            self.state.forget()
            self.faults.clear()
            self.limits.forget()
            self.delivery.forget()
            self.web.log.calls.clear()

    def _socket_url(self) -> str:
        base = self.state.base_url.rstrip("/").replace("http", "ws", 1)
        return f"{base}/socket?ticket={self.state.ids.next('t')}&app_id={self.workspace.bot.app_id}"
