"""Losses as the detector records them, for tests of what follows a loss."""

from __future__ import annotations

import json

from pods.incidents import joined
from pods.losses import Loss, LossKind, bare
from pods.protection import Stake
from pods.recovery.record import Recovery, recovery_id
from tests.e2e.inline import Bot


def protected(bot: Bot, rule: str, pod_id: str = "r8h5yc") -> None:
    """A policy with that rule, and the pod protected by it, its spec read."""
    text = bot.policy_path.read_text() + rule
    bot.policy_path.write_text(text)
    bot.store.people.publish(text, bot.clock.now())
    bot.pass_time(40, step=10)
    bot.exec(f"/pod protect {pod_id} {rule.partition('name = ')[2].partition(chr(10))[0].strip(chr(34))}")
    bot.pass_time(4)


def do(bot: Bot, pod_id: str, what: str) -> None:
    """Something happens to the pod at RunPod, and not by the API."""
    answer = bot.runpod.handle("POST", f"/control/pods/{pod_id}/do", {}, {}, json.dumps({"what": what}).encode())
    assert answer.status < 300, answer.body


def lose(bot: Bot, what: str = "kill", pod_id: str = "r8h5yc", kind: LossKind = LossKind.EXITED) -> str:
    """The pod goes down behind everybody's back, and the loss is on record; its id."""
    pod = bot.store.fleet.load().get(pod_id)
    assert pod is not None
    do(bot, pod_id, what)
    bot.pass_time(70, step=10)
    now = bot.clock.now()
    loss = Loss(
        id=f"loss{pod_id}{int(now.timestamp())}",
        pod_id=pod_id,
        pod=bare(pod),
        kind=kind,
        stake=Stake.PROTECTED,
        well_at=now,
        seen_at=now,
        confirmed_at=now,
        incident_id=f"inc{pod_id}{int(now.timestamp())}",
    )
    bot.store.losses.change(loss.id, lambda _: loss, now)
    room = bot.slack.workspace.channel("gpu-pods").id
    incident = joined(None, loss.incident_id, loss, now, channels=(room,), hushed=False)
    bot.store.incidents.change(incident.id, lambda _: incident, now)
    return loss.id


def plan(bot: Bot, loss_id: str) -> Recovery:
    found = bot.store.recoveries.get(recovery_id(loss_id))
    assert found is not None
    return found


def until_over(bot: Bot, loss_id: str, *, most_s: float = 3600) -> Recovery:
    spent = 0.0
    while (found := bot.store.recoveries.get(recovery_id(loss_id))) is None or not found.over:
        bot.pass_time(20, step=10)
        spent += 20
        assert spent < most_s, found
    bot.pass_time(20, step=5)
    return plan(bot, loss_id)


def running(bot: Bot, name: str) -> list[str]:
    """The ids of the copies that hold compute at RunPod now."""
    pods = bot.runpod.world.pods.values()
    live = {"PROVISIONING", "STARTING", "RUNNING"}
    return [pod.id for pod in pods if pod.name.startswith(name) and pod.status.value in live]
