"""What may come before a loss, told to who can do something about it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.buttons import status
from bot.views.figures import at, span
from bot.views.layout import page, small
from bot.views.text import code, ref
from pods.early_signs import Sign, SignKind
from pods.messages import Content
from pods.model import Pod


def sign(told: Sign, pod: Pod, *, now: datetime, tz: ZoneInfo, key: str) -> Content:
    head, next_ = _WORDS[told.kind](told, pod, now, tz)
    return page(
        [f"*Early sign*: {head}", next_, small("Told once, to the owner. Nothing is done about it of my own accord.")],
        key=key,
        buttons=[status(pod.id, key)],
    )


def _memory(told: Sign, pod: Pod, now: datetime, tz: ZoneInfo) -> tuple[str, str]:
    del tz
    head = f"{ref(pod)} uses {told.percent} % of its memory, which has been nearly full for {span(now - told.since)}."
    return head, "If it grows on, its host ends the container and what it had not saved is lost."


def _port(told: Sign, pod: Pod, now: datetime, tz: ZoneInfo) -> tuple[str, str]:
    head = (
        f"{code(str(told.port))} of {ref(pod)} answered before and has not since {at(told.since, now, tz)}, for "
        f"{span(now - told.since)}."
    )
    return head, "RunPod says the pod runs and goes on billing it; what served there may have ended."


def _maintenance(told: Sign, pod: Pod, now: datetime, tz: ZoneInfo) -> tuple[str, str]:
    window = told.window
    until = f" to {at(window.ends_at, now, tz)}" if window is not None and window.ends_at is not None else ""
    note = f": {code(window.note, 160)}" if window is not None and window.note else ""
    head = f"the host of {ref(pod)} is maintained from {at(told.since, now, tz)}{until}{note}."
    return head, "Save before then: RunPod may take the pod down without asking. It is not billed while unavailable."


_WORDS = {SignKind.MEMORY: _memory, SignKind.PORT: _port, SignKind.MAINTENANCE: _maintenance}
