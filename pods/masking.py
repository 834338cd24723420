"""Text that may hold secrets, such as a log: what looks like one is masked. Pure.

It can only know what secrets look like, so a password without a name in front of it gets through: who may read a log
may see what the pod printed.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "[masked]"

#: Keys known by their beginning: OpenAI, Hugging Face, GitHub, GitLab, Slack, RunPod, AWS, Google, Stripe, JWT.
_KNOWN: Final = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        sk-[A-Za-z0-9_-]{16,} | hf_[A-Za-z0-9]{16,} | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_[A-Za-z0-9_]{20,}
      | glpat-[A-Za-z0-9_-]{16,} | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,} | rpa_[A-Za-z0-9]{16,}
      | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{30,} | [sr]k_(?:live|test)_[A-Za-z0-9]{16,}
      | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    )""",
    re.VERBOSE,
)
_NAMES: Final = (
    r"[\w.-]*(?:api[_-]?key|apikey|secret|token|passw(?:or)?d|passwd|passphrase|credential|private[_-]?key|"
    r"access[_-]?key|auth[_-]?key|wandb[_-]?key)s?[\w-]*"
)
#: A value after a telling name: `WANDB_API_KEY=...`, `"token": "..."`, `?token=...`.
_NAMED: Final = re.compile(
    rf"""(?P<name>{_NAMES})(?P<joint>["']?\s*(?:=|:)\s*["']?)(?P<value>[^\s"'&,;\]}})]{{4,}})""", re.IGNORECASE
)
_BEARER: Final = re.compile(r"(?P<name>\b(?:bearer|basic)\s+)(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)
#: A password in an address: `postgres://user:password@host`.
_IN_ADDRESS: Final = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)(?P<value>[^\s@/]{3,})(?=@)", re.IGNORECASE)
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL
)
#: Figures that merely go by such a name: "tokens: 11800", "max_tokens=4096", "tokens/s 11,840".
_FIGURE: Final = re.compile(r"[\d.,_]+(?:[eE][+-]?\d+)?[a-z%/]{0,4}|true|false|none|null", re.IGNORECASE)


def masked(text: str) -> tuple[str, int]:
    """The text with what looks like a secret masked, and how often that was."""
    text, keys = _PRIVATE_KEY.subn(MASK, text)
    text, known = _KNOWN.subn(MASK, text)
    count = keys + known
    for pattern in (_BEARER, _IN_ADDRESS, _NAMED):
        text, more = _sub_values(pattern, text)
        count += more
    return text, count


def _sub_values(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    count = 0

    def hide(found: re.Match[str]) -> str:
        nonlocal count
        value = found["value"]
        if value == MASK or MASK.startswith(value) or _FIGURE.fullmatch(value):
            return found[0]
        count += 1
        return found[0][: found.start("value") - found.start()] + MASK + found[0][found.end("value") - found.start() :]

    return pattern.sub(hide, text), count
