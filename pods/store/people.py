"""The policy in force and who holds its roles, as published for every process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

import redis
from pydantic import Field

from pods.access import Holders, Person, role_of
from pods.model import Value
from pods.policy import InvalidPolicy, Policy, Role, parse, policy_hash
from pods.store.commit import Commit
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.teams import team_of
from pods.times import Instant

#: Group members are read again after this, and believed up to the second figure when Slack does not answer.
ROLES_FRESH_FOR: Final = timedelta(minutes=10)
ROLES_STALE_FOR: Final = timedelta(hours=24)


class PublishedPolicy(Value):
    v: int = 1
    text: str
    hash: str
    published_at: Instant
    #: Why the file on disk is not in force, empty when it is.
    refused: str = ""


class Groups(Value):
    """Members of the user groups that carry roles."""

    v: int = 1
    members: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    read_at: Instant
    trouble: str = ""

    def of(self, user: str) -> frozenset[str]:
        return frozenset(group for group, members in self.members.items() if user in members)


class PeopleStore:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._parsed: tuple[str, Policy] | None = None

    def published(self) -> PublishedPolicy | None:
        record = cast("str | None", self._client.get(self._keys.policy))
        return PublishedPolicy.model_validate_json(record) if record else None

    def policy(self) -> Policy:
        """The policy in force; before anything is published, the default: everybody a viewer."""
        published = self.published()
        if published is None:
            return Policy()
        if self._parsed is None or self._parsed[0] != published.hash:
            self._parsed = (published.hash, _in_force(published.text))
        return self._parsed[1]

    def publish(self, text: str, now: datetime) -> None:
        """Put a policy in force. The caller has parsed it."""
        record = PublishedPolicy(text=text, hash=policy_hash(text), published_at=now)
        Commit(self._keys, now).put(self._keys.policy, record).run(self._scripts)

    def refuse(self, sentence: str, now: datetime) -> None:
        """Keep what is in force, and let health say why the newer file is not."""
        published = self.published() or PublishedPolicy(text="", hash=policy_hash(""), published_at=now)
        record = published.model_copy(update={"refused": sentence})
        Commit(self._keys, now).put(self._keys.policy, record).run(self._scripts)

    def groups(self) -> Groups | None:
        record = cast("str | None", self._client.get(self._keys.roles))
        return Groups.model_validate_json(record) if record else None

    def save_groups(self, groups: Groups, now: datetime) -> None:
        Commit(self._keys, now).put(self._keys.roles, groups).run(self._scripts)

    def person(self, team: str, user: str, now: datetime) -> Person:
        """Who they are now. Groups that could not be read for a day count for nothing."""
        groups = self.groups()
        fresh = groups is not None and now - groups.read_at < ROLES_STALE_FOR
        names = groups.of(user) if groups is not None and fresh else frozenset()
        return Person(team=team, user=user, role=role_of(user, names, self.policy()))

    def holders(self) -> Holders:
        """Everybody who holds a role by name or group, for refusals that say who can help."""
        policy, groups = self.policy(), self.groups()

        def named(role: Role) -> tuple[str, ...]:
            holders = policy.roles.holders(role)
            members = [
                member for group in holders.groups for member in (groups.members.get(group, ()) if groups else ())
            ]
            return tuple(dict.fromkeys((*holders.users, *members)))

        return Holders(admins=named(Role.ADMIN), operators=named(Role.OPERATOR))

    def team_of(self, user: str | None) -> str | None:
        """The policy's team of a person, by the group members last read."""
        groups = self.groups()
        return team_of(user, self.policy().team, groups.members if groups is not None else {})

    def zone(self, user: str) -> str | None:
        return cast("str | None", self._client.get(self._keys.person(user)))

    def save_zone(self, user: str, zone: str) -> None:
        self._client.set(self._keys.person(user), zone, ex=24 * 3600)

    def names(self, users: Iterable[str]) -> dict[str, str]:
        """As the others see them, of those that Slack has told; where a mention cannot stand."""
        wanted = tuple(dict.fromkeys(users))
        raw = self._client.mget([self._keys.person_name(user) for user in wanted]) if wanted else []
        told = zip(wanted, cast("list[str | None]", raw), strict=True)
        return {user: name for user, name in told if name}

    def save_name(self, user: str, name: str) -> None:
        self._client.set(self._keys.person_name(user), name, ex=30 * 24 * 3600)


def _in_force(text: str) -> Policy:
    """The published policy; one that an upgrade has made invalid lets everybody look and nobody act."""
    try:
        return parse(text)
    except InvalidPolicy:
        return Policy()
