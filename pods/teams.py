"""Teams of the policy: who belongs to which, so that money can be reckoned and bounded by team. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import field_validator, model_validator

from pods.tables import GroupId, Table, UserId


class Team(Table):
    """`[[team]]` of the policy. Who is in several belongs to the one that stands first."""

    name: str
    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.strip() or value.strip() == "*":
            raise ValueError('must be a name, such as "nlp"')
        return value.strip()

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.users and not self.groups:
            raise ValueError("needs `users` or `groups`, or nobody is in it")
        return self


def team_of(user: str | None, teams: Iterable[Team], groups: Mapping[str, Iterable[str]]) -> str | None:
    """The name of the first team that has the user, by name or by one of its groups' members; None: no team."""
    if user is None:
        return None
    for team in teams:
        if user in team.users or any(user in groups.get(group, ()) for group in team.groups):
            return team.name
    return None


def once(teams: tuple[Team, ...]) -> tuple[Team, ...]:
    """The same, or ValueError where two have one name."""
    seen: set[str] = set()
    for team in teams:
        if team.name in seen:
            raise ValueError(f"names the team {team.name!r} twice; keep one entry")
        seen.add(team.name)
    return teams
