"""Ids: 10 lower-case base32 characters, either random or derived from what must happen once."""

from __future__ import annotations

import base64
import hashlib
import secrets

ID_LENGTH = 10


def new_id() -> str:
    return _encode(secrets.token_bytes(7))


def derived_id(*parts: str) -> str:
    """The same id for the same parts, so that a redelivery names what already exists."""
    return _encode(hashlib.sha256("\x1f".join(parts).encode()).digest())


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower()[:ID_LENGTH]
