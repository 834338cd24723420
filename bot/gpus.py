"""GPU words as people type them, and whether RunPod's GPU names mean them."""

from __future__ import annotations

import re
from typing import Final

_MAKER: Final = r"(?:nvidia|amd|geforce|radeon|instinct|quadro|tesla|rtx|gtx|pro)"
_VARIANT: Final = r"(?:ada|generation|blackwell|nvl|sxm\d?|pcie|ti|super|\d{1,3}gb|hbm\d?)"
_WORD: Final = re.compile(
    rf"(?P<maker>(?:{_MAKER}[ -]?)*)(?P<chip>[a-z]{{1,2}}\d{{1,4}}[a-z]?|\d{{4}})(?P<variant>(?:[ -]?{_VARIANT})*)",
    re.ASCII,
)
_LETTERS_OR_MORE: Final = re.compile(r"[a-z0-9]+")


def read(text: str) -> str | None:
    """The word in lower case, its parts one space apart ("RTX4090" is "rtx 4090"), or None if it names no GPU."""
    match = _WORD.fullmatch(text.strip().lower())
    if match is None:
        return None
    parts = [*re.findall(_MAKER, match["maker"]), match["chip"], *re.findall(_VARIANT, match["variant"])]
    return " ".join(parts)


def names(word: str, *gpu_names: str) -> bool:
    """Whether all parts of a read word occur, whole, in one of a GPU's names: "a40" is not an A4000."""
    wanted = set(word.split())
    return any(wanted <= set(_LETTERS_OR_MORE.findall(name.lower())) for name in gpu_names)
