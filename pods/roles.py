"""The roles a policy gives, and how it writes them. Pure."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from pydantic import BeforeValidator


class Role(IntEnum):
    """What a person may do at most, in rising order."""

    NONE = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        return self.name.lower()


def _role(value: object) -> object:
    if isinstance(value, Role):
        return value
    if not isinstance(value, str) or value.upper() not in Role.__members__:
        raise ValueError('must be "viewer", "operator", "admin" or "none"')
    return Role[value.upper()]


def _deciding(value: object) -> object:
    if isinstance(value, str) and value.upper() in {Role.OPERATOR.name, Role.ADMIN.name}:
        return Role[value.upper()]
    if value in {Role.OPERATOR, Role.ADMIN}:
        return value
    raise ValueError('must be "operator" or "admin"')


RoleName = Annotated[Role, BeforeValidator(_role)]
#: A role that may decide something dangerous.
DecidingRole = Annotated[Role, BeforeValidator(_deciding)]
