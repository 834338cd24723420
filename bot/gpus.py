"""GPU words as people type them."""

from __future__ import annotations

import re
from typing import Final

from pods.gpu_names import names

_MAKER: Final = r"(?:nvidia|amd|geforce|radeon|instinct|quadro|tesla|rtx|gtx|pro)"
_VARIANT: Final = r"(?:ada|generation|blackwell|nvl|sxm\d?|pcie|ti|super|\d{1,3}gb|hbm\d?)"
_WORD: Final = re.compile(
    rf"(?P<maker>(?:{_MAKER}[ -]?)*)(?P<chip>[a-z]{{1,2}}\d{{1,4}}[a-z]?|\d{{4}})(?P<variant>(?:[ -]?{_VARIANT})*)",
    re.ASCII,
)


def read(text: str) -> str | None:
    """The word in lower case, its parts one space apart ("RTX4090" is "rtx 4090"), or None if it names no GPU."""
    match = _WORD.fullmatch(text.strip().lower())
    if match is None:
        return None
    parts = [*re.findall(_MAKER, match["maker"]), match["chip"], *re.findall(_VARIANT, match["variant"])]
    return " ".join(parts)


__all__ = ["names", "read"]
