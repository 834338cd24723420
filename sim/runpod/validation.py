"""The rules that RunPod's document sets for request bodies, checked field by field, told in RunPod's wording."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sim.runpod.wire import Json, Refusal, bad_request, invalid

#: A larger body is refused before it is read.
BODY_LIMIT = 102_400

#: Says what is wrong with the value at a path; empty when nothing is.
Check = Callable[[str, object], list[str]]


def read_body(body: bytes, check: Check) -> Json:
    """The JSON object in a body that keeps the rules. Refuses with 413, 400 or 422."""
    if len(body) > BODY_LIMIT:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request body too large")
    try:
        value = json.loads(body, parse_float=_number)
    except ValueError as wrong:
        raise bad_request("request body is not valid JSON") from wrong
    errors = check("$", value)
    if errors:
        raise invalid(errors)
    if not isinstance(value, dict):
        raise invalid([f"$: got {_kind(value)}, want object"])
    return value


@dataclass(frozen=True, slots=True)
class Fields:
    """An object whose fields are known. A missing required field makes RunPod name the known ones as surplus too."""

    known: Mapping[str, Check]
    required: Sequence[str] = ()
    minimum: int = 0
    #: RunPod composes some bodies of parts; there a missing field spoils what the other parts had accepted.
    composed: bool = False

    def __call__(self, path: str, value: object) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path}: got {_kind(value)}, want object"]
        errors: list[str] = []
        missing = [name for name in self.required if name not in value]
        if len(missing) == 1:
            errors.append(f"{path}: missing property '{missing[0]}'")
        elif missing:
            errors.append(f"{path}: missing properties {_quoted(missing)}")
        surplus = [name for name in value if name not in self.known]
        if missing and self.composed:
            surplus = list(value)
        if surplus:
            errors.append(f"{path}: additional properties {_quoted(surplus)} not allowed")
        if len(value) < self.minimum:
            errors.append(f"{path}: minProperties: got {len(value)}, want {self.minimum}")
        for name, check in self.known.items():
            if name in value:
                errors += check(f"{path}.{name}", value[name])
        return errors


def string(*, minimum: int = 0, pattern: str | None = None, nullable: bool = False) -> Check:
    compiled = re.compile(pattern) if pattern else None

    def check(path: str, value: object) -> list[str]:
        if value is None and nullable:
            return []
        if not isinstance(value, str):
            return [f"{path}: got {_kind(value)}, want {'null or string' if nullable else 'string'}"]
        if len(value) < minimum:
            return [f"{path}: minLength: got {len(value)}, want {minimum}"]
        if compiled and not compiled.search(value):
            return [f"{path}: '{value}' does not match pattern '{compiled.pattern}'"]
        return []

    return check


def integer(*, minimum: int | None = None, maximum: int | None = None) -> Check:
    def check(path: str, value: object) -> list[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            return [f"{path}: got {_kind(value)}, want integer"]
        return _bounds(path, value, minimum, maximum)

    return check


def number(*, minimum: float | None = None, nullable: bool = False) -> Check:
    def check(path: str, value: object) -> list[str]:
        if value is None and nullable:
            return []
        if isinstance(value, bool) or not isinstance(value, int | float):
            return [f"{path}: got {_kind(value)}, want number"]
        return _bounds(path, value, minimum, None)

    return check


def boolean(path: str, value: object) -> list[str]:
    return [] if isinstance(value, bool) else [f"{path}: got {_kind(value)}, want boolean"]


def one_of(*values: str) -> Check:
    def check(path: str, value: object) -> list[str]:
        if not isinstance(value, str):
            return [f"{path}: got {_kind(value)}, want string"]
        return [] if value in values else [f"{path}: value must be one of {_quoted(values)}"]

    return check


def nullable(check: Check) -> Check:
    return lambda path, value: [] if value is None else check(path, value)


def array(item: Check, *, maximum: int | None = None) -> Check:
    def check(path: str, value: object) -> list[str]:
        if not isinstance(value, list):
            return [f"{path}: got {_kind(value)}, want array"]
        if maximum is not None and len(value) > maximum:
            return [f"{path}: maxItems: got {len(value)}, want {maximum}"]
        return [error for index, entry in enumerate(value) for error in item(f"{path}[{index}]", entry)]

    return check


def mapping(item: Check) -> Check:
    def check(path: str, value: object) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path}: got {_kind(value)}, want object"]
        return [error for name, entry in value.items() for error in item(f"{path}.{name}", entry)]

    return check


def _number(text: str) -> int | float:
    """JSON knows no integers: 5.0 is one as much as 5."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _bounds(path: str, value: float, minimum: float | None, maximum: float | None) -> list[str]:
    if minimum is not None and value < minimum:
        return [f"{path}: minimum: got {value}, want {minimum}"]
    if maximum is not None and value > maximum:
        return [f"{path}: maximum: got {value}, want {maximum}"]
    return []


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _kind(value: object) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
