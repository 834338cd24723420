"""The whole product as it runs: real processes, real Valkey, real RQ workers, real Bolt over Socket Mode.

The simulated Slack and RunPod live in the test's own process, so a test can look at them and make them fail.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from app.simulators import RUNPOD_MOUNT, serving
from app.valkey import EmbeddedValkey
from app.wake import RqWake, waking_connection
from pods.jobs import Job
from pods.store import Store, open_store
from sim.clock import SimClock
from sim.runpod import PodSeed, SimRunPod, demo_seed
from sim.runpod.seeds import HOUR
from sim.runpod.server import runpod_app
from sim.runpod.state import Persistent
from sim.slack import Place, SimSlack, Workspace
from sim.slack.app import slack_app
from sim.slack.faults import Fault
from sim.slack.messages import Message
from tests.e2e.inline import BOB, POLICY
from tests.e2e.seen import Post, find_button, posts_of

T = TypeVar("T")

ROOT: Final = Path(__file__).resolve().parents[2]
PARTS: Final = ("bot", "worker act", "worker watch", "worker report", "worker deliver", "clock a", "clock b")
#: What the promise allows between a fault and the terminal message.
WITHIN_S: Final = 30.0


@dataclass
class Stack:
    slack: SimSlack
    runpod: SimRunPod
    clock: SimClock
    valkey: EmbeddedValkey
    store: Store
    wake: RqWake
    env: Mapping[str, str]
    logs: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    made: int = 0
    #: Start again what has died, as the supervisor does.
    supervised: bool = False

    # -- processes

    def start(self, part: str) -> None:
        command = part.split()[0:2] if part.startswith("worker") else part.split()[0:1]
        log = (self.logs / f"{part.replace(' ', '-')}.log").open("ab")
        self.children[part] = subprocess.Popen(
            [sys.executable, "-m", "app", *command], cwd=ROOT, env=dict(self.env), stdout=log, stderr=log
        )
        log.close()

    def kill(self, part: str) -> None:
        """Kill -9, and wait until it is gone."""
        child = self.children.pop(part)
        child.send_signal(signal.SIGKILL)
        child.wait(5)

    def stop_all(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(8)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)

    def leader(self) -> str:
        """The clock process that leads: its part's name."""
        name = self.store.client.get(self.store.keys.leader)
        assert isinstance(name, str)
        pid = int(name.rpartition("-")[2])
        return next(part for part, child in self.children.items() if child.pid == pid)

    # -- people

    def type(self, text: str, *, user: str = BOB, channel: str = "gpu-pods") -> None:
        self.slack.command(user, self.slack.workspace.channel(channel).id, text)

    def say(self, text: str, *, user: str = BOB, channel: str = "gpu-pods") -> Message:
        return self.slack.say(user, self.slack.workspace.channel(channel).id, text)

    def private(self, user: str = BOB) -> list[str]:
        events = self.slack.seen(user)
        return [e["message"]["text"] for e in events if "message" in e and e["message"].get("ephemeral")]

    def posts(self, channel: str = "gpu-pods") -> list[Post]:
        return posts_of(self.slack, channel)

    def press(self, label: str, *, user: str = BOB) -> None:
        message, block_id, action_id = self.until(lambda: self._button(label, user), f"a button {label!r}")
        self.slack.act(
            user,
            Place(block_id=block_id, action_id=action_id, channel=message["channel"], message_ts=message["ts"]),
        )

    def _button(self, label: str, user: str) -> tuple[dict[str, Any], str, str] | None:
        for event in reversed(self.slack.seen(user)):
            message = event.get("message") or {}
            found = find_button(message, label)
            if found is not None:
                return message, *found
        return None

    # -- looking

    def until(self, look: Callable[[], T | None], what: str, within_s: float = WITHIN_S) -> T:
        """What `look` gives once it gives anything; fails with the last words of each process."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            if self.supervised:
                self.revive()
            time.sleep(0.05)
        raise AssertionError(f"no {what} within {within_s:.0f} s\n{self.last_words()}")

    def until_told(self, words: str, *, channel: str = "gpu-pods", within_s: float = WITHIN_S) -> Post:
        def look() -> Post | None:
            return next((post for post in self.posts(channel) if words in post.text), None)

        seen = "\n".join(post.text for post in self.posts(channel))
        return self.until(look, f"message with {words!r} (so far: {seen})", within_s)

    def until_ended(self) -> None:
        self.until(lambda: not self.store.walk.open_operations() and not list(self.store.outbox.keys_waiting()), "end")

    def effects(self, operation: str, pod: str) -> int:
        calls = self.runpod.calls.as_json()
        return sum(1 for call in calls if call["effect"] and call["operation"] == operation and call["pod"] == pod)

    def fault(self, **fault: object) -> str:
        """Make RunPod fail; see sim/runpod/control. The fault's id."""
        answer = self.runpod.handle("POST", "/control/faults", {}, {}, json.dumps(fault).encode())
        assert answer.status < 300, answer.body
        return str(json.loads(answer.body)["id"])

    def struck(self, fault_id: str) -> bool:
        """Whether a fault that strikes once has struck."""
        return all(fault.id != fault_id for fault in self.runpod.faults)

    def slack_fault(self, **fault: object) -> None:
        self.slack.faults.add(Fault.parse(dict(fault)))

    def connected(self) -> bool:
        return bool(self.slack.delivery.socket.connections)

    def revive(self) -> None:
        """What the supervisor does: start again whatever has died."""
        for part, child in list(self.children.items()):
            if child.poll() is not None:
                self.start(part)

    def new_pod(self) -> str:
        """A pod of its own for a test: running, nobody's, with a volume disk, and in the snapshot."""
        self.made += 1
        pod = f"tst{self.made:03d}"
        seed = PodSeed(
            id=pod, name=f"job-{self.made}", gpu="NVIDIA A40", persistent=Persistent(20, "/workspace"), made_ago=HOUR
        )
        with self.runpod.lock:
            self.runpod.world.pods[pod] = seed.pod(self.clock.now())
        self.wake(Job.POLL, pod)
        self.until(lambda: self.store.fleet.load().get(pod), f"{pod} in the snapshot", 45)
        return pod

    def last_words(self) -> str:
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(line[:300] for line in log.read_text(errors="replace").splitlines()[-8:])
            for log in sorted(self.logs.glob("*.log"))
        )


@contextmanager
def running(directory: Path, *, speed: float = 1.0) -> Iterator[Stack]:
    """Everything up and listening, and everything ended afterwards."""
    logs = directory / "logs"
    logs.mkdir()
    clock = SimClock(datetime.now(UTC), speed)
    runpod = SimRunPod(clock, demo_seed())
    slacks: list[SimSlack] = []

    def build(address: str) -> Any:
        slack = SimSlack(Workspace.seeded(), clock, base_url=address)
        slacks.append(slack)
        return slack_app(slack, mounts={RUNPOD_MOUNT: runpod_app(runpod)}, public_url=address)

    policy = directory / "podkeeper.toml"
    with serving(build, 0) as address, EmbeddedValkey(directory / "valkey") as valkey:
        slack = slacks[0]
        policy.write_text(policy_for(slack), encoding="utf-8")
        stack = Stack(
            slack=slack,
            runpod=runpod,
            clock=clock,
            valkey=valkey,
            store=open_store(valkey.url, "main"),
            wake=RqWake(waking_connection(valkey.url), "main"),
            env=environment(address, policy) | {"REDIS_URL": valkey.url},
            logs=logs,
        )
        try:
            for part in PARTS:
                stack.start(part)
            stack.until(lambda: _ready(stack), "stack ready", 45)
            yield stack
        finally:
            stack.stop_all()


def policy_for(slack: SimSlack) -> str:
    room = slack.workspace.channel("gpu-pods").id
    return f'{POLICY}\n[[channel]]\nid = "{room}"\nceiling = "admin"\n[poll]\nevery_s = 10\n'


def _ready(stack: Stack) -> bool:
    reports = stack.store.clockwork.reports()
    wanted = {"bot", "clock", "watch", "worker.act", "worker.deliver"}
    return wanted <= set(reports) and stack.store.fleet.load().listed_at is not None and stack.connected()


def environment(address: str, policy: Path) -> dict[str, str]:
    """The settings of a process on the simulators, less its store."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return kept | {
        "SLACK_BOT_TOKEN": "xoxb-sim",
        "SLACK_APP_TOKEN": "xapp-sim",
        "SLACK_API_URL": f"{address}/api/",
        "RUNPOD_API_KEY": "rp_full",
        "RUNPOD_REST_URL": f"{address}{RUNPOD_MOUNT}/v2",
        "RUNPOD_GRAPHQL_URL": f"{address}{RUNPOD_MOUNT}/graphql",
        "PODKEEPER_CLOCK_URL": f"{address}{RUNPOD_MOUNT}/control/state",
        "PODKEEPER_POLICY": str(policy),
        "PODKEEPER_LOG": "json",
    }
