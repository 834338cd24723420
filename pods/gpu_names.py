"""Whether a word people use for a GPU means one of RunPod's types. Pure."""

from __future__ import annotations

import re
from typing import Final

_LETTERS_OR_MORE: Final = re.compile(r"[a-z0-9]+")


def names(word: str, *gpu_names: str) -> bool:
    """Whether all parts of a word occur, whole, in one of a GPU's names: "a40" is not an A4000."""
    wanted = set(_LETTERS_OR_MORE.findall(word.lower()))
    return bool(wanted) and any(wanted <= set(_LETTERS_OR_MORE.findall(name.lower())) for name in gpu_names)
