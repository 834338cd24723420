"""Which idle and ladder rule holds for a pod: the policy's, but for what name, preset or channel overrides. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from pods.watch_rules import IdleRule, LadderRule

Rule = TypeVar("Rule", bound=BaseModel)


class Override(BaseModel):
    """Other rules for some pods. Every condition that is given must hold; only the keys that are given change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Patterns such as "nlp-*".
    names: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    #: Slack channel ids in which the pod's idleness is told.
    channels: tuple[str, ...] = ()
    idle: Mapping[str, Any] = {}
    ladder: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _says_something(self) -> Override:
        if not (self.names or self.presets or self.channels):
            raise ValueError(
                "needs `names`, `presets` or `channels`; for all pods write [idle] and [ladder] themselves"
            )
        if not (self.idle or self.ladder):
            raise ValueError("changes nothing; give it an `idle` or a `ladder` table")
        return self

    @field_validator("idle")
    @classmethod
    def _idle_keys(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return _known_keys(value, IdleRule, "idle")

    @field_validator("ladder")
    @classmethod
    def _ladder_keys(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return _known_keys(value, LadderRule, "ladder")

    def concerns(self, name: str, preset: str | None, channels: Sequence[str]) -> bool:
        return (
            (not self.names or any(fnmatchcase(name.casefold(), each.casefold()) for each in self.names))
            and (not self.presets or preset in self.presets)
            and (not self.channels or not set(self.channels).isdisjoint(channels))
        )


@dataclass(frozen=True, slots=True)
class PodRules:
    idle: IdleRule
    ladder: LadderRule


class Polled(Protocol):
    @property
    def every_s(self) -> int: ...


class Sections(Protocol):
    """The part of the policy that is read here."""

    @property
    def poll(self) -> Polled: ...
    @property
    def idle(self) -> IdleRule: ...
    @property
    def ladder(self) -> LadderRule: ...
    @property
    def override(self) -> tuple[Override, ...]: ...


def rules_for(sections: Sections, name: str, *, preset: str | None = None, channels: Sequence[str] = ()) -> PodRules:
    """Overrides apply in the file's order, so a later one has the last word."""
    idle, ladder = sections.idle, sections.ladder
    for each in sections.override:
        if each.concerns(name, preset, channels):
            idle, ladder = merged(idle, each.idle), merged(ladder, each.ladder)
    return PodRules(fitted(idle, sections.poll.every_s), ladder)


def fitted(rule: IdleRule, every_s: int) -> IdleRule:
    """The rule with holes as long as polls this far apart leave, where it does not say itself how long they may be."""
    wanted = {"max_gap_s": 2 * every_s + 1, "fresh_s": every_s + 1}
    changes = {
        key: value for key, value in wanted.items() if key not in rule.model_fields_set and value > getattr(rule, key)
    }
    if not changes or max(wanted.values()) >= rule.window.total_seconds():
        return rule
    return rule.model_copy(update=changes)


def merged(rule: Rule, changes: Mapping[str, Any]) -> Rule:
    """The rule with some keys changed, checked as a whole."""
    if not changes:
        return rule
    return type(rule).model_validate({**rule.model_dump(exclude_unset=True), **changes})


def check(sections: Sections) -> None:
    """Raises ValueError where an override makes a rule that cannot hold, alone or with those before it."""
    for number, each in enumerate(sections.override, start=1):
        try:
            merged(sections.idle, each.idle)
            merged(sections.ladder, each.ladder)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            message = first["msg"].removeprefix("Value error, ")
            where = f"`{key}`: " if key else ""
            raise ValueError(f"`override` number {number} makes a rule that cannot hold: {where}{message}") from error


def _known_keys(value: Mapping[str, Any], rule: type[BaseModel], table: str) -> Mapping[str, Any]:
    unknown = sorted(set(value) - set(rule.model_fields))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a setting of [{table}]; correct its spelling or remove it")
    return value
