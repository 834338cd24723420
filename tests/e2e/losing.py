"""Pods that go down behind everybody's back, for tests of what follows a loss."""

from __future__ import annotations

import json

from pods.recovery.record import Recovery, recovery_id
from tests.e2e.inline import Bot


def protected(bot: Bot, rule: str, pod_id: str = "r8h5yc") -> None:
    """A policy with that rule, and the pod protected by it, its spec read."""
    room = bot.slack.workspace.channel("gpu-pods").id
    route = f'\n[[route]]\nchannel = "{room}"\nkinds = ["losses", "notices"]\n'
    text = bot.policy_path.read_text() + route + rule
    bot.policy_path.write_text(text)
    bot.store.people.publish(text, bot.clock.now())
    bot.pass_time(40, step=10)
    bot.exec(f"/pod protect {pod_id} {rule.partition('name = ')[2].partition(chr(10))[0].strip(chr(34))}")
    bot.pass_time(4)


def do(bot: Bot, pod_id: str, what: str) -> None:
    """Something happens to the pod at RunPod, and not by the API."""
    answer = bot.runpod.handle("POST", f"/control/pods/{pod_id}/do", {}, {}, json.dumps({"what": what}).encode())
    assert answer.status < 300, answer.body


def lose(bot: Bot, what: str = "kill", pod_id: str = "r8h5yc") -> str:
    """The pod goes down behind everybody's back, and the watch sees it; the loss's id."""
    before = set(bot.store.losses.ids())
    do(bot, pod_id, what)
    spent = 0.0
    while not (new := set(bot.store.losses.ids()) - before):
        bot.pass_time(10, step=10)
        spent += 10
        assert spent < 300, "no loss was seen"
    return new.pop()


def plan(bot: Bot, loss_id: str) -> Recovery:
    while (found := bot.store.recoveries.get(recovery_id(loss_id))) is None:
        bot.pass_time(10, step=10)
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


def card(bot: Bot) -> str:
    """The newest incident's card in the channel, as it reads now."""
    return next(post.text for post in reversed(bot.posts()) if "Incident `" in post.text)
