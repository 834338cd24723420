"""Cards: what automation tells of its own accord. Each is rendered from the latest records whenever it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from pods import hold_cards
from pods.incidents import CARD, ENTRY
from pods.inquiries import Kind
from pods.messages import Content, Message
from pods.summary_rules import CARD as SUMMARY
from pods.sweeps import CARD as SWEEP
from workers.cards import (
    doubles,
    holds,
    idle,
    incident,
    inquiry,
    leftovers,
    notices,
    protection,
    stop_wait,
    strays,
    summary,
    sweep,
    volumes,
)
from workers.context import Context
from workers.doubled import CARD as DOUBLE

#: None when the record that the card speaks of is gone; then nothing is sent.
Renderer = Callable[[Context, Message, datetime], Content | None]

#: By `Message.card`. Each area has a module of its own in this package.
CARDS: Final[dict[str, Renderer]] = {
    **{kind.value: inquiry.card for kind in Kind},
    CARD: incident.card,
    ENTRY: incident.entry,
    "outage": notices.outage,
    "outage-end": notices.outage_end,
    "silence": notices.silence,
    hold_cards.LEASE: holds.lease,
    hold_cards.SCHEDULE: holds.schedule,
    DOUBLE: doubles.double,
    "idle": idle.render_card,
    "idle-note": idle.render_note,
    "protection": protection.card,
    "stop-wait": stop_wait.card,
    strays.CARD: strays.question,
    strays.LOUDER: strays.louder,
    leftovers.NUDGE: leftovers.nudge,
    leftovers.OFFER: leftovers.offer,
    SUMMARY: summary.summary,
    "volume": volumes.deletion,
    SWEEP: sweep.weekly,
}
