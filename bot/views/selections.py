"""Many pods at once: what was described, what of it is left out and why, and a line per pod that fits sixty times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.views import disks
from bot.views.layout import page
from bot.views.text import code, counted, listed, person, pod_ref
from bot.views.verbs import FORMS, STATES
from pods.messages import Content
from pods.model import Pod, PodStatus, Verb
from pods.selections import MOST, LeftOut, Selection, Why

_NAMED: Final = 8
_NAME_MAX: Final = 40


def words_of(words: Sequence[str]) -> str:
    """Mentions as names, the other words as typed."""
    return listed([each if each.startswith("<@") else code(each) for each in words])


def matching(selection: Selection | None) -> str:
    return f" matching {words_of(selection.words)}" if selection is not None else ""


def without(selection: Selection | None) -> str:
    """Which pods are left out, with the reason; empty where none is."""
    if selection is None or not selection.left_out:
        return ""
    return f"Left out: {_named(selection.left_out)}."


def _named(pods: Sequence[LeftOut]) -> str:
    named = [f"{pod_ref(each.pod_name, each.pod_id)} ({_because(each)})" for each in pods[:_NAMED]]
    rest = pods[_NAMED:]
    reasons = {each.why for each in rest}
    if not rest:
        return listed(named)
    why = f", all {_because(rest[0])}" if len(reasons) == 1 and rest[0].owner is None else ""
    return listed([*named, f"{len(rest)} more{why}"])


def _because(each: LeftOut) -> str:
    match each.why:
        case Why.LOCKED:
            return "locked"
        case Why.CLUSTER:
            return "part of a cluster"
        case Why.MISSING:
            return "missing from RunPod's last list"
        case Why.OWNER:
            return f"{person(each.owner)}'s" if each.owner else "somebody else's"


def line(pod: Pod, verb: Verb, standing: str) -> str:
    """One of many: what it is, what it costs, what it would lose."""
    return f"• {code(pod.name, _NAME_MAX)} ({code(pod.id)}){standing}{_loses(pod, verb)}"


def _loses(pod: Pod, verb: Verb) -> str:
    if verb not in {Verb.STOP, Verb.RESTART, Verb.TERMINATE}:
        return ""
    if not pod.mounts_known:
        return "; disks not known, may lose all"
    volume = f"{pod.persistent.size_gb} GB volume disk" if pod.persistent else ""
    network = "network volume" if pod.network else ""
    container = disks.size_of_container(pod) if pod.status is not PodStatus.EXITED else ""
    if verb is Verb.TERMINATE:
        gone = listed([each for each in (volume, container) if each]) or "nothing"
        return f"; loses {gone}" + (f", keeps its {network}" if network else "")
    kept = listed([each for each in (volume, network) if each])
    return f"; loses {container or 'nothing'}, keeps {kept or 'nothing'}"


def nothing(
    verb: Verb, words: Sequence[str], pods: Sequence[Pod], left_out: Sequence[LeftOut], listed_at: datetime | None
) -> Content:
    """Nothing of what was described can be done anything about."""
    if listed_at is None:
        return page(["I have not been able to list the pods yet. Nothing was done."], key="selection")
    asked = words_of(words)
    if not pods:
        return page(
            [f"No pod matches {asked}. Nothing was done.", "`/pod list` takes the same words."], key="selection"
        )
    head = f"{counted(len(pods), 'pod')} {_match(pods)} {asked}, but there is nothing to {FORMS[verb].plain}."
    if left_out:
        return page([f"{head} Nothing was done.", f"Left out: {_named(left_out)}."], key="selection")
    states = listed(sorted({STATES[pod.status] for pod in pods}))
    they = "It is" if len(pods) == 1 else "They are"
    return page([f"{head} Nothing was done.", f"{they} {states}."], key="selection")


def _match(pods: Sequence[Pod]) -> str:
    return "matches" if len(pods) == 1 else "match"


def too_many(verb: Verb, words: Sequence[str], count: int) -> Content:
    head = f"{counted(count, 'pod')} match {words_of(words)}, and I {FORMS[verb].plain} at most {MOST} at once."
    narrow = f"Narrow it, for example with a state, {code('gpu h100')}, {code('older than 14d')} or a name such as "
    return page([f"{head} Nothing was done.", f"{narrow}{code('nlp-*')}."], key="selection")


def several_owners(verb: Verb, words: Sequence[str], pods: Sequence[LeftOut]) -> Content:
    """All of them are others', and of more than one person: none is asked for pods that are not theirs."""
    head = f"{counted(len(pods), 'pod')} match {words_of(words)}, and all belong to others: {_named(pods)}."
    owner = next((each.owner for each in pods if each.owner), None)
    ask = f"Ask for one owner's at a time: {code(f'/pod {verb.value}')} and {person(owner)}." if owner else ""
    return page([f"{head} Nothing was done.", ask], key="selection")


def named_and_described(verb: Verb, named: Sequence[str], words: Sequence[str]) -> Content:
    head = f"You named {listed([code(each) for each in named])} and described others by {words_of(words)}."
    ways = f"I take one or the other: {code(f'/pod {verb.value} ' + ' '.join(named))}, or only the description."
    return page([f"{head} Nothing was done.", ways], key="selection")
