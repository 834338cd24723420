"""What protection means for one pod: what would be tried, for how much, and what cannot be done for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at, per_hour, span
from bot.views.layout import page, small
from bot.views.recovery_words import MOVES, moves_listed
from bot.views.text import code, listed, person, pod_ref, prose
from pods.messages import Content
from pods.model import Pod
from pods.money import dollars
from pods.protection import Protection
from pods.recovery.lineage import Lack, Lineage, lacks
from pods.recovery.rules import CHECKPOINT_LINE, Move, RecoveryRule, Shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    protection: Protection
    rule: RecoveryRule
    #: The policy has no rule of that name any more; `rule` is what holds instead.
    rule_gone: bool
    lineage: Lineage | None
    #: As last listed; None: it is not in the list.
    pod: Pod | None
    now: datetime
    tz: ZoneInfo


def card(scene: Scene) -> Content:
    protection = scene.protection
    ref = pod_ref(protection.pod_name, protection.pod_id)
    if protection.rule is None:
        return page([f"{ref} is no longer protected, said by {person(protection.by)}."], key=_key(scene))
    head = f"{ref} is protected: if it is lost, I bring its work back by rule {code(protection.rule)}."
    return page(
        [
            head,
            _would(scene),
            *_warnings(scene),
            _saves(scene.rule),
            small(f"{_kept(scene)} Asked by {person(protection.by)}."),
        ],
        key=_key(scene),
    )


def _key(scene: Scene) -> str:
    read = scene.lineage.version if scene.lineage else 0
    return f"protect.{scene.protection.pod_id}.{scene.protection.version}.{read}"


def _would(scene: Scene) -> str:
    rule = scene.rule
    gone = "The policy has no rule of that name any more, so the default holds. " if scene.rule_gone else ""
    local = scene.pod is not None and (scene.pod.persistent is not None or not scene.pod.mounts_known)
    possible = [move for move in rule.moves if move is Move.RESUME or (not local and _can(move, scene))]
    if not possible:
        return f"{gone}The rule has no move that can be made for it, so nothing would be done."
    moves = moves_listed([MOVES[move] for move in possible])
    cap = f"{per_hour(rule.price_cap)}" if rule.price_cap is not None else "what it cost before"
    husk = " Then I remove the old pod." if rule.terminate_husk and not local and len(possible) > 1 else ""
    return (
        f"{gone}I would {_first(moves)}. No more than {cap}, {dollars(rule.budget)} for tries that bring nothing, "
        f"{_tries(rule.attempts_per_hour)} an hour, {span(rule.deadline)} from the loss.{husk}"
    )


def _can(move: Move, scene: Scene) -> bool:
    """Whether a move that makes a new pod means anything for this one, as far as is known."""
    spec = scene.lineage.spec if scene.lineage else None
    if move is Move.OTHER_CENTER:
        return scene.pod is None or scene.pod.network is None
    return move is not Move.ON_DEMAND or spec is None or spec.bid is not None


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number} tries"


def _first(moves: str) -> str:
    return moves if moves.startswith("resume") else f"make {moves}"


def _warnings(scene: Scene) -> Sequence[str]:
    if scene.pod is None:
        return ["RunPod's list does not have it now, so what could be done for it is not known."]
    if scene.lineage is None:
        return []
    return [_LACKS[lack](scene) for lack in lacks(scene.lineage, scene.pod, scene.rule)]


def _host_local(scene: Scene) -> str:
    disk = scene.pod.persistent if scene.pod else None
    size = f" ({disk.size_gb} GB at {code(disk.path)})" if disk else ""
    return f"Its data is on its host's own disk{size}: I can only resume it there, and do not move it."


def _env_not_kept(scene: Scene) -> str:
    spec = scene.lineage.spec if scene.lineage else None
    names = listed([code(each) for each in spec.unkept]) if spec else "its variables"
    return (
        f"If RunPod forgets the pod altogether, I cannot make it again: the values of {names} are not kept, since "
        "PODKEEPER_SPEC_KEY is not set. An admin sets it, or writes the values as RunPod secrets."
    )


_LACKS: Final = {
    Lack.LOCKED: lambda _: "It is locked, and I touch no locked pod: unlock it, or nothing is done when it is lost.",
    Lack.CLUSTER: lambda _: "It belongs to a cluster, which I do not change: nothing is done when it is lost.",
    Lack.MOUNTS_UNKNOWN: lambda _: "It is not known what is mounted, so I would only resume it.",
    Lack.HOST_LOCAL: _host_local,
    Lack.NOTHING_KEPT: lambda _: "It has no volume: a new pod begins from its image alone.",
    Lack.ONE_CENTER: lambda _: "Its network volume keeps it in its data center.",
    Lack.ENV_NOT_KEPT: _env_not_kept,
}


def _saves(rule: RecoveryRule) -> str:
    found = rule.checkpoint
    if found is None:
        short = span(rule.useful)
        return f"No checkpoint is declared: after two runs in a row shorter than {short} I stop bringing it back."
    ways = {
        Shows.LOG: f"a log line that matches {code(found.pattern)}",
        Shows.LINE: f"a log line with {code(CHECKPOINT_LINE)}",
        Shows.HTTP: f"port {found.port} at {code(found.path)}",
    }
    every = span(found.every)
    return f"A checkpoint shows in {ways[found.shows]}, about every {every}: after two runs without one I stop."


def _kept(scene: Scene) -> str:
    lineage = scene.lineage
    if lineage is None or (lineage.spec is None and not lineage.trouble):
        return "What it is made of is being read."
    if lineage.spec is None or lineage.spec_at is None:
        return f"What it is made of could not be read: {prose(lineage.trouble)}"
    env = lineage.spec.env
    counts = (
        (sum(each.reference is not None for each in env), "as references"),
        (sum(each.sealed is not None for each in env), "encrypted"),
        (len(lineage.spec.unkept), "by name only"),
    )
    told = listed([f"{number} {how}" for number, how in counts if number])
    variables = f"its variables ({told})" if told else "no variables"
    since = at(lineage.spec_at, scene.now, scene.tz)
    return f"What it is made of is kept since {since}: image, disks, ports, {variables}."


def protecting(pods: Sequence[Pod], rule: str) -> Content:
    return page([f"On it: protect {_named(pods)} by rule {code(rule)}. What it means appears here."], key="protect.ack")


def unprotecting(pods: Sequence[Pod]) -> Content:
    return page([f"On it: {_named(pods)} will not be brought back any more."], key="unprotect.ack")


def _named(pods: Sequence[Pod]) -> str:
    return listed([pod_ref(each.name, each.id) for each in pods])


def unknown_rule(name: str, known: Sequence[str]) -> Content:
    rules = listed([code(each) for each in known], joint="or")
    return page([f"There is no recovery rule {code(name)}. I take {rules}. Nothing was changed."], key="protect.rule")


def not_protected(pods: Sequence[Pod]) -> Content:
    verb = "was" if len(pods) == 1 else "were"
    return page([f"{_named(pods)} {verb} not protected. Nothing was changed."], key="unprotect.none")


def others_pod(pod: Pod, owner: str) -> Content:
    ref = pod_ref(pod.name, pod.id)
    return page([f"{ref} is {person(owner)}'s. Only they or an admin can change its protection."], key="protect.own")
