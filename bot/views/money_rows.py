"""How a row of money is named: in a sentence, where mentions and code spans stand, and in a chart, where none can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from slackblocks import RichTextUser

from bot.views.hardware import gpu_name
from bot.views.text import code, person, pod_ref, text_of
from pods.ledger.totals import Dimension, Total
from pods.ledger.whose import THE_TEAM
from pods.money import cents, dollars

_NONE = {
    Dimension.OWNER: "nobody",
    Dimension.TEAM: "no team",
    Dimension.PRESET: "no preset",
    Dimension.GPU: "no GPU",
    Dimension.CLOUD: "cloud not known",
}
HEADS = {
    Dimension.OWNER: "Owner",
    Dimension.TEAM: "Team",
    Dimension.PRESET: "Preset",
    Dimension.GPU: "GPU",
    Dimension.CLOUD: "Cloud",
    Dimension.SUBJECT: "Pod or volume",
    Dimension.DAY: "Day",
}


def noun(by: Dimension) -> str:
    """In the middle of a sentence."""
    return HEADS[by] if by is Dimension.GPU else HEADS[by].lower()


def amount(row: Total, usd: Decimal | None = None, *, days_missing: int = 0) -> str:
    """A row's sum; where a price was never said, or days are not in it, the least it can be, or not known."""
    shown = row.usd if usd is None else usd
    if not row.unpriced and not days_missing:
        return dollars(shown)
    return f"at least {dollars(shown)}" if cents(shown) else "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What Slack and the catalog call people and GPU types, by id."""

    people: Mapping[str, str] = field(default_factory=dict)
    gpus: Mapping[str, str] = field(default_factory=dict)

    def gpu(self, gpu_id: str) -> str:
        return self.gpus.get(gpu_id) or gpu_name(gpu_id)


def others(row: Total) -> str:
    return f"{row.rows:,} others" if row.rows > 1 else "1 other"


def plain(by: Dimension, row: Total, names: Names) -> str:
    """For charts and tables: untrusted, and made inert there."""
    if row.key is None:
        return others(row) if row.rows > 1 else _NONE.get(by, "not known")
    match by:
        case Dimension.OWNER:
            return "the team" if row.key == THE_TEAM else names.people.get(row.key, row.key)
        case Dimension.GPU:
            return names.gpu(row.key)
        case Dimension.DAY:
            return day(date.fromisoformat(row.key))
        case Dimension.SUBJECT:
            return f"{row.name} ({row.key})" if row.name and row.name != row.key else row.key
        case _:
            return row.key.lower() if by is Dimension.CLOUD else row.key


def said(by: Dimension, row: Total, names: Names) -> str:
    """For sentences."""
    if row.key is None:
        return plain(by, row, names)
    match by:
        case Dimension.OWNER:
            return "the team" if row.key == THE_TEAM else person(row.key)
        case Dimension.SUBJECT:
            return pod_ref(row.name or row.key, row.key)
        case Dimension.TEAM | Dimension.PRESET:
            return code(row.key)
        case _:
            return text_of(plain(by, row, names))


def cell(by: Dimension, row: Total, names: Names) -> str | RichTextUser:
    """For a table: a person is mentioned, everybody else written."""
    if by is Dimension.OWNER and row.key is not None and row.key != THE_TEAM:
        return RichTextUser(row.key)
    return plain(by, row, names)


def day(of: date) -> str:
    return f"{of:%a} {of.day} {of:%b}"
