"""The words the Block Kit rules are written in. A check looks at one value and reports what Slack would refuse."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Surface: TypeAlias = Literal["message", "modal", "home"]


@dataclass
class Report:
    """The problems found so far, each `pointer: reason`."""

    surface: Surface
    problems: list[str] = field(default_factory=list)

    def add(self, pointer: str, reason: str) -> None:
        self.problems.append(f"{pointer}: {reason}")


Check: TypeAlias = Callable[[object, str, Report], None]
#: Looks at a whole object after its keys were checked, for what no single key can show.
Rule: TypeAlias = Callable[[Mapping[str, Any], str, Report], None]


def string(high: int | None = None, *, low: int = 1) -> Check:
    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(at, "must be a string")
        elif len(value) < low:
            report.add(at, f"must be at least {low} characters")
        elif high is not None and len(value) > high:
            report.add(at, f"must be at most {high} characters, has {len(value)}")

    return check


def boolean(value: object, at: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add(at, "must be a boolean")


def integer(low: int, high: int | None = None) -> Check:
    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add(at, "must be an integer")
        elif value < low or (high is not None and value > high):
            report.add(at, f"must be from {low} to {'any' if high is None else high}")

    return check


def number(*, above: float | None = None) -> Check:
    def check(value: object, at: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            report.add(at, "must be a finite number")
        elif above is not None and value <= above:
            report.add(at, f"must be greater than {above:g}")

    return check


def one_of(*allowed: str | int) -> Check:
    def check(value: object, at: str, report: Report) -> None:
        if value not in allowed or isinstance(value, bool):
            report.add(at, f"must be one of {', '.join(map(str, allowed))}")

    return check


def array(item: Check, *, low: int = 1, high: int) -> Check:
    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(at, "must be an array")
            return
        if not low <= len(value) <= high:
            report.add(at, f"must have {low} to {high} items, has {len(value)}")
        for index, element in enumerate(value):
            item(element, f"{at}/{index}", report)

    return check


def shape(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    rules: Sequence[Rule] = (),
) -> Check:
    """An object with exactly these keys; any other key is refused by name."""
    must, may = required or {}, optional or {}

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(at, "must be an object")
            return
        for key in must:
            if key not in value:
                report.add(at, f"missing required field: {key}")
        for key, inner in value.items():
            known = must.get(key) or may.get(key)
            if known is None:
                report.add(f"{at}/{key}", "is not a known field here")
            else:
                known(inner, f"{at}/{key}", report)
        for rule in rules:
            rule(value, at, report)

    return check


def tagged(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the checks it must pass."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(at, "must be an object")
            return
        kind = value.get("type")
        known = kinds.get(kind) if isinstance(kind, str) else None
        if known is None:
            report.add(f"{at}/type", f"{kind!r} is not allowed here, must be one of {', '.join(sorted(kinds))}")
        else:
            known({key: inner for key, inner in value.items() if key != "type"}, at, report)

    return check


def at_least_one(*keys: str) -> Rule:
    def rule(value: Mapping[str, Any], at: str, report: Report) -> None:
        if not any(key in value for key in keys):
            report.add(at, f"needs one of {', '.join(keys)}")

    return rule


def exactly_one(*keys: str) -> Rule:
    def rule(value: Mapping[str, Any], at: str, report: Report) -> None:
        if sum(key in value for key in keys) != 1:
            report.add(at, f"needs exactly one of {', '.join(keys)}")

    return rule


def unique(key: str, of: str) -> Rule:
    """No two items of the array `key` have the same value of `of`."""

    def rule(value: Mapping[str, Any], at: str, report: Report) -> None:
        items = value.get(key)
        names = [item.get(of) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                report.add(f"{at}/{key}/{index}/{of}", f"{name!r} is used twice")

    return rule
