"""Who may do what to which pod, where. One pure function, `decide`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pods.fleet import Owner, OwnerKind
from pods.policy import Policy, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A workspace member and what they are: the highest role any of their names or groups gives."""

    team: str
    user: str
    role: Role


class Why(StrEnum):
    """Why something was refused."""

    ROLE = "role"
    CHANNEL = "channel"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    why: Why
    #: What would be needed.
    needed: Role
    #: What the person has here.
    has: Role
    #: User ids that can help or do it themselves.
    who: tuple[str, ...] = ()
    #: Channel ids where the person may do it.
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    #: Set when the owner must agree first.
    consent_of: str | None = None


Decision = Allowed | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who holds each role by name, for refusals that say who can help."""

    admins: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()

    def of(self, role: Role) -> tuple[str, ...]:
        return self.admins if role is Role.ADMIN else self.admins + self.operators


def decide(
    person: Person,
    needed: Role,
    *,
    policy: Policy,
    channel: str,
    holders: Holders,
    owner: Owner | None = None,
    changes_pod: bool = False,
) -> Decision:
    """Role first, then the channel's ceiling, then whose pod it is.

    An operator acts on their own and unowned pods; on another's with that owner's consent; an admin on all. A team's
    pod counts as everybody's.
    """
    if person.role < needed:
        return Refusal(why=Why.ROLE, needed=needed, has=person.role, who=holders.of(needed))
    ceiling = policy.ceiling(channel)
    if ceiling < needed:
        return Refusal(
            why=Why.CHANNEL, needed=needed, has=ceiling, channels=policy.channels_for(needed), who=holders.admins
        )
    effective = min(person.role, ceiling)
    if not changes_pod or owner is None or owner.kind is not OwnerKind.PERSON or owner.user == person.user:
        return Allowed()
    if effective is Role.ADMIN:
        return Allowed()
    return Allowed(consent_of=owner.user)


def role_of(user: str, groups: frozenset[str], policy: Policy) -> Role:
    """The highest role a user id or one of its groups holds."""
    for role in (Role.ADMIN, Role.OPERATOR, Role.VIEWER):
        holders = policy.roles.holders(role)
        if user in holders.users or groups & set(holders.groups):
            return role
    return policy.roles.default
