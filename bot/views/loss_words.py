"""One loss in words: what happened, why, what is left, what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.disks import network_volume, volume_disk
from bot.views.figures import at, per_hour, span
from bot.views.hardware import hardware
from bot.views.text import code, pod_ref, prose
from pods.losses import CauseKind, Loss, LossKind
from pods.model import Pod
from pods.money import dollars

_HOUR_S: Final = Decimal(3600)
#: Lists are this far apart at most where one time says it well enough.
_CLOSE: Final = timedelta(minutes=2)

TITLES: Final = {
    LossKind.EXITED: "Lost",
    LossKind.ERROR: "Lost",
    LossKind.GONE: "Gone",
    LossKind.CONTAINER_EXIT: "Lost",
    LossKind.RESTARTED: "Restarted",
    LossKind.CRASH_LOOP: "Crash loop",
    LossKind.ZERO_GPU: "No GPU",
}
_HAPPENED: Final = {
    LossKind.EXITED: "went down {when}",
    LossKind.ERROR: "failed {when}: RunPod says ERROR",
    LossKind.GONE: "is gone from RunPod since {when}",
    LossKind.CONTAINER_EXIT: "lost its container {when}, while RunPod still says RUNNING",
    LossKind.RESTARTED: "began anew by itself {when}",
    LossKind.CRASH_LOOP: "keeps beginning anew: {restarts} restarts, the last one seen {when}",
    LossKind.ZERO_GPU: "runs without its GPUs since {when}",
}
_LOG: Final = "its host's log says {evidence}"
_CAUSES: Final = {
    CauseKind.OUTBID: "RunPod says {evidence}: somebody bid more for the machine",
    CauseKind.BALANCE: "the RunPod balance is used up ({evidence})",
    CauseKind.MAINTENANCE: "announced maintenance of its host ({evidence})",
    CauseKind.DATA_CENTER: "most likely its data center: {evidence} went down together",
    CauseKind.HOST: f"trouble of its host; {_LOG}",
    CauseKind.OUT_OF_MEMORY: f"out of memory; {_LOG}",
    CauseKind.IMAGE_PULL: f"its image could not be pulled; {_LOG}",
    CauseKind.CUDA: f"GPU or CUDA trouble; {_LOG}",
    CauseKind.PROCESS: f"its main process ended; {_LOG}",
    CauseKind.RUNPOD: "RunPod says {evidence} and gives no reason",
    CauseKind.NOT_KNOWN: "not known",
}
_KILLED: Final = "137"


def loss_ref(loss: Loss) -> str:
    return pod_ref(loss.pod.name, loss.pod_id)


def happened(loss: Loss, now: datetime, tz: ZoneInfo) -> str:
    """What happened to which pod, without the full stop."""
    words = _HAPPENED[loss.kind].format(when=_when(loss, now, tz), restarts=loss.restarts)
    return f"{loss_ref(loss)} {words}".replace("since at ", "since ").replace("since between ", "since ")


def _when(loss: Loss, now: datetime, tz: ZoneInfo) -> str:
    """At the list that showed it; where the list before is long past, between the two."""
    if loss.kind in {LossKind.RESTARTED, LossKind.CRASH_LOOP}:
        # The newest of them.
        return f"at {at(loss.confirmed_at, now, tz)}"
    if loss.seen_at - loss.well_at <= _CLOSE:
        return f"at {at(loss.seen_at, now, tz)}"
    return f"between {at(loss.well_at, now, tz)} and {at(loss.seen_at, now, tz)}"


def standing_still(loss: Loss) -> str:
    """What that means in work and money."""
    ran = hardware(loss.pod)
    rate = f" at {per_hour(loss.rate)}" if loss.rate is not None else ""
    if loss.kind is LossKind.RESTARTED:
        return f"It runs again ({ran}{rate}); whether its work goes on is for its own start script to know."
    if loss.billed_on:
        costs = f"{per_hour(loss.rate)} goes on being billed" if loss.rate is not None else "RunPod goes on billing it"
        return f"Its work stands still ({ran}), and {costs}."
    return f"Its work stands still ({ran}{rate})."


def cause(loss: Loss) -> str:
    """Why, with the words it was read from."""
    found = loss.cause
    evidence = prose(found.evidence) if found.kind is CauseKind.DATA_CENTER else code(found.evidence, 160)
    sentence = f"Cause: {_CAUSES[found.kind].format(evidence=evidence)}."
    if found.kind is CauseKind.PROCESS and _KILLED in found.evidence:
        sentence += " 137 means that it was killed, often for want of memory."
    return sentence


def cause_short(loss: Loss) -> str:
    return SHORT[loss.cause.kind]


SHORT: Final = {
    CauseKind.OUTBID: "outbid",
    CauseKind.BALANCE: "balance used up",
    CauseKind.MAINTENANCE: "host maintenance",
    CauseKind.DATA_CENTER: "data center",
    CauseKind.HOST: "host trouble",
    CauseKind.OUT_OF_MEMORY: "out of memory",
    CauseKind.IMAGE_PULL: "image not pulled",
    CauseKind.CUDA: "GPU or CUDA trouble",
    CauseKind.PROCESS: "its process ended",
    CauseKind.RUNPOD: "stopped by RunPod",
    CauseKind.NOT_KNOWN: "cause not known",
}


def left(loss: Loss) -> str:
    """What of its data is there still."""
    pod = loss.pod
    if not pod.mounts_known:
        return "What disks it had is not known, so nor is what is left of its data."
    if loss.kind is LossKind.GONE:
        return _left_of_gone(pod)
    kept = " and ".join(each for each in (volume_disk(pod), network_volume(pod)) if each)
    if loss.kind in {LossKind.CONTAINER_EXIT, LossKind.ZERO_GPU}:
        return "Its disks are still attached."
    if not kept:
        return "What it had written is gone: it has no volume disk and no network volume."
    pinned = " on its host" if pod.persistent is not None and pod.network is None else ""
    return f"Kept{pinned}: {kept}."


def _left_of_gone(pod: Pod) -> str:
    if pod.network is not None:
        return f"Kept: {network_volume(pod)}. Everything else on it is gone."
    return "Its data is gone with it: it had no network volume."


def at_risk(loss: Loss, saved_at: datetime | None, now: datetime, tz: ZoneInfo) -> str:
    """The compute since its last checkpoint, or since it began, that may have to be done again; an estimate."""
    since = saved_at or loss.began_at
    if since is None or loss.rate is None or loss.seen_at <= since:
        return ""
    lasted = loss.seen_at - since
    amount = loss.rate * Decimal(int(lasted.total_seconds())) / _HOUR_S
    anchor = "its last checkpoint" if saved_at is not None else "it began"
    unsaved = "" if saved_at is not None else ", if it saved nothing on the way"
    spent = f"{dollars(amount)} of compute since {anchor} ({at(since, now, tz)}, {span(lasted)})"
    return f"At risk: {spent}{unsaved}; an estimate."
