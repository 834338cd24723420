"""The whole bot in one process: real Bolt, real Valkey, the simulated Slack over loopback, the simulated RunPod behind
httpx. Jobs run inline and time moves by hand, so a scenario takes milliseconds.

    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last("gpu-pods").text
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from slack_bolt import BoltRequest
from slack_sdk import WebClient

from bot.app import SlackEnds, build_app
from bot.chat import SlackChat
from bot.commands.catalog import REGISTRY
from bot.face import Face
from pods.audit import AuditEntry
from pods.fleet import Owner, OwnerKind, PodFacts
from pods.jobs import Job
from pods.pager.pagerduty import PagerDuty
from pods.policy import Role
from pods.runpod.provider import RunPodProvider, build_provider
from pods.runpod.proxy import ProxyWeb
from pods.sealing import Sealer, new_key
from pods.store import Store
from sim.clock import SimClock
from sim.pagerduty import KEY as PAGER_KEY
from sim.pagerduty import SimPagerDuty
from sim.runpod import Seed, SimRunPod, demo_seed
from sim.runpod.transport import mock_transport
from sim.slack import Place, SimSlack
from sim.slack.delivery.in_process import to_bolt
from tests.e2e.seen import Heard, Post, find_button, posts_of
from tests.marks import forget
from workers import context
from workers.clock import ClockLoop

ALICE, BOB, CARA, DAVE = "U0ALICE", "U0BOB", "U0CARA", "U0DAVE"
INTENT_S = 10
#: Make one of the server's databases what another is.
_COPY = """
redis.call('SELECT', ARGV[2])
redis.call('FLUSHDB')
redis.call('SELECT', ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('COPY', key, key, 'DB', ARGV[2]) end
"""
START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

POLICY = """
zone = "Europe/Berlin"
[roles]
default = "none"
[roles.admin]
users = ["U0ALICE"]
[roles.operator]
users = ["U0BOB", "U0DAVE"]
[roles.viewer]
users = ["U0CARA"]
[direct]
ceiling = "operator"
"""


@dataclass
class Bot:
    store: Store
    slack: SimSlack
    runpod: SimRunPod
    clock: SimClock
    base_url: str
    policy_path: Path
    jobs: list[tuple[Job, str]] = field(default_factory=list)
    asked: int = 0
    sealer: Sealer = field(default_factory=lambda: Sealer(new_key()))
    #: The test provokes faults of ours.
    faulty: bool = False
    #: Jobs that no worker takes. Eight weeks of bills are read by the tests that are about money alone.
    unserved: set[Job] = field(default_factory=lambda: {Job.BILL})

    def __post_init__(self) -> None:
        self.provider = self._provider("auto")
        self.pagerduty = SimPagerDuty()
        token = self.slack.workspace.bot_token
        context.install(
            context.Context(
                account="main",
                store=self.store,
                provider=self.provider,
                chat=SlackChat(token, f"{self.base_url}/api/"),
                web=ProxyWeb("http://runpod.test/proxy/{pod}-{port}", transport=mock_transport(self.runpod)),
                clock=self.clock,
                wake=self._wake,
                pager=PagerDuty(SecretStr(PAGER_KEY), transport=self.pagerduty.transport()),
                sealer=self.sealer,
            )
        )
        self.face = Face(
            account="main",
            team=self.slack.workspace.team_id,
            bot_user=self.slack.workspace.bot.user_id,
            store=self.store,
            clock=self.clock,
            wake=self._wake,
            registry=REGISTRY,
            sealer=self.sealer,
        )
        self.app = build_app(
            self.face, SlackEnds(client=WebClient(token=token, base_url=f"{self.base_url}/api/", retry_handlers=[]))
        )
        self.slack.delivery.use_in_process(to_bolt(self.app))
        self.loop = ClockLoop(
            name="test",
            store=self.store,
            clock=self.clock,
            wake=self._wake,
            policy_path=self.policy_path,
            monotonic=lambda: self.clock.now().timestamp(),
        )
        self.tick()

    def _wake(self, job: Job, subject: str) -> None:
        self.jobs.append((job, subject))

    def _provider(self, mode: str) -> RunPodProvider:
        return build_provider(
            api_key="rp_full",
            clock=self.clock,
            mode=mode,
            rest_url="http://runpod.test/v2",
            graphql_url="http://runpod.test/graphql",
            transport=mock_transport(self.runpod),
        )

    def close(self) -> None:
        failed = {name: n for name, n in self.store.clockwork.counters().items() if name.startswith("job_failed_")}
        self.app.listener_runner.listener_executor.shutdown(wait=True)
        self.provider.close()
        assert self.faulty or not failed, f"faults of ours that no test asked for: {failed}"

    # -- time and work

    def tick(self) -> None:
        """One round of the clock and every job it or anybody else woke."""
        self.forget_real_time()
        self.loop.tick()
        while self.jobs:
            job, subject = self.jobs.pop(0)
            if job in self.unserved:
                continue
            module, _, name = job.value.rpartition(".")
            run: Callable[[str], None] = getattr(importlib.import_module(module), name)
            run(subject)
            self.forget_real_time()

    def forget_real_time(self, *, waited: bool = False) -> None:
        """Marks that last real seconds: no real time passes here. `waited`: as after ten seconds and more."""
        forget(self.store.client, "*woken*", "*paced*", "*:lease", *(("*intent*",) if waited else ()))

    def pass_time(self, seconds: float, *, step: float = 2.0) -> None:
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.clock.advance(min(step, (end - self.clock.now()).total_seconds()))
            self.tick()
        self.forget_real_time(waited=seconds > INTENT_S)

    def settle(self, limit_s: float = 900, *, step: float = 1) -> None:
        """Until nothing is under way: every operation ended, every message told."""
        spent = 0.0
        self.tick()
        while self.store.walk.open_operations() or list(self.store.outbox.keys_waiting()):
            self.clock.advance(step)
            self.tick()
            spent += step
            assert spent < limit_s, "the walk does not come to an end"

    # -- people

    def exec(self, text: str, *, user: str = BOB, channel: str = "gpu-pods", settle: bool = True) -> Heard:
        """Type a slash command; what its author reads privately, and the channel's messages, once all is done."""
        before = len(self.slack.seen(user))
        room = self.slack.workspace.channel(channel)
        self.slack.command(user, room.id, text)
        if settle:
            self.settle()
        return self.heard(user, channel, before)

    def say(self, text: str, *, user: str = BOB, channel: str = "gpu-pods", thread_ts: str | None = None) -> Heard:
        before = len(self.slack.seen(user))
        self.slack.say(user, self.slack.workspace.channel(channel).id, text, thread_ts=thread_ts)
        self.settle()
        return self.heard(user, channel, before)

    def heard(self, user: str, channel: str, since: int) -> Heard:
        events = self.slack.seen(user)[since:]
        private = [e["message"]["text"] for e in events if "message" in e and e["message"].get("ephemeral")]
        return Heard(private=private, public=[m.text for m in self.posts(channel)])

    def posts(self, channel: str = "gpu-pods") -> list[Post]:
        """The bot's own messages, oldest first."""
        return posts_of(self.slack, channel)

    def last(self, channel: str = "gpu-pods") -> Post:
        return self.posts(channel)[-1]

    def press(self, label: str, *, user: str = BOB, channel: str = "gpu-pods", settle: bool = True) -> None:
        """Press the newest button of that label that the person can see."""
        message, block_id, action_id = self.button(label, user)
        place = Place(block_id=block_id, action_id=action_id, channel=message["channel"], message_ts=message["ts"])
        self.slack.act(user, place)
        if settle:
            self.settle()

    def button(self, label: str, user: str) -> tuple[dict[str, Any], str, str]:
        for event in reversed(self.slack.seen(user)):
            message: dict[str, Any] = event.get("message") or {}
            found = find_button(message, label)
            if found is not None:
                return message, *found
        raise AssertionError(f"nobody shows {user} a button {label!r}")

    def ask(self, text: str, user: str, *, channel: str = "gpu-pods", team: str | None = None) -> str:
        """A slash command's payload as Slack would send it; the text of the ack."""
        self.asked += 1
        payload = {
            "command": "/pod",
            "text": text,
            "team_id": team or self.face.team,
            "user_id": user,
            "channel_id": self.slack.workspace.channel(channel).id,
            "trigger_id": f"asked-{self.asked}",
        }
        response = self.app.dispatch(BoltRequest(mode="socket_mode", body=payload))
        assert response.status == 200
        return str(json.loads(response.body)["text"])

    def forge_click(self, user: str, message: dict[str, Any], block_id: str, action_id: str) -> int:
        """A payload no Slack client would send: somebody presses what only another can see."""
        elements = next(block for block in message["blocks"] if block["block_id"] == block_id)["elements"]
        value = next(element for element in elements if element["action_id"] == action_id).get("value", "")
        payload = {
            "type": "block_actions",
            "team": {"id": self.face.team},
            "user": {"id": user, "team_id": self.face.team},
            "channel": {"id": message["channel"]},
            "container": {"channel_id": message["channel"]},
            "trigger_id": f"forged-{user}-{action_id}",
            "actions": [{"action_id": action_id, "block_id": block_id, "value": value, "type": "button"}],
        }
        return self.app.dispatch(BoltRequest(mode="socket_mode", body=payload)).status

    def pick(self, query: str, *, user: str = BOB) -> str:
        """Type into the newest pod picker and take its first option; the option's pod name."""
        for event in reversed(self.slack.seen(user)):
            message = event.get("message") or {}
            for block in message.get("blocks", []):
                for element in [*block.get("elements", []), block.get("accessory") or {}]:
                    if element.get("type") != "external_select":
                        continue
                    place = Place(
                        block_id=block["block_id"],
                        action_id=element["action_id"],
                        channel=message["channel"],
                        message_ts=message["ts"],
                    )
                    option = self.slack.options(user, place, query)["options"][0]
                    self.slack.act(user, place, selected_option=option)
                    self.settle()
                    return str(option["text"]["text"])
        raise AssertionError(f"nobody shows {user} a picker")

    def everything_told(self, user: str) -> list[str]:
        """Every text a person's client was shown, edits and ephemerals included."""
        return [event["message"]["text"] for event in self.slack.seen(user) if "message" in event]

    # -- the account

    def fault(self, **fault: object) -> None:
        self.control("faults", **fault)

    def deed(self, pod: str, what: str) -> None:
        """Do something to a pod as RunPod's console or its host would."""
        self.control(f"pods/{pod}/do", what=what)

    def control(self, path: str, **body: object) -> None:
        """Turn something behind RunPod's back; see sim/runpod/control."""
        answer = self.runpod.handle("POST", f"/control/{path}", {}, {}, json.dumps(body).encode())
        assert answer.status < 300, answer.body

    def control_delete(self, path: str) -> None:
        assert self.runpod.handle("DELETE", f"/control/{path}", {}, {}, b"").status < 300

    def start_over(self) -> None:
        """The same account and channel as at the start, with nothing recorded."""
        policy, keys = self.store.client.get(self.store.keys.policy), self.store.keys
        self.store.client.flushdb()
        assert isinstance(policy, str)
        self.store.client.set(keys.policy, policy)
        self.runpod.reset()
        self.jobs.clear()
        self.tick()

    def remember(self) -> None:
        """Keep everything that stands in the store, for `go_back`."""
        self.store.client.eval(_COPY, 0, 0, 9)

    def go_back(self) -> None:
        """The store as it was remembered and the account as at the start, in a tenth of the time of starting over."""
        self.store.client.eval(_COPY, 0, 9, 0)
        self.runpod.reset()
        self.jobs.clear()

    def reseed(self, seed: Seed) -> None:
        self.runpod.seed = seed
        self.start_over()

    def use_api(self, mode: str) -> None:
        """Run the workers on one of RunPod's two APIs."""
        self.use_provider(mode)
        self.start_over()

    def use_provider(self, mode: str) -> None:
        """As after a worker was started anew: what its process knew of RunPod's APIs is forgotten."""
        self.provider.close()
        self.provider = self._provider(mode)
        context.install(replace(context.current(), provider=self.provider))

    def set_ceiling(self, ceiling: Role) -> None:
        text = self.policy_path.read_text().rpartition("ceiling = ")[0]
        self.store.people.publish(f'{text}ceiling = "{ceiling.word}"\n', self.clock.now())
        self.policy_path.write_text(f'{text}ceiling = "{ceiling.word}"\n')

    def add_policy(self, text: str) -> None:
        """More tables at the end of the policy file, in force at once."""
        self.policy_path.write_text(f"{self.policy_path.read_text()}\n{text}\n")
        self.loop.publish_policy(self.clock.now())

    def waiting(self) -> bool:
        """Whether a request waits at a gate."""
        return bool(self.store.client.zcard(self.store.keys.gates))

    def audited(self) -> list[AuditEntry]:
        stream: Any = self.store.client.xrange(self.store.keys.audit)
        return [AuditEntry.model_validate_json(fields["entry"]) for _, fields in stream]

    def own(self, pod_id: str, user: str) -> None:
        owner = Owner(kind=OwnerKind.PERSON, user=user, since=self.clock.now(), by=user)
        facts = PodFacts(pod_id=pod_id, owner=owner)
        self.store.client.hset(self.store.keys.facts, pod_id, facts.model_dump_json())

    def effects(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls that changed something at RunPod."""
        calls = self.runpod.calls.as_json()
        return [call for call in calls if call["effect"] and operation in {None, call["operation"]}]


def new_account(clock: SimClock) -> SimRunPod:
    return SimRunPod(clock, demo_seed())
