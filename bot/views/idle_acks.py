"""What a person reads whose answer to a nudge changed nothing, and why."""

from __future__ import annotations

from bot.views.layout import page
from bot.views.text import code, person, pod_ref, ref
from pods.messages import Content
from pods.model import Pod


def over(name: str, pod_id: str) -> Content:
    """The message is of a spell that ended."""
    what = f"That message about {pod_ref(name, pod_id)} is over: it worked, stopped or was restarted meanwhile."
    return page([f"{what} Nothing was done. {code(f'/pod why {pod_id}')} says how it stands."], key="idle.over")


def nobodys(pod: Pod) -> Content:
    return page([f"{ref(pod)} has no owner, so there was nothing to change."], key="idle.nobodys")


def somebodys(pod: Pod, owner: str) -> Content:
    """Not mine, said of what is another's."""
    typed = code(f"/pod give {pod.id} @person")
    return page([f"{ref(pod)} is {person(owner)}'s, not yours. {typed} hands it over."], key="idle.somebodys")


def unknown_choice() -> Content:
    return page(["I do not know that choice; the message may be older than I am. Nothing was done."], key="idle.choice")
