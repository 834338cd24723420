"""Deleting a network volume: the question that names what is lost, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.figures import at, per_month, span
from bot.views.layout import page, small
from bot.views.text import code, listed, people, person, pod_ref, prose
from pods.messages import Content
from pods.model import Pod
from pods.offers import NetworkVolume
from pods.policy import Role
from pods.volume_deletions import DeletionState, VolumeDeletion

YES: Final = "volume.yes"
NO: Final = "volume.no"
DELETE: Final = "volume.delete"
_NAMED: Final = 5


def volume_ref(volume: NetworkVolume) -> str:
    return pod_ref(volume.name or volume.id, volume.id)


def delete_button(volume_id: str, nonce: str, *, label: str = "Delete…") -> Button:
    """Asks first, as the command does."""
    return Button(label, action_id=DELETE, value=f"{volume_id}:{nonce}")


def ask(deletion: VolumeDeletion, month: Decimal | None, *, now: datetime, tz: ZoneInfo) -> Content:
    """Of who asked alone: what is gone for good, what it saves, until when."""
    volume = deletion.volume
    saves = f"It saves {per_month(month)} (estimate)." if month else "What it costs is not known."
    return page(
        [
            f"Delete the network volume {volume_ref(volume)}, {_what(volume)}?",
            f"Gone for good: everything on it. No pod uses it, as last listed, and nothing brings it back. {saves}",
            small(f"Only you can answer, until {at(deletion.expires_at, now, tz)}; without an answer nothing is done."),
        ],
        key=f"volume.{deletion.id}.ask",
        buttons=[
            Button("Delete for good", action_id=YES, value=f"{deletion.id}:1", style="danger"),
            Button("Cancel", action_id=NO, value=f"{deletion.id}:1"),
        ],
    )


def _what(volume: NetworkVolume) -> str:
    size = "of a size not known" if volume.size_gb is None else f"{volume.size_gb:,} GB"
    return f"{size} in {code(volume.data_center)}" if volume.data_center else size


def answered(deletion: VolumeDeletion, *, now: datetime, tz: ZoneInfo) -> Content:
    """To who pressed a button of the question."""
    ref = volume_ref(deletion.volume)
    match deletion.state:
        case DeletionState.ASKED | DeletionState.ACCEPTED:
            words = f"Confirmed: delete {ref}. The result appears in the channel."
        case DeletionState.CANCELLED:
            words = f"Cancelled: {ref} was not deleted. Nothing was done."
        case DeletionState.EXPIRED:
            words = f"Too late: the time to confirm ran out at {at(deletion.expires_at, now, tz)}. Nothing was done."
        case _:
            words = f"You answered this already; its message in the channel says how it stands with {ref}."
    return page([words], key=f"volume.{deletion.id}.{deletion.version}")


def not_yours(deletion: VolumeDeletion) -> Content:
    return page([f"Only {person(deletion.by)} can answer this. Your click changed nothing."], key="volume")


def deletion(record: VolumeDeletion, *, now: datetime, tz: ZoneInfo) -> Content:
    """The public message, edited in place."""
    head, more = _told(record, now, tz)
    took = ""
    if record.state is DeletionState.GONE and record.accepted_at is not None and record.ended_at is not None:
        took = f", took {span(record.ended_at - record.accepted_at)}"
    by = small(f"Asked by {person(record.by)} at {at(record.asked_at, now, tz)}{took}.")
    return page([head, more, by], key=f"volume.{record.id}.{record.version}")


def _told(record: VolumeDeletion, now: datetime, tz: ZoneInfo) -> tuple[str, str]:
    ref, what = volume_ref(record.volume), _what(record.volume)
    trouble = f"Trouble so far: {prose(record.why)}" if record.why else ""
    match record.state:
        case DeletionState.GONE if record.before_us:
            return f"The network volume {ref} was already gone: RunPod no longer has it. Nothing was done.", ""
        case DeletionState.GONE:
            return f"The network volume {ref} is gone, with all that was on it ({what}). It costs nothing any more.", ""
        case DeletionState.NOT_DONE:
            return f"The network volume {ref} was not deleted. {prose(record.why)}", "It stays, and goes on costing."
        case DeletionState.UNKNOWN:
            last = f"The last trouble on the way: {prose(record.why)}" if record.why else ""
            head = f"*DELETION NOT CONFIRMED*: network volume {ref}. It may still be there and cost."
            return (
                head,
                f"Ordered, and RunPod does not show that it is gone. `/pod volumes` says what it lists. {last}".strip(),
            )
        case DeletionState.CALLING | DeletionState.CONFIRMING:
            until = f"I call it gone once RunPod no longer has it, or say so at {at(record.deadline, now, tz)}."
            return f"Deleting the network volume {ref} ({what}).", f"{until} {trouble}".strip()
        case _:
            return f"About to delete the network volume {ref} ({what}): asking RunPod who uses it.", trouble


def no_such(typed: str, known: Sequence[NetworkVolume]) -> Content:
    have = f" The account has {listed([volume_ref(each) for each in known[:_NAMED]])}." if known else ""
    return page([f"I know no network volume {code(typed)}.{have} `/pod volumes` lists them all."], key="volume")


def which(typed: str, found: Sequence[NetworkVolume]) -> Content:
    ids = listed([code(f"/pod delete-volume {each.id}") for each in found[:_NAMED]], joint="or")
    return page([f"{len(found)} network volumes are called {code(typed)}. Type {ids}."], key="volume")


def in_use(volume: NetworkVolume, pods: Sequence[Pod]) -> Content:
    """Refused before anything is asked; the worker looks again before it calls."""
    whose = listed([pod_ref(each.name, each.id) for each in pods[:_NAMED]])
    words = f"The network volume {volume_ref(volume)} is in use by {whose}. Nothing was done."
    return page([words, "Terminate what uses it first, if its data may go."], key="volume")


def perhaps_in_use(volume: NetworkVolume, pods: Sequence[Pod]) -> Content:
    whose = listed([pod_ref(each.name, each.id) for each in pods[:_NAMED]])
    words = f"RunPod does not say what {whose} has mounted, so {volume_ref(volume)} may be in use. Nothing was done."
    return page([words], key="volume")


def already(deletion: VolumeDeletion) -> Content:
    words = f"{person(deletion.by)} is already deleting {volume_ref(deletion.volume)}. Nothing was done twice."
    return page([words], key="volume")


def role_needed(role: Role, who: Sequence[str]) -> Content:
    help_ = f"{people(who, joint='or')} can do it." if who else "The policy names nobody who can."
    return page([f"Only an {role.word} may delete a network volume. Nothing was done. {help_}"], key="volume")
