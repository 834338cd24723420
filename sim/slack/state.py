"""Everything the simulated Slack knows, shared by its parts under one lock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import RLock

from pods.ports import Clock
from sim.slack.feed import Feed
from sim.slack.files import Files
from sim.slack.ids import Ids, Timestamps
from sim.slack.messages import Messages
from sim.slack.timing import Monotonic, ResponseUrls, Triggers
from sim.slack.views import Views
from sim.slack.wire import Json
from sim.slack.workspace import Channel, Workspace


@dataclass
class SlackState:
    """Hold `lock` to read or change it, and never while a payload is on its way to the app."""

    workspace: Workspace
    clock: Clock
    monotonic: Monotonic = time.monotonic
    #: Where the app reaches this Slack, as it appears in response_urls.
    base_url: str = "http://slack.test"
    lock: RLock = field(default_factory=RLock)
    ids: Ids = field(default_factory=Ids)
    stamps: Timestamps = field(default_factory=Timestamps)
    messages: Messages = field(default_factory=Messages)
    feed: Feed = field(default_factory=Feed)
    files: Files = field(default_factory=Files)
    triggers: Triggers = field(init=False)
    urls: ResponseUrls = field(init=False)
    views: Views = field(init=False)

    def __post_init__(self) -> None:
        self.triggers = Triggers(self.monotonic)
        self.urls = ResponseUrls(self.monotonic)
        self.views = Views(self.workspace, self.ids)

    def next_ts(self) -> str:
        return self.stamps.at(self.clock.now())

    def people_in(self, channel: Channel) -> list[str]:
        return [member for member in channel.members if member != self.workspace.bot.user_id]

    def tell_invalid(self, users: list[str], channel: str | None, problems: list[str], blocks: object) -> None:
        """Show the people concerned what Slack refused, so that a demo or a browser test cannot miss it."""
        event: Json = {"type": "invalid", "channel": channel, "errors": problems, "blocks": blocks}
        self.feed.tell(users, event)

    def forget(self) -> None:
        """Empty the rooms; people, channels and settings stay."""
        self.messages.clear()
        self.views.clear()
        self.feed.forget()
        self.files.by_id.clear()
        self.urls.live.clear()
