"""A table of the policy file, and the ids that may stand in one. Every mistake is told in a sentence."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

_USER: Final = re.compile(r"^[UW][A-Z0-9]{2,}$")
_GROUP: Final = re.compile(r"^S[A-Z0-9]{2,}$")
_CHANNEL: Final = re.compile(r"^[CGD][A-Z0-9]{2,}$")


class Table(BaseModel):
    """Frozen, and no key is taken that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _shaped(shape: re.Pattern[str], wanted: str) -> AfterValidator:
    def check(value: str) -> str:
        if not shape.match(value):
            raise ValueError(f"must be {wanted}")
        return value

    return AfterValidator(check)


UserId = Annotated[str, _shaped(_USER, "a Slack user id such as U012AB3CD (profile, three dots, Copy member ID)")]
GroupId = Annotated[str, _shaped(_GROUP, "a Slack user group id such as S012AB3CD")]
ChannelId = Annotated[str, _shaped(_CHANNEL, "a Slack channel id such as C012AB3CD (channel name, bottom of About)")]
