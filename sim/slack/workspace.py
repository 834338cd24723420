"""Who and what is in the simulated workspace: people, groups, channels, the app and what it was granted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sim.slack.wire import Json, SlackError

BOT_TOKEN = "xoxb-sim"  # noqa: S105 - a simulator's token opens nothing
APP_TOKEN = "xapp-sim"  # noqa: S105
SIGNING_SECRET = "sim-signing-secret"  # noqa: S105

DEFAULT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "im:history",
        "im:read",
        "im:write",
        "files:write",
        "usergroups:read",
        "users:read",
    }
)
DEFAULT_EVENTS = frozenset({"app_mention", "message.im", "app_home_opened"})

RoleHint: TypeAlias = Literal["admin", "operator", "viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    name: str
    real_name: str
    role_hint: RoleHint
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    team_id: str = "T0TEAM"
    is_bot: bool = False

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": False,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": self.tz_offset,
            "is_admin": self.role_hint == "admin" and not self.is_bot,
            "is_bot": self.is_bot,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "team": self.team_id,
            },
        }


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    kind: Literal["channel", "dm"]
    members: list[str]
    is_private: bool = False

    def as_json(self, bot_user: str) -> Json:
        base: Json = {"id": self.id, "is_archived": False, "created": 1_700_000_000, "is_im": self.kind == "dm"}
        if self.kind == "dm":
            person = next(member for member in self.members if member != bot_user)
            return {**base, "user": person, "is_user_deleted": False, "is_open": True}
        return {
            **base,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_private": self.is_private,
            "is_member": bot_user in self.members,
            "is_mpim": False,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def as_json(self, team_id: str) -> Json:
        return {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "user_count": len(self.users),
            "users": list(self.users),
            "date_delete": 0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    user_id: str = "U0PODKEEPER"
    bot_id: str = "B0PODKEEPER"
    app_id: str = "A0PODKEEPER"
    name: str = "podkeeper"


@dataclass(kw_only=True)
class Workspace:
    users: dict[str, User]
    channels: dict[str, Channel]
    groups: dict[str, UserGroup]
    commands: dict[str, Command]
    bot: Bot = field(default_factory=Bot)
    team_id: str = "T0TEAM"
    team_domain: str = "podkeeper-demo"
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET
    scopes: frozenset[str] = DEFAULT_SCOPES
    bot_events: frozenset[str] = DEFAULT_EVENTS

    @classmethod
    def seeded(cls) -> Workspace:
        """The four people, their rooms and their groups; the bot is in every channel but #random."""
        bot = Bot()
        people = [
            User(id="U0ALICE", name="alice", real_name="Alice Ahn", role_hint="admin"),
            User(id="U0BOB", name="bob", real_name="Bob Berg", role_hint="operator"),
            User(id="U0CARA", name="cara", real_name="Cara Cruz", role_hint="viewer", tz="America/New_York"),
            User(id="U0DAVE", name="dave", real_name="Dave Diaz", role_hint="operator", tz="Asia/Tokyo"),
        ]
        everyone = [person.id for person in people]
        channels = [
            Channel(id="C0GPUPODS", name="gpu-pods", kind="channel", members=[*everyone, bot.user_id]),
            Channel(id="C0GENERAL", name="general", kind="channel", members=[*everyone, bot.user_id]),
            Channel(id="C0ONCALL", name="oncall", kind="channel", members=["U0ALICE", "U0BOB", bot.user_id]),
            Channel(id="C0RANDOM", name="random", kind="channel", members=list(everyone)),
        ]
        channels += [
            Channel(id=f"D0{p.name.upper()}", name="directmessage", kind="dm", members=[p.id, bot.user_id])
            for p in people
        ]
        groups = [
            UserGroup(id="S0ADMINS", handle="pod-admins", name="Pod admins", users=("U0ALICE",)),
            UserGroup(id="S0ONCALL", handle="oncall", name="On call", users=("U0ALICE", "U0BOB")),
        ]
        pod = Command(command="/pod", description="Run the team's GPU pods", usage_hint="list | stop <pod> | help")
        robot = User(id=bot.user_id, name=bot.name, real_name="Podkeeper", role_hint="viewer", is_bot=True)
        return cls(
            users={user.id: user for user in [*people, robot]},
            channels={channel.id: channel for channel in channels},
            groups={group.id: group for group in groups},
            commands={pod.command: pod},
            bot=bot,
        )

    def people(self) -> list[User]:
        return [user for user in self.users.values() if not user.is_bot]

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def channel(self, name: str) -> Channel:
        """A channel by its id, or by `#name` as Slack also takes it."""
        if name in self.channels:
            return self.channels[name]
        for channel in self.channels.values():
            if channel.kind == "channel" and name in (channel.name, f"#{channel.name}"):
                return channel
        raise SlackError("channel_not_found")

    def dm_of(self, user_id: str) -> Channel:
        """The direct message between the bot and a person."""
        for channel in self.channels.values():
            if channel.kind == "dm" and user_id in channel.members:
                return channel
        raise SlackError("user_not_found")

    def rooms_of(self, user_id: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if user_id in channel.members]

    def bot_is_in(self, channel: Channel) -> bool:
        return self.bot.user_id in channel.members
