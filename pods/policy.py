"""The team's policy: who may do what, where, and where things are told. Pure; read from TOML.

Every mistake is named by key, value and what to write instead (`InvalidPolicy`).
"""

from __future__ import annotations

import hashlib
import tomllib
from enum import StrEnum
from typing import Final, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from pods.budgets import EACH, ApprovalRule, BudgetRule, Scope
from pods.errors import InvalidSetting
from pods.ledger.rates import RateOverrides
from pods.ledger.runway import RunwayRule
from pods.loss_rules import LossRules
from pods.oncall import OnCallRule
from pods.pod_rules import Override, check
from pods.presets import Preset
from pods.presets import once as once_each
from pods.probes import Probe
from pods.recovery.rules import RecoveryRule
from pods.roles import Role, RoleName
from pods.summary_rules import SummaryRule
from pods.sweep_rules import SweepRule
from pods.tables import ChannelId, GroupId, Table, UserId
from pods.teams import Team, once
from pods.watch_rules import IdleRule, LadderRule, StorageRule, StrayRule


class RoleHolders(Table):
    """Slack user ids and user group ids that hold a role."""

    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()


class Roles(Table):
    #: What everybody else in the workspace is.
    default: RoleName = Role.VIEWER
    viewer: RoleHolders = RoleHolders()
    operator: RoleHolders = RoleHolders()
    admin: RoleHolders = RoleHolders()

    def holders(self, role: Role) -> RoleHolders:
        by_role = {Role.VIEWER: self.viewer, Role.OPERATOR: self.operator, Role.ADMIN: self.admin}
        return by_role.get(role, RoleHolders())

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(group for holders in (self.viewer, self.operator, self.admin) for group in holders.groups)


class Channel(Table):
    """The most anybody may do in one channel."""

    id: ChannelId
    ceiling: RoleName


class Direct(Table):
    """Direct messages with the bot, and its Home."""

    ceiling: RoleName = Role.OPERATOR


class Kind(StrEnum):
    """What can be routed to a channel."""

    OPERATIONS = "operations"
    LOSSES = "losses"
    IDLE = "idle"
    COST = "cost"
    NOTICES = "notices"


class Route(Table):
    channel: ChannelId
    kinds: tuple[Kind, ...]
    #: Pod name patterns such as "nlp-*"; empty: all.
    filter: tuple[str, ...] = ()


class Poll(Table):
    """How often RunPod is listed, in seconds."""

    every_s: int = Field(default=30, ge=10, le=600)


class Policy(Table):
    """`podkeeper.toml`."""

    #: IANA zone for schedules and for people whose own zone Slack does not tell.
    zone: str = "UTC"
    roles: Roles = Roles()
    direct: Direct = Direct()
    channel: tuple[Channel, ...] = ()
    route: tuple[Route, ...] = ()
    poll: Poll = Poll()
    #: Addresses of pods that tell whether they work, for the protector `http`.
    probe: tuple[Probe, ...] = ()
    #: When pods without an owner are asked about.
    strays: StrayRule = StrayRule()
    #: When stopped pods whose disk costs are asked about.
    storage: StorageRule = StorageRule()
    team: tuple[Team, ...] = ()
    budget: tuple[BudgetRule, ...] = ()
    approval: ApprovalRule = ApprovalRule()
    sweep: SweepRule = SweepRule()
    losses: LossRules = LossRules()
    oncall: OnCallRule = OnCallRule()
    runway: RunwayRule = RunwayRule()
    #: When a pod counts as doing nothing, and what follows.
    idle: IdleRule = IdleRule()
    ladder: LadderRule = LadderRule()
    #: Other rules for some pods; of several that concern a pod, the last has the last word.
    override: tuple[Override, ...] = ()
    #: How lost work may be brought back; the first is `/pod protect`'s.
    recovery: tuple[RecoveryRule, ...] = ()

    @model_validator(mode="after")
    def _overrides_hold(self) -> Policy:
        check(self)
        return self

    @model_validator(mode="after")
    def _presets_come_back(self) -> Policy:
        rules = {each.name for each in self.recovery}
        for each in self.preset:
            if each.recovery and each.recovery not in rules:
                raise ValueError(
                    f"preset {each.name} names the recovery rule {each.recovery!r}, which is no [[recovery]]"
                )
        return self

    #: What `/pod create` makes.
    preset: tuple[Preset, ...] = ()

    #: When and where the summary of what was spent is told.
    summary: SummaryRule = SummaryRule()
    #: Storage prices of one's own.
    rates: RateOverrides = RateOverrides()

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('must be an IANA zone name such as "Europe/Berlin"')
        return value

    @field_validator("channel")
    @classmethod
    def _once(cls, value: tuple[Channel, ...]) -> tuple[Channel, ...]:
        seen: set[str] = set()
        for each in value:
            if each.id in seen:
                raise ValueError(f"lists {each.id} twice; keep one entry")
            seen.add(each.id)
        return value

    @field_validator("preset")
    @classmethod
    def _presets(cls, value: tuple[Preset, ...]) -> tuple[Preset, ...]:
        return once_each(value)

    @field_validator("team")
    @classmethod
    def _teams(cls, value: tuple[Team, ...]) -> tuple[Team, ...]:
        return once(value)

    @field_validator("budget")
    @classmethod
    def _one_pot_each(cls, value: tuple[BudgetRule, ...]) -> tuple[BudgetRule, ...]:
        seen: set[tuple[object, ...]] = set()
        for rule in value:
            pot = (rule.scope, rule.name, rule.period)
            if pot in seen:
                raise ValueError(f"has two budgets for {rule.pot}; keep one entry")
            seen.add(pot)
        return value

    @model_validator(mode="after")
    def _known_teams(self) -> Self:
        known = {EACH, *(team.name for team in self.team)}
        for rule in self.budget:
            if rule.scope is Scope.TEAM and rule.name not in known:
                raise ValueError(f"has a budget for team {rule.name!r}, and no [[team]] of that name")
        return self

    @field_validator("recovery")
    @classmethod
    def _named_once(cls, value: tuple[RecoveryRule, ...]) -> tuple[RecoveryRule, ...]:
        names = [each.name for each in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"has two rules called {twice!r}; give each a name of its own")
        return value

    @property
    def groups(self) -> frozenset[str]:
        """The Slack user groups whose members must be known."""
        return self.roles.groups | self.oncall.groups | {group for team in self.team for group in team.groups}

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def ceiling(self, channel: str) -> Role:
        """A channel the policy does not name is for viewers."""
        if channel.startswith(("D", "U", "W")):
            # A person's id stands for the direct messages with them.
            return self.direct.ceiling
        return next((each.ceiling for each in self.channel if each.id == channel), Role.VIEWER)

    def channels_for(self, role: Role) -> tuple[str, ...]:
        return tuple(each.id for each in self.channel if each.ceiling >= role)


class InvalidPolicy(InvalidSetting):
    """Names each wrong key, its value and what to write instead."""


def parse(text: str) -> Policy:
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidPolicy(f"not TOML: {error}", sentence=f"The policy is not valid TOML: {error}.") from error
    except ValidationError as error:
        problems = explain(error)
        raise InvalidPolicy("; ".join(problems), sentence="The policy is wrong: " + " ".join(problems)) from error


def explain(error: ValidationError) -> list[str]:
    """One sentence per mistake: key, value, what to write."""
    sentences = []
    for problem in error.errors(include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            sentences.append(f"`{key}` is not a setting I know; remove it or correct its spelling.")
            continue
        if problem["type"] == "missing":
            sentences.append(f"`{key}` is missing; add it.")
            continue
        if not key:
            sentences.append(f"It {problem['msg'].removeprefix('Value error, ')}.")
            continue
        message = _WANTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "value_error" and isinstance(problem["input"], dict):
            # A table as a whole is wrong: which one, and why, says more than all that is in it.
            sentences.append(f"[{key}]: {message}." if key else f"{message}.")
            continue
        if "env" in problem["loc"] or "args" in problem["loc"]:
            # What stands there may be a secret.
            sentences.append(f"`{key}`: {message}.")
            continue
        sentences.append(f"`{key}` is {problem['input']!r}: {message}.")
    return sentences


#: pydantic's words for these speak of Python, not of TOML.
_WANTED: Final = {
    "tuple_type": "must be a list, in square brackets",
    "model_type": "must be a table of its own, such as [roles.admin]",
    "string_type": "must be text, in quotation marks",
}


def policy_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


__all__ = ["InvalidPolicy", "Kind", "Policy", "Role", "RoleName", "parse", "policy_hash"]
