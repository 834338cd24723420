"""The short private lines a person reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.views.figures import span
from bot.views.layout import page
from bot.views.text import code, counted, listed, people, person, pod_ref, prose, refs
from bot.views.verbs import FORMS
from pods.errors import PodkeeperError
from pods.gates import Gate
from pods.messages import Content
from pods.model import Verb
from pods.operations import Operation, OperationState
from pods.requests import Request

#: More pods than this are counted, not named.
_NAMED = 5
#: True wherever the fault struck.
_UNSURE = (
    "If a message about this appears within a minute, it was recorded all the same; otherwise nothing was done, and "
    "you can ask again."
)


def on_it(verb: Verb, pods: Sequence[tuple[str, str]], cost: str = "") -> Content:
    """`cost`: what it comes to, where anything would be spent."""
    return page([f"On it: {verb.value} {_pods(pods)}. The result appears in this channel.", cost], key="ack")


def approvers_asked(verb: Verb, pods: Sequence[tuple[str, str]], gate: Gate) -> Content:
    """A second person decides about the price first."""
    who = people(gate.who, joint="or")
    return _line(
        f"{_pods(pods)} needs a second person's approval of its price, so I asked {who} first. "
        f"Your {FORMS[verb].noun} waits for the answer, in this channel."
    )


def owner_asked(verb: Verb, pods: Sequence[tuple[str, str]], owners: Sequence[str]) -> Content:
    whose = people(owners, joint="or")
    return _line(
        f"{_pods(pods)} belongs to {whose}, so I asked there first. "
        f"Your {FORMS[verb].noun} waits for the answer, in this channel."
    )


def already_running(request: Request, operations: Sequence[Operation], now: datetime) -> Content:
    """The same words or the same button twice: what the first one made, and how far it is."""
    noun = FORMS[request.verb].noun
    pods = _pods([(each.name, each.pod_id) for each in operations])
    asked = f"asked {span(now - request.created_at)} ago"
    if any(each.state is OperationState.WAITING for each in operations):
        return _line(f"This {noun} of {pods} was already {asked} and waits for an answer. I did not ask twice.")
    if all(each.ended for each in operations):
        return _line(f"This {noun} of {pods} was {asked} and has ended; its message in the channel says how.")
    return _line(f"This {noun} of {pods} already runs, {asked}. I did not start it twice.")


def busy(verb: Verb, holders: Sequence[Operation], now: datetime) -> Content:
    """Every pod asked for is held by someone else."""
    lines = [f"{_holding(each, now)}." for each in holders[:_NAMED]]
    if len(holders) > _NAMED:
        lines.append(f"{counted(len(holders) - _NAMED, 'more pod')} are held as well.")
    return _line(" ".join((*lines, f"Your {FORMS[verb].noun} was not done.")))


def _holding(holder: Operation, now: datetime) -> str:
    pod = pod_ref(holder.name, holder.pod_id)
    if holder.state is OperationState.WAITING:
        waited = span(now - holder.created_at)
        return f"{person(holder.by)}'s {FORMS[holder.verb].noun} of {pod} waits for an answer, for {waited}"
    return f"{person(holder.by)} is already {FORMS[holder.verb].ing} {pod}, for {span(now - holder.accepted_at)}"


def too_late(seconds: float) -> Content:
    return _line(f"That took {seconds:.1f} s to reach me, which is too long to act on. Nothing was done; ask again.")


def own_fault(error_id: str, *, recorded: bool) -> Content:
    """`recorded` only where that is certain: a fault may strike between the write and the answer."""
    became = "What you asked was recorded and not yet carried out; I try again within 30 s." if recorded else _UNSURE
    return _line(f"Something in me failed (error {code(error_id)}). {became}")


def store_down() -> Content:
    return _line(f"My store does not answer, and without it I do nothing new. {_UNSURE}")


def not_recorded(error: PodkeeperError) -> Content:
    return _line(prose(error.sentence))


def foreign() -> Content:
    return _line("I work for one workspace only, and this came from outside it. Nothing was done.")


def looking_again() -> Content:
    return _line("Looking again now. The message changes when RunPod's answer does.")


def forgotten() -> Content:
    """A button older than what is kept."""
    return _line("That message is too old: what it was about is no longer on record. Nothing was done; ask again.")


def changed_meanwhile() -> Content:
    return _line("Somebody else decided this, or its time ran out, in the same moment. Its message says what holds.")


def _pods(pods: Sequence[tuple[str, str]]) -> str:
    if len(pods) <= _NAMED:
        return refs(pods)
    return listed([*(pod_ref(*each) for each in pods[:_NAMED]), counted(len(pods) - _NAMED, "more pod")])


def _line(words: str) -> Content:
    return page([words], key="ack")
