"""Env values in records: references to RunPod's secrets stand in clear, everything else only sealed.

A sealed value can be opened by whoever has PODKEEPER_SPEC_KEY, and by nobody else: not from Redis, a log or a backup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import Field, model_validator

from pods.errors import PodkeeperError
from pods.model import Value

#: RunPod puts the secret in its place when the pod boots.
REFERENCE: Final = re.compile(r"\{\{\s*RUNPOD_SECRET_\w+\s*\}\}")


class NoSpecKey(PodkeeperError):
    """Values would have to be kept, and there is nothing to seal them with."""

    sentence_default = "There is no key to keep env values with. An admin must set PODKEEPER_SPEC_KEY."


class Unsealable(PodkeeperError):
    """A sealed value was sealed with another key."""

    sentence_default = (
        "The env values of this pod were kept with another PODKEEPER_SPEC_KEY and cannot be read. An admin must add "
        "the old key behind the new one, parted by a comma."
    )


class EnvVar(Value):
    """One variable; its value either a reference, in clear, or sealed."""

    name: str
    reference: str | None = None
    sealed: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.reference is None) == (self.sealed is None):
            raise ValueError("either a reference or a sealed value")
        if self.reference is not None and not is_reference(self.reference):
            raise ValueError("in clear only references to RunPod's secrets")
        return self


class Sealer:
    """Seals with the first key, opens with any: that is how a key is changed. Without keys only references pass."""

    def __init__(self, keys: str = "") -> None:
        """`keys`: Fernet keys parted by commas. Raises ValueError where one is none."""
        parts = [each.strip() for each in keys.split(",") if each.strip()]
        self._box = MultiFernet([Fernet(each) for each in parts]) if parts else None

    def seal(self, env: Mapping[str, str]) -> tuple[EnvVar, ...]:
        """Raises NoSpecKey naming the variables that cannot be kept."""
        plain = sorted(name for name, value in env.items() if not is_reference(value))
        if plain and self._box is None:
            raise NoSpecKey(f"no key for {', '.join(plain)}", sentence=_unkept(plain))
        return tuple(self._sealed(name, value) for name, value in sorted(env.items()))

    def open(self, env: Iterable[EnvVar]) -> dict[str, str]:
        """The values, for the one call that needs them. Raises NoSpecKey or Unsealable."""
        return {each.name: self._opened(each) for each in env}

    def _sealed(self, name: str, value: str) -> EnvVar:
        if is_reference(value) or self._box is None:
            return EnvVar(name=name, reference=value)
        return EnvVar(name=name, sealed=self._box.encrypt(value.encode()).decode())

    def _opened(self, variable: EnvVar) -> str:
        if variable.sealed is None:
            return variable.reference or ""
        if self._box is None:
            raise NoSpecKey(f"no key for {variable.name}", sentence=_unkept([variable.name]))
        try:
            return self._box.decrypt(variable.sealed.encode()).decode()
        except InvalidToken:
            wrong = Unsealable(f"{variable.name} is sealed with another key")
        raise wrong


def is_reference(value: str) -> bool:
    return REFERENCE.fullmatch(value) is not None


def new_key() -> str:
    return Fernet.generate_key().decode()


def _unkept(names: list[str]) -> str:
    named = ", ".join(f"`{name}`" for name in names)
    return (
        f"I keep env values only encrypted, and PODKEEPER_SPEC_KEY is not set, so these cannot be kept: {named}. An "
        "admin sets the key (`./podkeeper spec-key` makes one), or writes the values as RunPod secrets."
    )
