"""A pod's heartbeat address: shown once to who asked for it, then only whether there is one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.figures import at, span
from bot.views.layout import page, small
from bot.views.text import code, person, ref
from pods.heartbeats import HeartbeatToken
from pods.messages import Content
from pods.model import Pod
from pods.protectors import HEARTBEAT

_MEANS = (
    "Let the run call it every few minutes while it works: for as long after a call as the idle rule's window, the pod "
    "does not count as idle. Whoever has the address can do this and nothing else."
)


def issued(pod: Pod, url: str, *, replaced: bool) -> Content:
    """`url` holds the token: only ever in an answer that nobody stores."""
    old = " The one it had before holds no longer." if replaced else ""
    return page(
        [
            f"The heartbeat address of {ref(pod)}, shown this once and to you alone.{old}",
            f"`curl -fsS --retry 3 -X POST {url}`",
            _MEANS,
            small(f"{code(f'/pod heartbeat {pod.id} off')} ends it. {_by_log()}"),
        ],
        key=f"heartbeat.{pod.id}",
    )


def shown(pod: Pod, token: HeartbeatToken, *, now: datetime, tz: ZoneInfo) -> Content:
    """There is one already; it cannot be shown again."""
    last = f"last heard {span(now - token.last_beat_at)} ago" if token.last_beat_at else "never heard yet"
    made = f"made at {at(token.at, now, tz)} by {person(token.by)}"
    new, off = code(f"/pod heartbeat {pod.id} new"), code(f"/pod heartbeat {pod.id} off")
    return page(
        [
            f"{ref(pod)} has a heartbeat address, {made}; {last}.",
            f"I keep only its hash, so I cannot show it again. {new} makes another in its place, {off} ends it.",
        ],
        key=f"heartbeat.{pod.id}",
    )


def revoked(pod: Pod) -> Content:
    return page([f"The heartbeat address of {ref(pod)} holds no longer."], key="heartbeat")


def none(pod: Pod) -> Content:
    line = code(f"/pod heartbeat {pod.id}")
    return page([f"{ref(pod)} has no heartbeat address. {line} makes one."], key="heartbeat")


def only_by_slash(pod: Pod) -> Content:
    line = code(f"/pod heartbeat {pod.id}")
    return page(
        [f"Type {line} as a slash command: only its answer is stored nowhere, as the address is a secret."],
        key="heartbeat",
    )


def switched_off() -> Content:
    return page([f"Heartbeats over HTTP are switched off here (PODKEEPER_HEARTBEAT_URL). {_by_log()}"], key="heartbeat")


def secret(pod: Pod) -> Content:
    return page([f"The heartbeat address of {ref(pod)} is a secret, so it is not for sharing."], key="heartbeat")


def _by_log() -> str:
    return f"Without HTTP, printing {code(HEARTBEAT)} to the pod's log does the same."
