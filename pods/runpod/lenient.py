"""How the wire is read: what is missing, or not what it should be, is None. Never zero, never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from pods.model import ACTIONS, Verb

T = TypeVar("T")

#: The name of our stamp in a pod's env: the id of the operation that created it.
STAMP_NAME: Final = "PODKEEPER_OP"
_FULL: Final = 100
_LARGEST: Final = 2**63


class WireModel(BaseModel):
    """Fields RunPod adds are ignored; no error or repr quotes what was read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)


def _or_none(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    try:
        return handler(value)
    except ValidationError:
        return None


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return round(value) if 0 <= value < _LARGEST else None


def _percent(value: object) -> int | None:
    number = _whole(value)
    return number if number is not None and number <= _FULL else None


def _money(value: object) -> Decimal | None:
    """The digits as sent: read_json keeps fractions as Decimal, so nothing was rounded on the way."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


#: Any type, None where it cannot be read as such.
Maybe = Annotated[T | None, WrapValidator(_or_none)]
Text = Annotated[str, Field(strict=True)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Percent = Annotated[int | None, BeforeValidator(_percent)]
Money = Annotated[Decimal | None, BeforeValidator(_money)]
Time = Maybe[AwareDatetime]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Env(WireModel):
    """What may be known of a pod's env. The values end here."""

    names: tuple[str, ...] = ()
    stamp: str | None = None


def env_of(pairs: Iterable[tuple[str, Any]]) -> Env:
    names: list[str] = []
    stamp = None
    for name, value in pairs:
        names.append(name)
        if name == STAMP_NAME and isinstance(value, str):
            stamp = value
    return Env(names=tuple(names), stamp=stamp)


def _env(value: object) -> object:
    """REST sends an object, GraphQL a list of "NAME=value"."""
    if isinstance(value, Env):
        return value
    if isinstance(value, dict):
        return env_of(value.items())
    if isinstance(value, list):
        split = (item.partition("=") for item in value if isinstance(item, str))
        return env_of((name, text) for name, _, text in split)
    return Env()


EnvNames = Annotated[Env, BeforeValidator(_env)]


def actions_of(names: Iterable[str]) -> tuple[Verb, ...]:
    """Actions this version does not know are dropped: nobody could press them."""
    known = {verb.value: verb for verb in ACTIONS}
    return tuple(known[name] for name in names if name in known)


def fields_wrong(error: ValidationError) -> str:
    """Which fields could not be read. Places only: the values may be secrets."""
    places = (".".join(str(step) for step in entry["loc"]) for entry in error.errors(include_input=False))
    return ", ".join(sorted(set(places))) or "the whole"


def readable(listed: Iterable[object], read: Callable[[object], T]) -> list[T]:
    """The entries that can be read; only for lists to choose from, where a part is better than none."""
    found: list[T] = []
    for entry in listed:
        try:
            found.append(read(entry))
        except ValidationError:
            continue
    return found
