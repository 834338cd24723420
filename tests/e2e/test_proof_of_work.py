"""What proves work keeps a pod from being called idle: its log, its Jupyter, a probe, a heartbeat by HTTP, a keep."""

from __future__ import annotations

import pytest

from pods.audit import AuditEntry, Event
from pods.heartbeats import issue
from pods.holds import HoldKind
from pods.verdicts import Reason, VerdictKind
from tests.e2e.inline import BOB, Bot

pytestmark = pytest.mark.long

#: Idle since this morning in the demo's account.
POD = "f6j1bs"
MINUTE = 60


def watch(bot: Bot, *protectors: str, more: str = "") -> None:
    """Judge by a window of five minutes, with these protectors; tell it in the channel."""
    room = bot.slack.workspace.channel("gpu-pods").id
    text = bot.policy_path.read_text()
    rule = f"[idle]\nwindow_min = 5\nasked_every_s = 30\nprotectors = {list(protectors)!r}\n".replace("'", '"')
    ladder = "[ladder]\nnudge_after_min = 5\n"
    routes = f'[[route]]\nchannel = "{room}"\nkinds = ["idle"]\n[strays]\nask = false\n'
    bot.policy_path.write_text(f"{text}{rule}{ladder}{routes}{more}")
    bot.loop.publish_policy(bot.clock.now())
    bot.own(POD, BOB)


def judged(bot: Bot, minutes: float = 8) -> tuple[VerdictKind, Reason]:
    bot.pass_time(minutes * MINUTE, step=30)
    verdict = bot.store.verdicts.get(POD)
    assert verdict is not None
    return verdict.kind, verdict.reason


def nudged(bot: Bot) -> bool:
    return any("notebook-eva" in post.text for post in bot.posts())


def test_a_silent_pod_is_idle_by_its_log(bot: Bot) -> None:
    watch(bot, "log_rate", "heartbeat")
    assert judged(bot, 12)[0] is VerdictKind.IDLE
    assert nudged(bot)


def test_a_heartbeat_by_http_protects_it_and_its_silence_ends_that(bot: Bot) -> None:
    watch(bot, "log_rate", "heartbeat")
    given = issue(POD, by=BOB, now=bot.clock.now())
    entry = AuditEntry(at=bot.clock.now(), event=Event.HELD, by=BOB, pod_id=POD)
    bot.store.heartbeats.put(given, bot.clock.now(), entry)
    for _ in range(3):
        assert bot.store.heartbeats.take(given.token, bot.clock.now())
        assert judged(bot, 3)[0] is not VerdictKind.IDLE
    assert judged(bot, 1) == (VerdictKind.BUSY, Reason.PROTECTED)
    assert not nudged(bot)
    assert judged(bot, 12)[0] is VerdictKind.IDLE
    assert nudged(bot)


def test_a_kernel_that_computes_protects_it(bot: Bot) -> None:
    watch(bot, "jupyter")
    kernels = [{"state": "busy", "active_ago_s": 1, "connections": 1, "name": "python3"}]
    bot.control(f"pods/{POD}/web", port=8888, mode="ok", kernels=kernels)
    assert judged(bot) == (VerdictKind.BUSY, Reason.PROTECTED)
    kernels = [{"state": "idle", "active_ago_s": 9_000, "connections": 0, "name": "python3"}]
    bot.control(f"pods/{POD}/web", port=8888, mode="ok", kernels=kernels)
    assert judged(bot, 12)[0] is VerdictKind.IDLE


@pytest.mark.parametrize("mode", ["hang", "403", "502"])
def test_a_jupyter_that_cannot_be_asked_is_not_silence(bot: Bot, mode: str) -> None:
    watch(bot, "jupyter")
    bot.control(f"pods/{POD}/web", port=8888, mode=mode)
    assert judged(bot, 9) == (VerdictKind.UNKNOWN, Reason.PROTECTOR)
    assert not nudged(bot)


def test_a_probe_of_the_policy_protects_it(bot: Bot) -> None:
    probe = '[[probe]]\npods = ["notebook-*"]\nport = 8188\npath = "/queue"\nbusy = "running"\n'
    watch(bot, "http", more=probe)
    bot.runpod.world.pods[POD].ports.append("8188/http")
    bot.control(f"pods/{POD}/web", port=8188, mode="ok", body="2 running")
    assert judged(bot) == (VerdictKind.BUSY, Reason.PROTECTED)
    bot.control(f"pods/{POD}/web", port=8188, mode="ok", body="nothing in the queue")
    assert judged(bot, 12)[0] is VerdictKind.IDLE


def test_a_log_that_cannot_be_read_is_not_silence(bot: Bot) -> None:
    watch(bot, "log_rate")
    bot.fault(kind="status", operation="logs", status=500)
    assert judged(bot, 9) == (VerdictKind.UNKNOWN, Reason.PROTECTOR)
    assert not nudged(bot)


def test_a_kept_pod_is_not_asked_about_until_the_keep_ends(bot: Bot) -> None:
    watch(bot, "log_rate")
    bot.exec(f"/pod keep {POD} 30m")
    assert judged(bot, 20)[0] is VerdictKind.IDLE
    cards = [post for post in bot.posts() if post.metadata is not None and "notebook-eva" in post.text]
    assert cards == []
    record = bot.store.holds.get(POD)
    assert record is not None
    assert [hold.kind for hold in record.holds] == [HoldKind.KEEP]
    judged(bot, 14)
    cards = [post for post in bot.posts() if post.metadata is not None and "notebook-eva" in post.text]
    assert len(cards) == 1
