"""What RunPod sent back, and the words in it that may be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pods.model import Api
from pods.ports import Capability
from pods.runpod.json_body import read_json

#: A secret this long is hidden wherever it appears, a shorter one only where it stands alone.
_TELLING_LENGTH: Final = 4
_HIDDEN: Final = "[hidden]"
_WORDS_KEPT: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer to a call made for `purpose`. `secrets` must not reach any text made from it."""

    purpose: Capability
    status: int
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    #: Case-insensitive, as httpx gives them.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    api: Api = Api.REST
    secrets: Collection[str] = field(default=(), repr=False)

    @property
    def request_id(self) -> str | None:
        sent = self.headers.get("x-request-id", "")
        return re.sub(r"[^\w.:/=+-]", "", sent)[:128] or None


class Shape(StrEnum):
    """Who wrote an error's body."""

    #: problem+json: {"title", "status", "detail"}.
    V2 = "v2"
    #: {"error"}: REST v1, retired in November 2026.
    V1 = "v1"
    #: {"errors": [{"message"}]}.
    GRAPHQL = "graphql"
    #: Not RunPod's API: a gateway's page, plain text, or nothing.
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Complaint:
    """The words of an error answer. `text` and `listed` may still hold secrets: match on them, do not show them."""

    shape: Shape
    text: str = ""
    listed: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        return "; ".join(part for part in (self.text, *self.listed) if part)


def complaint_in(body: bytes) -> Complaint:
    parsed = read_json(body)
    if not isinstance(parsed, dict):
        return Complaint(Shape.FOREIGN)
    errors = parsed.get("errors")
    if isinstance(errors, list) and any(isinstance(error, dict) for error in errors):
        return graphql_complaint(errors)
    listed = tuple(error for error in errors if isinstance(error, str)) if isinstance(errors, list) else ()
    if isinstance(detail := parsed.get("detail") or parsed.get("title"), str):
        return Complaint(Shape.V2, detail, listed)
    if isinstance(error := parsed.get("error"), str):
        return Complaint(Shape.V1, error, listed)
    return Complaint(Shape.FOREIGN)


def graphql_complaint(errors: list[object]) -> Complaint:
    messages: list[str] = []
    codes: list[str] = []
    for error in errors:
        if not isinstance(error, dict):
            continue
        if isinstance(message := error.get("message"), str):
            messages.append(message)
        extensions = error.get("extensions")
        if isinstance(extensions, dict) and isinstance(code := extensions.get("code"), str):
            codes.append(code)
    return Complaint(Shape.GRAPHQL, "; ".join(messages), codes=tuple(codes))


def shown(text: str, secrets: Collection[str]) -> str:
    """RunPod's words on one line, cut short, without any of `secrets`."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
            pattern = re.escape(form) if len(secret) >= _TELLING_LENGTH else rf"(?<!\w){re.escape(form)}(?!\w)"
            text = re.sub(pattern, _HIDDEN, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _WORDS_KEPT else line[: _WORDS_KEPT - 1] + "…"
